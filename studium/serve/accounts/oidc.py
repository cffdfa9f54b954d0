"""Sign-in by OpenID Connect: the code flow with state, nonce and PKCE, each good for one try.

Enters: a browser's visit, what the issuer sends back. Leaves: an address to go to; then the account.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Engine, Row, delete, insert, select, update

from studium.config import OidcSettings
from studium.errors import MisuseError
from studium.serve.accounts.claims import (
    ExpectedClaims,
    SignInRefusedError,
    read_claims,
    refuse_unsafe_algorithms,
)
from studium.serve.accounts.sessions import digest
from studium.serve.accounts.store import ACCOUNTS, SIGN_INS, writing

RETURN_PATH = "/sign-in/oidc/return"
_TRY_SECONDS = 600
_TIMEOUT_SECONDS = 10.0
_KEYS_SECONDS = 3600
_FEWEST_SECONDS_BETWEEN_KEYS = 30
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Returned:
    """What the browser brings back; `issuer` is the `iss` of RFC 9207, empty where it is not sent."""

    visit: str
    state: str
    code: str
    issuer: str = ""


class OpenIdConnect:
    """The issuer that the settings name."""

    def __init__(self, engine: Engine, settings: OidcSettings, public_url: str) -> None:
        refuse_unsafe_algorithms(settings.algorithms)
        if not (settings.client_id and public_url):
            raise MisuseError(
                "Sign-in by OpenID Connect is not set up whole",
                "oidc.issuer, oidc.client_id, serve.public_url",
                "Set all three: the issuer sends browsers back to the public address.",
            )
        if not _is_private(settings.issuer):
            raise MisuseError(
                f"The issuer {settings.issuer} is asked without encryption",
                "oidc.issuer",
                "Name its https address; plain http is taken on this machine alone.",
            )
        self._engine = engine
        self._settings = settings
        self._return_url = public_url.rstrip("/") + RETURN_PATH
        self._lock = Lock()
        self._about: dict[str, Any] = {}
        self._keys: tuple[float, KeySet] | None = None

    @property
    def label(self) -> str:
        """What the button says."""
        return self._settings.label

    def begin(self, visit: str, next_path: str) -> str:
        """The issuer's address for this browser; what is needed on the way back is kept here, not in it."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        about = self._discover()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._return_url,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        row = {
            "state_hash": digest(state),
            "visit_hash": digest(visit),
            "nonce": nonce,
            "verifier": verifier,
            "next_path": next_path,
            "created_at": time.time(),
        }
        with writing(self._engine) as connection:
            connection.execute(
                delete(SIGN_INS).where(SIGN_INS.c.created_at < time.time() - _TRY_SECONDS)
            )
            connection.execute(insert(SIGN_INS).values(row))
        return str(httpx.URL(about["authorization_endpoint"]).copy_merge_params(asked))

    def finish(self, returned: Returned) -> tuple[int, str]:
        """(user id, path to go on to); raises SignInRefusedError for anything that does not hold."""
        begun = self._take(returned)
        token = self._exchange(returned.code, begun.verifier)
        expected = ExpectedClaims(
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            nonce=begun.nonce,
            algorithms=self._settings.algorithms,
        )
        try:
            claims = read_claims(token, self._read_keys(anew=False), expected)
        except SignInRefusedError as refusal:
            if not refusal.reason.startswith("signature"):
                raise
            # The issuer may have changed its keys since we read them.
            claims = read_claims(token, self._read_keys(anew=True), expected)
        return self._account_of(claims), begun.next_path

    def _take(self, returned: Returned) -> Row[Any]:
        """The try that the state belongs to; taken away, so that it cannot be used twice."""
        if returned.issuer and returned.issuer != self._settings.issuer:
            raise SignInRefusedError("iss of the answer is another issuer")
        mine = SIGN_INS.c.state_hash == digest(returned.state)
        with writing(self._engine) as connection:
            begun = connection.execute(select(SIGN_INS).where(mine)).first()
            connection.execute(delete(SIGN_INS).where(mine))
        if begun is None or begun.created_at < time.time() - _TRY_SECONDS:
            raise SignInRefusedError("state is unknown, used or over")
        if not hmac.compare_digest(begun.visit_hash, digest(returned.visit)):
            raise SignInRefusedError("state is of another browser")
        return begun

    def _exchange(self, code: str, verifier: str) -> str:
        settings = self._settings
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return_url,
            "client_id": settings.client_id,
            "code_verifier": verifier,
        }
        names = (quote(settings.client_id, safe=""), quote(settings.client_secret, safe=""))
        token = self._ask(
            "POST",
            self._discover()["token_endpoint"],
            data=asked,
            auth=names if settings.client_secret else None,
        ).get("id_token")
        if not isinstance(token, str):
            raise SignInRefusedError("no id_token came")
        return token

    def _account_of(self, claims: dict[str, Any]) -> int:
        """The account bound to the person; else one without a password that has the claimed name, bound now."""
        issuer, subject = claims["iss"], claims["sub"]
        name = _name_in(claims, self._settings.username_claim)
        with writing(self._engine) as connection:
            is_bound = (ACCOUNTS.c.issuer == issuer) & (ACCOUNTS.c.subject == subject)
            found = connection.execute(select(ACCOUNTS.c.user_id).where(is_bound)).scalar()
            if found is not None:
                return int(found)
            is_free = ACCOUNTS.c.password_hash.is_(None) & ACCOUNTS.c.subject.is_(None)
            has_name = ACCOUNTS.c.username == name
            found = connection.execute(
                select(ACCOUNTS.c.user_id).where(has_name & is_free)
            ).scalar()
            if found is None:
                raise SignInRefusedError("the person has no account here")
            change = update(ACCOUNTS).where(ACCOUNTS.c.user_id == found)
            connection.execute(change.values(issuer=issuer, subject=subject))
            return int(found)

    def _discover(self) -> dict[str, Any]:
        if not self._about:
            address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            about = self._ask("GET", address)
            if about.get("issuer") != self._settings.issuer:
                raise SignInRefusedError("the discovery document is of another issuer")
            scheme = self._settings.issuer.split("://")[0]
            for name in _ENDPOINTS:
                if not str(about.get(name, "")).startswith(f"{scheme}://"):
                    raise SignInRefusedError(f"{name} is missing or not {scheme}")
            self._about = about
        return self._about

    def _read_keys(self, anew: bool) -> KeySet:
        """The issuer's keys, read again at most every half minute however many bad tokens come."""
        with self._lock:
            now = time.monotonic()
            age = now - self._keys[0] if self._keys else _KEYS_SECONDS
            if self._keys and age < (_FEWEST_SECONDS_BETWEEN_KEYS if anew else _KEYS_SECONDS):
                return self._keys[1]
            try:
                keys = KeySet.import_key_set(self._ask("GET", self._discover()["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise SignInRefusedError(f"keys: {type(error).__name__}") from None
            self._keys = (now, keys)
            return keys

    def _ask(self, method: str, url: str, **asked: Any) -> dict[str, Any]:
        """A JSON object of the issuer; redirects are not followed, and nothing is waited for long."""
        try:
            answer = httpx.request(
                method, url, timeout=_TIMEOUT_SECONDS, follow_redirects=False, **asked
            )
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SignInRefusedError(f"the issuer refuses: {type(error).__name__}") from None
        return found if isinstance(found, dict) else {}


def _name_in(claims: dict[str, Any], claim: str) -> str:
    """The name of a waiting account that the claims prove; empty for none.

    People may choose most claims themselves: a name that is an address counts only as their verified one.
    """
    name = str(claims.get(claim) or "").lower()
    if claim != "email" and "@" not in name:
        return name
    is_verified = claims.get("email_verified") is True
    return name if is_verified and str(claims.get("email") or "").lower() == name else ""


def _is_private(issuer: str) -> bool:
    """Whether nobody between here and the issuer can read or change what is said."""
    found = urlsplit(issuer)
    return found.scheme == "https" or found.hostname in {"127.0.0.1", "::1", "localhost"}


def _challenge(verifier: str) -> str:
    """What PKCE shows of the verifier before the code is given out (RFC 7636, S256)."""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
