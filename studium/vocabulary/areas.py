"""Where areas stand beside those of the house: folders with `formats/<area>/` and `models/<area>/` in them.

Enters: the variable STUDIUM_AREAS. Leaves: folders, for the lake, which reads their formats, and the warehouse, which
builds their models.
"""

import os
from pathlib import Path

AREAS_VARIABLE = "STUDIUM_AREAS"


def area_folders() -> tuple[Path, ...]:
    """The folders that the variable names, in its order, separated as in PATH; children of a process inherit it."""
    return tuple(
        Path(part) for part in os.environ.get(AREAS_VARIABLE, "").split(os.pathsep) if part
    )
