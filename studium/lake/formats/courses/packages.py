"""The course of a package: the text of a file name becomes a course key.

Enters: `Org-Num-Run` as names spell it, keys that are known, and the beginnings of the package's own tables. Leaves:
a canonical key. A dash may be part of any name, so what is known and what the tables say comes before a guess.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable

from studium.lake.formats.courses.keys import course_of


def dashed(course_id: str) -> str | None:
    """`Org-Num-Run` of a course key; None for a key without these three.

    >>> dashed("course-v1:MITx+6.002x+2T2017")
    'MITx-6.002x-2T2017'
    >>> dashed("ccx-v1:MITx+6.002x+2T2017+ccx@7")
    'MITx-6.002x-2T2017-ccx-7'
    """
    from ccx_keys.locator import CCXLocator
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey
    from opaque_keys.edx.locator import CourseLocator

    try:
        key = CourseKey.from_string(course_id)
    except InvalidKeyError:
        return None
    if type(key) not in (CourseLocator, CCXLocator) or not (key.org and key.course and key.run):
        return None
    text = f"{key.org}-{key.course}-{key.run}"
    return f"{text}-ccx-{key.ccx}" if isinstance(key, CCXLocator) else text


def course_key(text: str, known: Iterable[str], heads: Iterable[bytes]) -> str:
    """The key that a name means: one that the tables have, else the first known one, else the likeliest spelling."""
    wanted = text.replace("__", "-")
    in_tables = Counter(
        course_id for head in heads for course_id in courses_in(head) if dashed(course_id) == wanted
    )
    if in_tables:
        return min(in_tables, key=lambda course_id: (-in_tables[course_id], course_id))
    fitting = (course_id for course_id in known if dashed(course_id) == wanted)
    return next(fitting, None) or _guess(text)


def is_course_key(text: str) -> bool:
    """Whether a package's course is a key; else its rows may be of any course.

    >>> is_course_key("openedx-demo")
    False
    """
    return course_of(text).is_valid


def twins_of(courses: Iterable[str]) -> dict[str, str]:
    """Of each key another one that names spell the same way, such as of a guess the right one."""
    spelled: dict[str, list[str]] = {}
    for course_id in sorted(set(courses)):
        spelled.setdefault(dashed(course_id) or course_id, []).append(course_id)
    return {
        course_id: next(other for other in group if other != course_id)
        for group in spelled.values()
        if len(group) > 1
        for course_id in group
    }


def courses_in(head: bytes) -> list[str]:
    """Course keys in the first lines of a table, canonical; empty where it has no column of them."""
    lines = head.decode("utf-8-sig", errors="replace").split("\n")
    if "\t" in lines[0]:
        rows = [line.rstrip("\r").split("\t") for line in lines]
    else:
        rows = list(csv.reader(line for line in lines if "\0" not in line))
    if not rows or "course_id" not in rows[0]:
        return []
    place, width = rows[0].index("course_id"), len(rows[0])
    texts = [row[place] for row in rows[1:] if len(row) == width]
    return [course.course_id for course in map(course_of, texts) if course.is_valid]


def _guess(text: str) -> str:
    """Organisation up to the first dash, run after the last; a text without two dashes stays as it is.

    A coach's own run of a course (CCX) has its number after that.
    """
    coached = re.fullmatch(r"(.+)-ccx-(\d+)", text)
    if coached:
        master = _guess(coached[1])
        return course_of(f"ccx-v1:{master.partition(':')[2]}+ccx@{coached[2]}").course_id
    parts = re.match(r"^(.+?)__(.+)__(.+)$|^([^-]+)-(.+)-([^-]+)$", text)
    if parts is None:
        return text
    org, number, run = (part for part in parts.groups() if part)
    return course_of(f"course-v1:{org}+{number}+{run}").course_id
