"""Passwords: argon2id, the same time for names that exist and names that do not.

Enters: what a person typed. Leaves: a hash to store, or whether it fits one.
"""

from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from studium.errors import MisuseError

FEWEST_CHARACTERS = 12
_MOST_CHARACTERS = 1000
_HASHER = PasswordHasher()  # argon2id with the library's costs: 64 MiB, three passes
_AT_ONCE = Semaphore(2)  # each takes 64 MiB: many at once must not take the memory of the rest
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str, username: str) -> str:
    """The hash to store; raises MisuseError for a password that is too short or the name itself."""
    if not FEWEST_CHARACTERS <= len(password) <= _MOST_CHARACTERS:
        raise MisuseError(
            f"The password has {len(password)} characters",
            "password",
            f"Choose one of {FEWEST_CHARACTERS} to {_MOST_CHARACTERS:,} characters; a few words are good.",
        )
    if username.lower() in password.lower() or len(set(password)) < 5:
        raise MisuseError(
            "The password is easy to guess", "password", "Leave your name out, and use more signs."
        )
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one; None, as for an unknown name, takes as long and never fits."""
    with _AT_ONCE:
        try:
            is_right = _HASHER.verify(password_hash or _NOBODY, password[:_MOST_CHARACTERS])
        except (Argon2Error, InvalidHashError):
            return False
    return is_right and password_hash is not None and len(password) <= _MOST_CHARACTERS
