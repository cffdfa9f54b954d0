"""The parsed project, kept once for all workspaces of a user: parsing takes longer than a small build.

Enters: files of a workspace that follow from Studium's own code alone. Leaves: copies in the user's cache folder,
`$XDG_CACHE_HOME/studium` or `~/.cache/studium`; without one, nothing. Each begins with a hash of the rest.
"""

import hashlib
import os
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
    with suppress(OSError):
        _keep(file.name, file.read_bytes())


def keep_state(file: Path, name: str) -> None:
    """The same, sealed, of what dbt wrote for itself: it would believe whatever it could read."""
    with suppress(OSError):
        _keep(name, sealed(file.read_bytes()))


def take_state(name: str, target: Path) -> bool:
    """Copy it out, if it was kept and is as it was written."""
    kept = find_kept(name)
    with suppress(OSError, ValueError):
        content = unsealed(kept.read_bytes() if kept else b"")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return True
    return False


def _keep(name: str, content: bytes) -> None:
    folder = _folder()
    if folder is None:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{name}-{os.getpid()}"
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, folder / name)
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
    for kind in ("*-manifest.*", "*-parsed.*"):
        files = sorted(folder.glob(kind), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST]:
            file.unlink(missing_ok=True)
