"""What templates may call: how values are written, where static files are, what things mean.

Enters: the environment of all templates. Leaves: the same, with our filters and functions.
"""

import hashlib
from datetime import datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment

from studium.serve.drawing import wording
from studium.serve.drawing.definitions import definitions_of

_GOOD = {"passed", "current", "certified", "correct", "highly engaged", "enrolled"}
_BAD = {"failed", "disengaging", "incorrect", "struggling"}


def teach(environment: Environment) -> None:
    """Add the filters and functions that our templates use."""
    environment.filters.update(
        change=wording.change,
        count=wording.count,
        csv_address=csv_address,
        day=wording.day,
        definitions=definitions_of,
        mark_class=mark_class,
        moment=wording.moment,
        pair=lambda value: (value, str(value).replace("_", " ")),
        percent=wording.percent,
        shown_moment=wording.shown_moment,
        sortable=wording.sortable,
        written=wording.written,
    )
    environment.tests["datetime"] = lambda value: isinstance(value, datetime)
    environment.globals.update(static=static_address)


def mark_class(value: str) -> str:
    """How a mark looks: what is well, what is not, what is neither."""
    return "good" if value in _GOOD else "bad" if value in _BAD else ""


def csv_address(request: Request, name: str) -> str:
    """The same page with the same filters, as CSV of the table `name`."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "csv"]
    return "?" + urlencode([*kept, ("csv", name)])


@cache
def static_address(name: str) -> str:
    """The address of a static file, with the beginning of its hash: browsers may keep it for ever."""
    content = (files("studium.serve") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"
