"""The reception: everything that knows who people are, in one place for the application and the commands.

Enters: a workspace. Leaves: a `Desk` with accounts, sessions, tokens, lock-out, OpenID Connect, audit log.
"""

from dataclasses import dataclass

from fastapi import Request

from studium.config import Workspace
from studium.serve.accounts.forms import SESSION_COOKIE, bearer_of, has_bearer
from studium.serve.accounts.lockout import Lockout, Refused
from studium.serve.accounts.oidc import OpenIdConnect
from studium.serve.accounts.passwords import fits
from studium.serve.accounts.people import People
from studium.serve.accounts.secrets import Secrets, load_secrets
from studium.serve.accounts.sessions import Sessions
from studium.serve.accounts.store import close, open_database
from studium.serve.accounts.tokens import Tokens
from studium.serve.audit import AuditLog, AuditRecord, HeadFile
from studium.serve.rights import Principal, SignInNeededError


@dataclass(frozen=True)
class Desk:
    """`oidc` is None where no issuer is set."""

    keys: Secrets
    people: People
    sessions: Sessions
    tokens: Tokens
    lockout: Lockout
    oidc: OpenIdConnect | None
    audit: AuditLog

    def authenticate(self, request: Request) -> Principal | None:
        """Who asks, by token or session; raises SignInNeededError for a token that opens nothing."""
        if has_bearer(request):
            principal = self.tokens.resolve(bearer_of(request))
            if principal is None:
                raise SignInNeededError
            return principal
        value = request.cookies.get(SESSION_COOKIE)
        return self.sessions.resolve(value) if value else None

    def check_password(self, username: str, password: str, address: str) -> int | None:
        """The user id where name and password fit; raises LockedError after too many tries."""
        for refused in self.lockout.begin(username, address):
            self.audit.append([self.refusal(refused)])
        user_id, hashed = self.people.password_of(username)
        if not fits(password, hashed) or user_id is None:
            return None
        self.lockout.forgive(username, address)
        return user_id

    def refusal(self, refused: Refused) -> AuditRecord:
        """What the audit log says of tries while a name was locked; a name that is no account's is not kept."""
        known = refused.username if self.people.password_of(refused.username)[0] else "(unknown)"
        detail = {"by": "password", "reason": "locked", "tries": refused.tries}
        return AuditRecord(known, "sign-in refused", known, address=refused.address, detail=detail)

    def close(self) -> None:
        """Leave all of it in the database's own file; nothing is asked of this desk after."""
        close(self.people.engine)


def open_desk(workspace: Workspace) -> Desk:
    """Raises MisuseError for keys or settings that are not safe, StudiumError without a database."""
    settings = workspace.settings.serve
    keys = load_secrets(workspace)
    engine = open_database(workspace)
    has_issuer = bool(workspace.settings.oidc.issuer)
    return Desk(
        keys=keys,
        people=People(engine),
        sessions=Sessions(engine, settings.session_hours),
        tokens=Tokens(engine),
        lockout=Lockout(engine, settings.lockout_failures, settings.lockout_minutes),
        oidc=OpenIdConnect(engine, workspace.settings.oidc, settings.public_url)
        if has_issuer
        else None,
        audit=AuditLog(
            engine, keys.audit, HeadFile(workspace.keys / "audit_head"), bool(settings.accounts_url)
        ),
    )
