"""What all requests of a process share.

Enters: a workspace and its keys. Leaves: a `Server`, which the application holds as `app.state.server`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from studium.config import Workspace
from studium.serve.accounts.desk import Desk
from studium.serve.audit import AuditRecord
from studium.serve.release import Bounds, Keeper
from studium.serve.rights import Principal


@dataclass
class Server:
    """`authenticate` says who asks, None for nobody; it raises for a token that is none."""

    workspace: Workspace
    keeper: Keeper
    bounds: Bounds
    desk: Desk
    authenticate: Callable[[Request], Principal | None]


def server_of(request: Request) -> Server:
    """The server that a request came to."""
    server: Server = request.app.state.server
    return server


def remember(
    request: Request,
    action: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    username: str | None = None,
) -> None:
    """Have an act in the audit log before the answer begins; `username` where nobody is signed in yet."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if username is None:
        username = principal.username if principal else "(nobody)"
    record = AuditRecord(
        username=username,
        action=action,
        subject=subject,
        credential=principal.credential if principal else "",
        address=request.client.host if request.client else "",
        detail=dict(detail or {}),
    )
    request.scope.setdefault("state", {}).setdefault("acts", []).append(record)
