"""What stands above the pages of operations: their tabs."""

from dataclasses import replace

from fastapi import Request
from fastapi.responses import Response

from studium.serve.drawing.rendering import Page, show
from studium.serve.release import Reader


def show_operations(request: Request, reader: Reader, tab: str, page: Page) -> Response:
    """Answer with a page of operations, its tab marked."""
    tabs = request.app.state.navigation.tabs_of("operations", reader.principal)
    content = {"tab": tab, "tabs": tabs, **page.content}
    return show(request, reader, replace(page, place="operations", content=content))
