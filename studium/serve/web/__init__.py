"""What pages and API share: admission, readers for handlers, lists, downloads, errors, headers, templates.

Enters: requests. Leaves: `Caller`, `Reading` and `Paging` to annotate parameters of handlers with.
"""

from studium.serve.web import course_ids  # registers {course_id:course}
from studium.serve.web.admission import Caller, Reading, admit, caller_of, reader_of
from studium.serve.web.documents import describe
from studium.serve.web.downloads import download
from studium.serve.web.listings import (
    Listing,
    ListPage,
    Paging,
    answer_all,
    answer_page,
    file_name,
    read_page,
)
from studium.serve.web.problems import ProblemError, wants_page
from studium.serve.web.server import Server, remember, server_of
from studium.serve.web.templates import TEMPLATES, render

__all__ = [
    "TEMPLATES",
    "Caller",
    "ListPage",
    "Listing",
    "Paging",
    "ProblemError",
    "Reading",
    "Server",
    "admit",
    "answer_all",
    "answer_page",
    "caller_of",
    "course_ids",
    "describe",
    "download",
    "file_name",
    "read_page",
    "reader_of",
    "remember",
    "render",
    "server_of",
    "wants_page",
]
