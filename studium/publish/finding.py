"""A release found by its id and opened with the limits of queries: for whoever asks by the command line.

Enters: a workspace, maybe an id and a time limit. Leaves: an `OpenRelease`.
"""

from typing import TypeVar

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish.release import Limits, OpenRelease, open_release
from studium.publish.release_store import find_release

_Open = TypeVar("_Open", bound=OpenRelease)


def open_held(
    kind: type[_Open],
    workspace: Workspace,
    release_id: str | None,
    seconds: float | None = None,
) -> _Open:
    """The named release, else the current one, opened as `kind` with the limits of queries.

    Raises StudiumError when it cannot be opened.
    """
    limits = Limits.of_queries(workspace, seconds)
    release = find_release(workspace, release_id)
    try:
        return open_release(kind, release, limits)
    except StudiumError:
        if release.path.is_dir():
            raise
        # Removed between looking and opening: `current` has moved on by then.
        return open_release(kind, find_release(workspace, release_id), limits)
