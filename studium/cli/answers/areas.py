"""What a release says of its areas: how far each reaches, and which are held back.

Enters: the manifest of a release. Leaves: lines for people, JSON for machines.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studium.publish import Area, Manifest


def area_facts(area: "Area") -> dict[str, Any]:
    """What a release says of one of its areas, as JSON."""
    return {
        "as_of": area.as_of,
        "tables": len(area.tables),
        "rows": sum(table.rows for table in area.tables),
        "made_in": area.made_in,
        "held_back": area.held_back,
    }


def held_back_lines(manifest: "Manifest") -> Iterator[str]:
    """Areas of a release that are older than what was built, or missing, with the reasons."""
    areas = {area.name: area for area in manifest.areas}
    for name, reasons in manifest.held_back.items():
        stands = f"stands as in {areas[name].made_in}" if name in areas else "is not published"
        yield f"{name} is held back and {stands}: {'; '.join(reasons)}"
