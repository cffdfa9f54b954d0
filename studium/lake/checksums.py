"""Whether a file still holds the bytes that were written.

Enters: a path. Leaves: a digest of its bytes. SHA-256 names raw files; XXH3, far faster, guards what can be made again.
"""

import hashlib
from pathlib import Path

from xxhash import xxh3_64

READ_BYTES = 4 * 1024 * 1024


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_of(path: Path) -> str:
    """The XXH3-64 of a file as hex digits."""
    digest = xxh3_64()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
