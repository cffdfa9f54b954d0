"""Who people are: accounts, passwords, sessions, tokens, OpenID Connect, and the keys of the server.

Enters: a workspace, requests. Leaves: principals. What they may see is the matter of `rights`.
"""

from studium.serve.accounts.claims import SignInRefusedError
from studium.serve.accounts.desk import Desk, open_desk
from studium.serve.accounts.lockout import LockedError
from studium.serve.accounts.people import Account, People
from studium.serve.accounts.secrets import Secrets, load_secrets
from studium.serve.accounts.standing import accounts_problem
from studium.serve.accounts.store import AccountsLostError
from studium.serve.accounts.tokens import Token

__all__ = [
    "Account",
    "AccountsLostError",
    "Desk",
    "LockedError",
    "People",
    "Secrets",
    "SignInRefusedError",
    "Token",
    "accounts_problem",
    "load_secrets",
    "open_desk",
]
