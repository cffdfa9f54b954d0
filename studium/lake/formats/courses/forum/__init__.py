"""Discussions, from MongoDB's export or the two tables of the newer MySQL forum.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.content import FORUM
from studium.lake.formats.face import Format

FORMAT = Format(
    "forum",
    1,
    FORUM,
    f"{__name__}.parser",
    names=(
        r"(?:(?P<course>.+)-(?:prod|edge)|forum|(?:prod|edge))\.mongo",
        r"(?P<course>.+-.+-.+)\.mongo",
        r"(?:(?P<course>.+?)-)?(?P<dataset>forum_commentthread|forum_comment)(?:-.*)?\.(?i:sql|csv|tsv)",
    ),
    has_sources=True,
)
