"""What the areas add to the way out, told by their folders.

Enters: `publish/<area>/exports`. Leaves: all formats, and the tables that are made while they leave.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from studium.publish.exports.face import AreaExports, Derived
from studium.publish.exports.formats import FORMATS, FileFormat


def all_formats() -> dict[str, FileFormat]:
    """Formats of the house, then those of areas, by name."""
    return FORMATS | {name: form for area in _areas() for name, form in area.formats.items()}


def derived_tables() -> dict[str, Derived]:
    """Tables that are made while they leave, by name."""
    return {table.name: table for area in _areas() for table in area.tables}


@cache
def _areas() -> tuple[AreaExports, ...]:
    room = Path(__file__).parent.parent
    names = sorted(found.parent.parent.name for found in room.glob("*/exports/__init__.py"))
    faces = [import_module(f"studium.publish.{name}.exports").EXPORTS for name in names]
    return tuple(face for face in faces if isinstance(face, AreaExports))
