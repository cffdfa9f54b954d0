"""What draws: pages, charts, tables, and how values are written in them.

Enters: rows of answers, a request. Leaves: HTML, or the CSV of one table of the page.
"""

from studium.serve.drawing.writing import teach
from studium.serve.web import TEMPLATES

teach(TEMPLATES)
