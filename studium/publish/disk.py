"""Writes that survive a crash at any moment: flushed to the disk, then moved by one rename.

Enters: paths. Leaves: the same paths, durable. Readers see before or after, never between.
"""

import os
from pathlib import Path


def flush_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(path: Path) -> None:
    """Wait until the folder's entries, new names and renames, are on the disk."""
    flush_file(path)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def move_link(link: Path, target: str) -> None:
    """Point `link` at `target` (relative to it) by one atomic rename."""
    fresh = link.with_name(f".{link.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    os.replace(fresh, link)
    flush_folder(link.parent)
