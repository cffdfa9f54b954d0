"""Who on this machine may read what a workspace holds: its user alone, and a group where the settings name one.

Enters: a workspace. Leaves: closed folders and files, whatever the umask; lake and releases open to the group's eyes.
The one place that decides: writers make files as they like while `closed_to_others` holds.
"""

import grp
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studium.config import Workspace
from studium.errors import MisuseError

_CLOSED = 0o077
_PERSONAL = "personal"  # of the lake: addresses and names are for no group


def close_process() -> None:
    """All that this process and its children make from now on is for its user alone."""
    os.umask(_CLOSED)


@contextmanager
def closed_to_others(workspace: Workspace) -> Iterator[None]:
    """What is made inside is for the user alone; then the group that the settings name may read its part."""
    before = os.umask(_CLOSED)
    try:
        _close_root(workspace)
        yield
    finally:
        os.umask(before)
        if workspace.settings.publish.readers:
            _share(workspace, workspace.settings.publish.readers)


def open_paths(workspace: Workspace) -> list[Path]:
    """What others may enter: the workspace's own folder, which covers all in it, accounts and keys."""
    allowed = stat.S_IXGRP if workspace.settings.publish.readers else 0
    found = [] if _mode(workspace.root) & _CLOSED & ~allowed == 0 else [workspace.root]
    accounts = workspace.settings.serve.accounts_url.removeprefix("sqlite:///")
    beside = [Path(accounts)] if accounts and "://" not in accounts else []
    secret = [workspace.accounts, workspace.keys, *beside]
    return found + [path for path in secret if path.exists() and _mode(path) & _CLOSED]


def _close_root(workspace: Workspace) -> None:
    root = workspace.root
    wanted = 0o710 if workspace.settings.publish.readers else 0o700
    if _mode(root) != wanted and root.stat().st_uid == os.geteuid():
        root.chmod(wanted)


def _share(workspace: Workspace, group: str) -> None:
    """Let `group` read releases and lake, but no personal columns, and find its way to them."""
    for folder in (workspace.releases, workspace.lake):
        for place, names, files in os.walk(folder):
            with suppress(ValueError):
                names.remove(_PERSONAL)
            _give(Path(place), group, 0o050)
            for name in files:
                _give(Path(place, name), group, 0o040)
    _give(workspace.root, group, 0o010)


def _give(path: Path, group: str, bits: int) -> None:
    with suppress(FileNotFoundError):  # retention was here
        mode = _mode(path)
        try:
            if path.stat().st_gid != grp.getgrnam(group).gr_gid:
                shutil.chown(path, group=group)
            if mode & bits != bits:
                path.chmod(mode | bits)
        except (LookupError, PermissionError) as error:
            raise MisuseError(
                f"The group {group} cannot be given anything: {error}",
                "publish.readers",
                "Name a group that this user is in, or leave it out",
            ) from None


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
