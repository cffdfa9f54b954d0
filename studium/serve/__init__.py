"""What people see: pages and an API over the current release, with rights.

Enters: a workspace with a release. Leaves: an ASGI application, a running server, and the desk that
commands about accounts, tokens and the audit log ask.
"""

from studium.serve.accounts import Account, Desk, Token, accounts_problem, open_desk
from studium.serve.application import create_application
from studium.serve.audit import AuditRecord, Entry
from studium.serve.recipients import RoleRecipient, recipient_of
from studium.serve.release import scopes_served
from studium.serve.rights import Role, TokenScope
from studium.serve.running import serve

__all__ = [
    "Account",
    "AuditRecord",
    "Desk",
    "Entry",
    "Role",
    "RoleRecipient",
    "Token",
    "TokenScope",
    "accounts_problem",
    "create_application",
    "open_desk",
    "recipient_of",
    "scopes_served",
    "serve",
]
