"""Commands of the server, and of what cannot be made again: serve, user, token, audit, backup, restore.

Enters: options. Leaves: a running server, changed accounts, a checked log.
"""

from studium.cli.serving.backups import backup, restore
from studium.cli.serving.log import audit
from studium.cli.serving.server import serve
from studium.cli.serving.tokens import token
from studium.cli.serving.users import user

__all__ = ["audit", "backup", "restore", "serve", "token", "user"]
