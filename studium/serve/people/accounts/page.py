"""Accounts of others and the audit log, for administrators.

Enters: forms. Leaves: the page at `/accounts`; each change is in the audit log before its answer.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from studium.serve.drawing.navigation import Link
from studium.serve.people.accounts.answers import describe_account
from studium.serve.release import NoReleaseError
from studium.serve.rights import Role, Rule, rule
from studium.serve.web import remember, render, server_of

router = APIRouter()
LINK = Link("accounts", "Accounts", "/accounts", Rule.ADMINISTRATION, 9)
_RECORDS = 50


@router.get("/accounts", include_in_schema=False)
@rule(Rule.ADMINISTRATION)
def accounts_page(request: Request) -> Response:
    """Everybody with an account, and the newest records of the audit log."""
    server = server_of(request)
    desk = server.desk
    try:
        known = server.keeper.release().courses
    except NoReleaseError:
        known = frozenset()
    values = {
        "title": "Accounts",
        "place": "accounts",
        "summary": "",
        "accounts": [describe_account(account) for account in desk.people.list()],
        "roles": list(Role),
        "known_courses": known,
        "small_group": server.bounds.small_group,
        "records": desk.audit.list(_RECORDS, None),
    }
    return render(request, "people/accounts/page.html", values)


@router.post("/accounts/{username}", include_in_schema=False)
@rule(Rule.ADMINISTRATION)
def change_account(
    request: Request,
    username: str,
    role: Annotated[Role, Form()],
    courses: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:
    """Another role, other courses: one key a line; they hold from the next request on."""
    people = server_of(request).desk.people
    before = people.find(username)
    wanted = tuple(sorted(set(courses.split())))
    if role != before.role:
        people.set_role(username, role)
        remember(request, "role changed", before.username, {"role": role})
    if wanted != tuple(sorted(before.courses)):
        people.set_courses(username, wanted)
        remember(request, "courses changed", before.username, {"courses": wanted})
    return RedirectResponse("/accounts", 303)
