"""The parsed project, kept once for all workspaces of a user: parsing takes longer than a small build.

Enters: files of a workspace that follow from Studium's own code alone. Leaves: copies in the user's cache folder,
`$XDG_CACHE_HOME/studium` or `~/.cache/studium`; without one, nothing. Each begins with a hash of the rest.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

_MOST = 16  # files: those of other versions and checkouts stay for a while


def find_kept(name: str) -> Path | None:
    """The file of this name, if it was kept whole."""
    folder = _folder()
    if folder is None:
        return None
    with suppress(OSError):
        if (folder / name).stat().st_size:
            return folder / name
    return None


def sealed(content: bytes) -> bytes:
    """What a kept file holds: the SHA-256 of its content, and the content."""
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def unsealed(file: bytes) -> bytes:
    """The content; raises ValueError where it is not what was written."""
    digest, _, content = file.partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() != digest:
        raise ValueError("the kept project has changed since it was written")
    return content


def keep_for_all(file: Path) -> None:
    """Copy a file there under its name; without room or rights for it, each workspace keeps its own."""
    folder = _folder()
    if folder is None:
        return
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = folder / f".{file.name}-{os.getpid()}"
        try:
            shutil.copyfile(file, unfinished)
            os.replace(unfinished, folder / file.name)
        finally:
            unfinished.unlink(missing_ok=True)
        _forget_oldest(folder)


def _folder() -> Path | None:
    given = os.environ.get("XDG_CACHE_HOME", "")
    if Path(given).is_absolute():
        return Path(given) / "studium"
    try:
        return Path.home() / ".cache" / "studium"
    except RuntimeError:  # a user without a home
        return None


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*-manifest.*"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_MOST]:
        file.unlink(missing_ok=True)
