"""Taxonomies: trees of domains, subjects, topics, tutorials and pages, each landing of which is a version.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.face import Format
from studium.vocabulary import Dataset, Recognition, day, number, text

_NAMES = {
    "csv": "content_nodes",
    "json": "map_(?:domains|subjects|topics|tutorials)|topics",
}
_DAY, _PACKED = r"(?:[-_]\d{4}-\d{2}-\d{2})?", r"(?:\.(?:gz|bz2|zst))?$"
_PATHS = {
    ending: rf"(?i:(?:^|[/!])(?:[a-z0-9]+_)?(?:{names}){_DAY}\.{ending}){_PACKED}"
    for ending, names in _NAMES.items()
}

TAXONOMY_NODES = Dataset(
    "taxonomy_nodes",
    description="One row per node of a version of a taxonomy and place that it has in the tree.",
    key=("taxonomy", "version_date", "part", "node_id", "parent_id", "position"),
    keeps="every_file",
    recognised_as=(
        Recognition(("node_id", "parent_id", "kind"), _PATHS["csv"]),
        Recognition((), _PATHS["json"]),
    ),
    columns=(
        *text("taxonomy"),
        *day("version_date"),
        *text("part", "node_id", "parent_id", "kind"),
        *number("position"),
        *text("title", "slug", "path", "page_id", "page_kind", "key"),
    ),
)

FORMAT = Format("taxonomy", 1, (TAXONOMY_NODES,), f"{__name__}.parser")
