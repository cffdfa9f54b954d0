"""The server's keys: from the settings, else from files that only its user can read, made at the first start.

Enters: a workspace. Leaves: `Secrets`; a short, known or readable key is refused before anything is served.
"""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError

_FEWEST_CHARACTERS = 32
_FEWEST_DISTINCT = 10
# At least six letters: shorter words stand in random keys now and then.
SAMPLES = (
    *("change", "secret", "sample", "example", "default", "password", "studium", "insecure"),
    *(
        "yourkey",
        "yourown",
        "replace",
        "0123456789",
        "abcdefgh",
        "thisis",
        "qwerty",
        "deadbeef",
        "putyour",
    ),
)
_BLOCK = 64  # of SHA-256


@dataclass(frozen=True)
class Secrets:
    """What signs, and what makes pseudonyms; never logged, never in an answer."""

    serve: bytes
    pseudonyms: bytes
    audit: bytes

    def __repr__(self) -> str:
        return "Secrets(…)"

    def sign(self, purpose: str, message: str) -> str:
        """HMAC-SHA256 in hexadecimal; signatures of one purpose are none of another."""
        text = f"{purpose}\0{message}".encode()
        return hmac.new(self.serve, text, hashlib.sha256).hexdigest()

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """The key of pseudonyms as HMAC uses it: xor-ed with the inner and the outer pad."""
        return _pads(self.pseudonyms)


def pads_for(pads: tuple[bytes, bytes], recipient: str) -> tuple[bytes, bytes]:
    """The pads of a key that is made for one recipient; no pseudonym tells anything of those of another."""
    inner, outer = pads
    digest = hashlib.sha256(inner + f"recipient\0{recipient.lower()}".encode()).digest()
    return _pads(hashlib.sha256(outer + digest).digest())


def load_secrets(workspace: Workspace) -> Secrets:
    """The keys of a workspace; raises MisuseError for one that others may know or guess."""
    settings = workspace.settings.serve
    return Secrets(
        serve=_load(settings.secret, "secret", workspace.keys / "serve"),
        pseudonyms=_load(settings.pseudonym_key, "pseudonym_key", workspace.keys / "pseudonyms"),
        audit=_load(settings.audit_key, "audit_key", workspace.keys / "audit"),
    )


def _pads(key: bytes) -> tuple[bytes, bytes]:
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def _load(given: str, name: str, file: Path) -> bytes:
    if given:
        return _checked(given, f"serve.{name}").encode()
    if not file.exists():
        _make(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise StudiumError(
            "The server's key can be read by others", str(file), f"Close it: chmod 600 {file}"
        )
    return _checked(file.read_text(encoding="utf-8").strip(), str(file)).encode()


def _make(file: Path) -> None:
    """A new random key, whole or not at all; of two servers that start at once, one makes it."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(secrets.token_urlsafe(48))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(unfinished, file)
        except FileExistsError:
            return
    finally:
        unfinished.unlink(missing_ok=True)


def _checked(text: str, where: str) -> str:
    plain = text.lower().replace("-", "").replace("_", "").replace(" ", "")
    if len(text) < _FEWEST_CHARACTERS:
        problem = (
            f"The server's key has {len(text)} characters; at least {_FEWEST_CHARACTERS} are needed"
        )
    elif len(set(text)) < _FEWEST_DISTINCT or any(sample in plain for sample in SAMPLES):
        problem = "The server's key is a sample or easy to guess"
    else:
        return text
    raise MisuseError(
        problem,
        where,
        "Remove it, so that the server makes one, or set a random one: openssl rand -base64 48",
    )
