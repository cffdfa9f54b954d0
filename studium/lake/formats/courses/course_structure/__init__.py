"""Course structures as JSON: the data package's objects by block id, and answers of the platform's Blocks API.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.content import STRUCTURE
from studium.lake.formats.courses.sites import SITE
from studium.lake.formats.face import Format

FORMAT = Format(
    "course_structure",
    2,
    STRUCTURE,
    f"{__name__}.parser",
    names=(rf"(?:(?P<course>.+?)-)?course_(?:structure|blocks)(?:-{SITE})*\.json",),
)
