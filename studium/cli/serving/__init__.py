"""Commands of the server: serve, user, token, audit.

Enters: options. Leaves: a running server, changed accounts, a checked log.
"""

from studium.cli.serving.log import audit
from studium.cli.serving.server import serve
from studium.cli.serving.tokens import token
from studium.cli.serving.users import user

__all__ = ["audit", "serve", "token", "user"]
