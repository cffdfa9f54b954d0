"""What all requests of a process share.

Enters: a workspace and its keys. Leaves: a `Server`, which the application holds as `app.state.server`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from studium.config import Workspace
from studium.serve.release import Bounds, Keeper
from studium.serve.rights import Principal


@dataclass
class Server:
    """`authenticate` says who asks, None for nobody; it raises for a token that is none."""

    workspace: Workspace
    keeper: Keeper
    bounds: Bounds
    salt: bytes  # of ETags: they tell nobody whose rights they stand for
    authenticate: Callable[[Request], Principal | None]


def server_of(request: Request) -> Server:
    """The server that a request came to."""
    server: Server = request.app.state.server
    return server
