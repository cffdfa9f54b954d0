"""Course content in OLX: the archive that Studio and the data package export.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.content import OLX
from studium.lake.formats.courses.sites import SITE
from studium.lake.formats.face import Format

_ARCHIVE = r"(?:tar\.(?:gz|bz2|xz)|tgz)"

FORMAT = Format(
    "olx",
    2,
    OLX,
    f"{__name__}.parser",
    names=(
        rf"(?:(?P<course>.+?)-)?course(?:-{SITE})*\.xml\.{_ARCHIVE}",
        rf"(?P<course>.+?-.+?-.+?)(?:-{SITE})*\.xml\.{_ARCHIVE}",
        r"course(?:\.[A-Za-z0-9_-]+)?\.(?:tar\.gz|tgz)",  # Studio's own
    ),
)
