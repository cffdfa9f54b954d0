"""Every address that people or programs may ask for stands in the docs: pages in pages.md, the API in api.md.

Enters: the application. What answers a form, and what a page's chart loads, is part of its page.
"""

import re

from fastapi.routing import iter_route_contexts

from studium.serve.rights import Rule, rule_of
from tests.serve.conftest import Campus
from tests.test_house import ROOT

API = "/api/v1/"
# Of a page or of a browser: not a page to be found by itself.
NO_PAGES = re.compile(r"^/(static|api|sign-in/.+|sign-out|docs)|\.(csv|svg|png|js|json|txt)$")


def test_every_page_and_endpoint_stands_in_the_docs(campus: Campus) -> None:
    endpoints = set(re.findall(r"`([a-z][^`\s?]*)`", text("api")))  # below /api/v1
    pages = set(re.findall(r"`(/[^`\s?]*)", text("pages")))
    missing = set()
    for context in iter_route_contexts(campus.app.routes):
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", context.path or "")
        is_page = "GET" in (context.methods or {}) and rule_of(context.endpoint) != Rule.PUBLIC
        if path.startswith(API):
            missing |= {path} if path.removeprefix(API) not in endpoints else set()
        elif is_page and not NO_PAGES.search(path) and path not in pages:
            missing.add(path)
    assert not missing, "say in docs/api.md or docs/pages.md what they answer"


def text(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
