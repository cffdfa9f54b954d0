"""The list of courses that the platform's own API gives.

Enters: a record of course_list. Leaves: its row, with white space made single and text of at most 255 characters.
"""

from typing import Any

from studium.lake.formats.courses.catalogue.values import Rows, course_id_of, moment
from studium.lake.reading.documents import Record
from studium.lake.reading.parsed import Counts

LONGEST_TEXT = 255
TEXTS = (
    *("name", "org", "number", "blocks_url", "short_description", "start_display", "start_type"),
    *("effort", "pacing"),
)
TIMES = {
    "enrollment_start": "enrollment_start",
    "enrollment_end": "enrollment_end",
    "start": "start_date",
    "end": "end_date",
}


def listing_rows(record: Record, counts: Counts, number: int) -> Rows:
    """A course; one without a key goes to quarantine. An empty text stays empty, as it was published."""
    key = "course_id" if record.get("course_id") else "id"
    course_id = course_id_of(record, key, counts, number)
    if course_id is None:
        return []
    row: dict[str, Any] = {"course_id": course_id}
    row |= {name: _text(record.get(name)) for name in TEXTS}
    row |= {column: moment(record, name, counts, number) for name, column in TIMES.items()}
    return [("listed_courses", row)]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return " ".join(str(value).replace("\0", "").split())[:LONGEST_TEXT]
