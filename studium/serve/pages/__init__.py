"""Pages: what people see in a browser. One file per noun; its template has the same name.

Enters: a request and a reader of the release. Leaves: HTML, or the CSV of one table of the page.
"""

from studium.serve.pages.writing import teach
from studium.serve.web import TEMPLATES

teach(TEMPLATES)
