"""A rollback holds: publishing the same again does not undo it, publishing something new does.

Enters: the id of the release that a person went back to. Leaves: a small file beside the releases;
it counts as long as `current` points at that release.
"""

import os
from pathlib import Path

from studium.config import Workspace
from studium.publish.disk import flush_folder, write_flushed

_MARK = ".rolled-back-to"


def hold(workspace: Workspace, release_id: str) -> None:
    """Remember that a person wants `release_id`, though newer ones exist; called before moving."""
    fresh = _mark(workspace).with_name(f".tmp-{os.getpid()}-mark")
    write_flushed(fresh, release_id.encode())
    os.replace(fresh, _mark(workspace))
    flush_folder(workspace.releases)


def let_go(workspace: Workspace) -> None:
    """Forget it: something new is published, or a person went to the newest release."""
    _mark(workspace).unlink(missing_ok=True)


def held_release(workspace: Workspace) -> str | None:
    """The id of the current release when a rollback put `current` there, else None."""
    try:
        wanted = _mark(workspace).read_text(encoding="utf-8")
        current = Path(os.readlink(workspace.current)).name
    except (OSError, ValueError):
        return None
    return wanted if wanted == current else None


def _mark(workspace: Workspace) -> Path:
    return workspace.releases / _MARK
