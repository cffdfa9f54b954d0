"""Accounts of others and the audit log, for administrators.

Enters: roles and courses. Leaves: changed accounts, each change in the audit log before its answer.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from studium.serve.accounts import Account
from studium.serve.rights import Role, Rule, rule
from studium.serve.web import remember, server_of

router = APIRouter(prefix="/api/v1")
_CourseIds = Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=5000)]


class AccountChange(BaseModel, extra="forbid"):
    """What shall be different; what is left out stays."""

    role: Role | None = None
    courses: _CourseIds | None = None


@router.get("/accounts")
@rule(Rule.ADMINISTRATION)
def accounts(request: Request) -> dict[str, Any]:
    """All accounts, by name."""
    found = [describe_account(account) for account in server_of(request).desk.people.list()]
    return {"items": found, "next": None, "total": len(found)}


@router.patch("/accounts/{username}")
@rule(Rule.ADMINISTRATION)
def change_account(username: str, change: AccountChange, request: Request) -> dict[str, Any]:
    """Another role, other courses; they hold from the next request on."""
    people = server_of(request).desk.people
    account = people.find(username)
    if change.role is not None:
        account = people.set_role(username, change.role)
        remember(request, "role changed", account.username, {"role": change.role})
    if change.courses is not None:
        account = people.set_courses(username, change.courses)
        remember(request, "courses changed", account.username, {"courses": account.courses})
    return describe_account(account)


@router.delete("/accounts/{username}")
@rule(Rule.ADMINISTRATION)
def remove_account(username: str, request: Request) -> dict[str, Any]:
    """The account with its sessions and tokens is gone."""
    account = server_of(request).desk.people.remove(username)
    remember(request, "account removed", account.username)
    return describe_account(account)


@router.get("/audit")
@rule(Rule.ADMINISTRATION)
def audit(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    username: Annotated[str | None, Query(max_length=150)] = None,
) -> dict[str, Any]:
    """The newest records of the audit log, newest first."""
    found = server_of(request).desk.audit.list(limit, username)
    items = [
        {
            "number": entry.number,
            "at": entry.at,
            "username": entry.record.username,
            "action": entry.record.action,
            "subject": entry.record.subject,
            "rows": entry.record.row_count,
            "credential": entry.record.credential,
            "address": entry.record.address,
            "detail": entry.record.detail,
        }
        for entry in found
    ]
    return {"items": items, "next": None}


def describe_account(account: Account) -> dict[str, Any]:
    """An account as JSON; nothing about its password but whether it has one."""
    return {
        "username": account.username,
        "role": account.role,
        "courses": list(account.courses),
        "grants": [{"kind": scope.kind, "id": scope.id} for scope in account.grants],
        "has_password": account.has_password,
        "created_at": datetime.fromtimestamp(account.created_at, UTC).replace(microsecond=0),
    }
