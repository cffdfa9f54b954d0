"""What an issuer says about a person, believed only when every part of it is checked.

Enters: an ID token, the issuer's keys. Leaves: its claims; OpenID Connect Core §3.1.3.7 lists the checks.
"""

import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from studium.errors import MisuseError, StudiumError

_LEEWAY_SECONDS = 60
_UNSAFE = ("none", "HS")


class SignInRefusedError(StudiumError):
    """A sign-in by OpenID Connect that does not hold; `reason` is for the audit log. Status 400."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The sign-in did not succeed",
            "OpenID Connect",
            "Begin again from the sign-in page; if it stays, ask an administrator whether you have an account.",
        )
        self.reason = reason


@dataclass(frozen=True)
class ExpectedClaims:
    """What a token must say to be ours."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]


def refuse_unsafe_algorithms(algorithms: Sequence[str]) -> None:
    """Raise MisuseError for signatures that anybody, or whoever knows the public key, can make."""
    for algorithm in algorithms:
        if algorithm.startswith(_UNSAFE):
            raise MisuseError(
                f"{algorithm} is no signature that only the issuer can make",
                "oidc.algorithms",
                "Name asymmetric ones: RS256, ES256, PS256, EdDSA.",
            )


def read_claims(token: str, keys: KeySet, expected: ExpectedClaims) -> dict[str, Any]:
    """The claims of an ID token; raises SignInRefusedError for one that is not ours, now and for this sign-in."""
    try:
        decoded = jwt.decode(token, keys, algorithms=list(expected.algorithms))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInRefusedError(f"signature: {type(error).__name__}") from None
    claims = dict(decoded.claims)
    if problem := _problem(claims, expected):
        raise SignInRefusedError(problem)
    return claims


def _problem(claims: Mapping[str, Any], expected: ExpectedClaims) -> str:
    now = time.time()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    nonce = claims.get("nonce")
    if claims.get("iss") != expected.issuer:
        return "iss is another issuer"
    if expected.client_id not in audiences:
        return "aud is another client"
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        return "azp is another client"
    if not _is_time(claims.get("exp")) or claims["exp"] <= now - _LEEWAY_SECONDS:
        return "exp is over"
    if not _is_time(claims.get("iat")) or claims["iat"] > now + _LEEWAY_SECONDS:
        return "iat is ahead"
    if _is_time(claims.get("nbf")) and claims["nbf"] > now + _LEEWAY_SECONDS:
        return "nbf is ahead"
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), expected.nonce.encode()
    ):
        return "nonce is another"
    subject = claims.get("sub")
    return "" if isinstance(subject, str) and subject else "sub is missing"


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
