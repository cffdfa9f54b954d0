"""What pages and API share: admission, readers for handlers, errors as answers, headers, templates.

Enters: requests. Leaves: `Caller` and `Reading` to annotate parameters of handlers with.
"""

from studium.serve.web import course_ids  # registers {course_id:course}
from studium.serve.web.admission import Caller, Reading, admit, caller_of, reader_of
from studium.serve.web.problems import ProblemError, wants_page
from studium.serve.web.server import Server, remember, server_of
from studium.serve.web.templates import TEMPLATES, render

__all__ = [
    "TEMPLATES",
    "Caller",
    "ProblemError",
    "Reading",
    "Server",
    "admit",
    "caller_of",
    "course_ids",
    "reader_of",
    "remember",
    "render",
    "server_of",
    "wants_page",
]
