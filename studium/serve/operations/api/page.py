"""The API for people: every address with its parameters, an example that can be copied, what it needs.

Enters: the OpenAPI document that programs get. Leaves: the page at `/api`.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.rendering import Page, show
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading, describe

router = APIRouter()
_METHODS = ("get", "post", "patch", "delete")
_VERSION = "/api/v1/"


@router.get("/api", include_in_schema=False)
@rule(Rule.ACCOUNT)
def api_page(request: Request, reader: Reading) -> Response:
    """All addresses of version 1, by what they are about."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for tag, address in _addresses(describe(request.app)):
        groups.setdefault(tag, []).append(address)
    page = Page(
        "operations/api/page.html",
        "API",
        "api",
        f"{sum(map(len, groups.values()))} addresses for programs, with the rights of whoever asks.",
        content={"groups": groups, "base": str(request.base_url).rstrip("/")},
    )
    return show(request, reader, page)


def _addresses(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what it is about, an address) of each method of each path of the document."""
    for path, methods in document["paths"].items():
        if not path.startswith(_VERSION):
            continue
        for method in _METHODS:
            if method in methods:
                said = methods[method]
                yield (said.get("tags") or ["service"])[0], _address(path, method, said)


def _address(path: str, method: str, said: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {
            "name": it["name"],
            "place": it["in"],
            "is_needed": it.get("required", False),
            "values": ", ".join(map(str, _values(it.get("schema", {})))),
            "text": it.get("description", ""),
        }
        for it in said.get("parameters", [])
    ]
    return {
        "method": method.upper(),
        "path": path,
        "text": said.get("description", said.get("summary", "")),
        "parameters": parameters,
        "can_open": method == "get" and not any(it["is_needed"] for it in parameters),
    }


def _values(schema: dict[str, Any]) -> list[Any]:
    """The values that a parameter may have, where they are listed."""
    for part in (schema, *schema.get("anyOf", [])):
        if "enum" in part:
            return list(part["enum"])
    return []
