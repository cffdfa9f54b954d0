"""The course catalogue as JSON: answers of the Course Discovery API, and the platform's list of courses.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.catalogue import CATALOGUE
from studium.lake.formats.face import Format

_RESOURCES = "courses|course_runs|programs|catalog|course_list"

FORMAT = Format(
    "catalogue",
    1,
    CATALOGUE,
    f"{__name__}.parser",
    # Answers of the API and of the platform's list, under the names of their resources.
    names=(rf"(?:[a-z]+[-_])?(?P<dataset>{_RESOURCES})(?:[-_]\d{{4}}-\d{{2}}-\d{{2}})?\.jsonl?",),
    has_sources=True,
)
