"""The release that is served: it follows `current`, and a request keeps the one it began with.

Enters: a workspace. Leaves: a `ServedRelease`. One that is removed while served goes on answering: its
file is open. The old one is closed when the last request lets go of it.
"""

import os
from pathlib import Path
from threading import Lock

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish import current_release
from studium.serve.release.deadlines import Watch
from studium.serve.release.opening import ServedRelease, open_release
from studium.serve.release.refusals import NoReleaseError
from studium.serve.rights import Reach


def scopes_served(workspace: Workspace) -> Reach | None:
    """Every scope that the current release knows anything of; None where there is none to read."""
    try:
        release = current_release(workspace)
        return open_release(workspace, release).reach if release else None
    except StudiumError:
        return None


class Keeper:
    """One per process."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.watch = Watch()
        self._open: ServedRelease | None = None
        self._lock = Lock()

    def release(self) -> ServedRelease:
        """The current release; raises NoReleaseError when there is none that can be read."""
        target = self._target()
        held = self._open
        if held is not None and target in {held.id, None}:
            return held
        if target is None:
            raise NoReleaseError
        with self._lock:
            if self._open is None or self._open.id != target:
                self._open = self._follow(self._open)
            return self._open

    def is_current(self, release_id: str) -> bool:
        """Whether `current` still names the release, or nothing at all: asking again gives the same."""
        return self._target() in {release_id, None}

    def _follow(self, held: ServedRelease | None) -> ServedRelease:
        try:
            release = current_release(self.workspace)
            if release is None:
                raise NoReleaseError
            if held is not None and held.id == release.id:
                return held
            return open_release(self.workspace, release)
        except StudiumError as error:
            if held is not None:
                return held
            raise NoReleaseError(error.problem) from error

    def _target(self) -> str | None:
        try:
            return Path(os.readlink(self.workspace.current)).name
        except OSError:
            return None
