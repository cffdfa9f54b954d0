"""Raw bytes under their SHA-256, stored once and never changed.

Enters: a file somewhere. Leaves: landing/ab/ab12….gz and its hash. A file that grows while it is read is landed as it
was up to the last byte read.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from studium.config import Workspace
from studium.errors import StudiumError
from studium.lake.archives.decompression import MAGIC_BYTES, SUFFIX, compression_of

COPY_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 64 * 1024
Shield = Callable[[BinaryIO], BinaryIO]


@dataclass(frozen=True)
class Stored:
    """A raw file in the landing; `prefixes` maps each size asked for to the SHA-256 of that many first bytes."""

    sha256: str
    path: Path
    bytes: int
    compression: str
    prefixes: dict[int, str]


def landing_path(workspace: Workspace, sha256: str, compression: str) -> Path:
    """Where the bytes of a hash are."""
    return workspace.landing / sha256[:2] / f"{sha256}{SUFFIX[compression]}"


def store_file(
    workspace: Workspace,
    path: Path,
    prefix_sizes: list[int],
    shield: Shield = lambda source: source,
) -> Stored:
    """Copy what the shield lets through of a file into the landing. Raises StudiumError if that fails."""
    try:
        with path.open("rb") as source:
            return store_stream(workspace, shield(source), prefix_sizes)
    except FileNotFoundError as error:
        raise StudiumError("the file vanished", str(path), "Land the folder again.") from error
    except PermissionError as error:
        raise StudiumError(
            "no permission to read the file", str(path), "Grant read permission and land it again."
        ) from error


def store_stream(workspace: Workspace, source: BinaryIO, prefix_sizes: list[int]) -> Stored:
    """Copy all bytes that a stream still has into the landing."""
    temporary = workspace.scratch / f"storing-{os.getpid()}-{uuid4().hex}"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _copy(workspace, source, temporary, sorted(set(prefix_sizes)))
    finally:
        temporary.unlink(missing_ok=True)


def _copy(workspace: Workspace, source: BinaryIO, temporary: Path, sizes: list[int]) -> Stored:
    digest, size, head, prefixes = hashlib.sha256(), 0, b"", {}
    with temporary.open("wb") as target:
        while block := source.read(min(COPY_BYTES, sizes[0] - size if sizes else COPY_BYTES)):
            head = head or block[:MAGIC_BYTES]
            digest.update(block)
            target.write(block)
            size += len(block)
            if sizes and size == sizes[0]:
                prefixes[sizes.pop(0)] = digest.hexdigest()
        target.flush()
        os.fsync(target.fileno())
    compression = compression_of(head)
    final = landing_path(workspace, digest.hexdigest(), compression)
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.rename(
        final
    )  # over one of the same name too, which may be damaged: these bytes are the right ones
    sync_folder(final.parent)
    return Stored(digest.hexdigest(), final, size, compression, prefixes)


def begins_with(path: Path, stored: Stored) -> bool:
    """Whether a file begins with all bytes of a stored one; most differ in their first block."""
    size, digest = stored.bytes, hashlib.sha256()
    with path.open("rb") as file, stored.path.open("rb") as prefix:
        first = prefix.read(HEAD_BYTES)
        if file.read(len(first)) != first:
            return False
        file.seek(0)
        while size > 0 and (block := file.read(min(COPY_BYTES, size))):
            digest.update(block)
            size -= len(block)
    return digest.hexdigest() == stored.sha256


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
