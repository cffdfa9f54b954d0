"""What a report is: files of a course, each with a header and rows.

Enters: nothing. Leaves: the words in which the reports say what to write.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from studium.publish.release import OpenRelease

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")

Row = Sequence[Any]


class ReportCourse(NamedTuple):
    """A course of a release: its key, the interval that counts, and addresses by username where they are wanted."""

    key: str
    events_from: date
    as_of: date
    emails: Mapping[str, str]


class ReportFile(NamedTuple):
    """A file: its name below the folder of the course, and its rows in their order."""

    name: str
    header: Sequence[str]
    rows: Iterable[Row]


class Report(NamedTuple):
    """A report: the table of the release with its courses, the folder of a course, and its files.

    `names` are all names that its files may have.
    """

    table: str
    folder: Callable[[str], str]
    names: Callable[[ReportCourse], Sequence[str]]
    files: Callable[[OpenRelease, ReportCourse], Iterator[ReportFile]]


def hashed_folder(course: str) -> str:
    """The SHA-1 of a course key: the name that the pipeline gave to the folder of a course."""
    return hashlib.sha1(course.encode(), usedforsecurity=False).hexdigest()


def safe_course(course: str) -> str:
    """A course key as part of a file's name: organisation, number and run with underscores between.

    >>> safe_course("course-v1:edX+DemoX+Demo_2015")
    'edX_DemoX_Demo_2015'
    """
    plain = course.split(":", 1)[-1]
    return _UNSAFE.sub("_", "_".join(re.split(r"[/+]", plain)))


def rows_of(release: OpenRelease, sql: str, values: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of a query, read as they are needed."""
    for batch in release.batches(sql, values):
        yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))
