"""Titles of courses, as their content names them.

Enters: a reader. Leaves: a title for every course that the viewer may see.
"""

from studium.serve.release import Reader

_TITLES = "select course_id, min(name) as title from course_axis where category = 'course' group by course_id"


def titles_of(reader: Reader) -> dict[str, str]:
    """Course id to title; a course without content is called by its id."""
    found = reader.rows(_TITLES) if reader.has("course_axis") else []
    titles = {row["course_id"]: row["title"] for row in found if row["title"]}
    return {course_id: titles.get(course_id, course_id) for course_id in reader.courses}
