"""What stands above the pages of operations: their tabs."""

from dataclasses import replace

from fastapi import Request
from fastapi.responses import Response

from studium.serve.pages.links import Link
from studium.serve.pages.rendering import Page, show
from studium.serve.release import Reader

_TABS = tuple(
    Link(name, name.capitalize(), f"/operations/{name}")
    for name in ("releases", "runs", "checks", "rejects")
)


def show_operations(request: Request, reader: Reader, tab: str, page: Page) -> Response:
    """Answer with a page of operations, its tab marked."""
    content = {"tab": tab, "tabs": _TABS, **page.content}
    return show(request, reader, replace(page, place="operations", content=content))
