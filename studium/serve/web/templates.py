"""Pages from templates: everything is escaped, and each page knows who asks and which release it shows.

Enters: the name of a template, of a noun (courses/forum/page.html) or of drawing, and values. Leaves: HTML.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent.parent
TEMPLATES = Environment(
    loader=FileSystemLoader([FOLDER / "drawing" / "templates", FOLDER]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    request: Request, name: str, values: Mapping[str, Any] | None = None, status: int = 200
) -> HTMLResponse:
    """A page; `principal` (None: nobody), `reader` (None: no release) and `form_token` are always there."""
    state = request.state
    known = {
        "request": request,
        "principal": getattr(state, "principal", None),
        "reader": getattr(state, "reader", None),
        "form_token": getattr(state, "form_token", ""),
    }
    text = TEMPLATES.get_template(name).render(known | dict(values or {}))
    return HTMLResponse(text, status)
