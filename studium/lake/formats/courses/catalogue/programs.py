"""Programs: series of courses under one title.

Enters: a record of programs. Leaves: the program, and its courses by their slot.
"""

import orjson

from studium.lake.formats.courses.catalogue.values import KEPT_BYTES, Row, Rows, objects, text
from studium.lake.reading.documents import Record
from studium.lake.reading.parsed import Counts


def program_rows(record: Record, counts: Counts, number: int) -> Rows:
    """The slot of a course is its place in the program, from 1; a course without a key keeps its place free."""
    program_id = text(record.get("uuid"))
    if program_id is None:
        counts.reject(number, "no_key", "no uuid", orjson.dumps(record)[:KEPT_BYTES])
        return []
    program: Row = {"program_id": program_id}
    program |= {
        name: text(record.get(name)) for name in ("title", "type", "status", "marketing_url")
    }
    courses = [
        (
            "catalogue_program_courses",
            {"program_id": program_id, "slot": slot, "course_key": text(course.get("key"))},
        )
        for slot, course in enumerate(objects(record.get("courses")), start=1)
        if course.get("key")
    ]
    return [("catalogue_programs", program), *courses]
