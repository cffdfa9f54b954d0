"""Grade reports of the instructor dashboard: a table that is read like any other, told by a name of its own.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.lists import LISTS
from studium.lake.formats.face import Format

FORMAT = Format(
    "grade_report",
    1,
    tuple(dataset for dataset in LISTS if dataset.name == "instructor_grade_report"),
    "studium.lake.formats.courses.dump.parser",
    names=(r"(?:(?P<course>.+)[-_])?grade_report(?:_.*)?\.csv",),
)
