"""Writes that survive a crash at any moment: flushed to the disk, then moved by one rename.

Enters: paths. Leaves: the same paths, durable. Readers see before or after, never between.
"""

import errno
import os
import shutil
from pathlib import Path

# File systems without hard links, links to another disk, too many links to one file.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


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


def link_file(source: Path, target: Path) -> None:
    """The same file under another name; where the file system has no such links, a copy of it."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
        flush_file(target)


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
