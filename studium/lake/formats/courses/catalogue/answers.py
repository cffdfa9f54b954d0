"""The course catalogue as JSON: answers of the Course Discovery API, and the platform's list of courses.

Enters: courses, course_runs, programs, catalog or course_list, plain or compressed. Leaves: catalogue_…,
listed_courses.
"""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from studium.lake.formats.courses.catalogue.courses import catalog_rows, course_rows, run_rows
from studium.lake.formats.courses.catalogue.listings import listing_rows
from studium.lake.formats.courses.catalogue.programs import program_rows
from studium.lake.formats.courses.catalogue.values import Row, Rows
from studium.lake.reading.documents import Record, records_of
from studium.lake.reading.parsed import Counts, Write, table_of

BATCH_ROWS = 20_000

OF_RUNS = ("catalogue_course_runs", "catalogue_seats", "catalogue_run_programs")
# What a file gives: how its records are read, and the datasets that it has even without a record.
RESOURCES: dict[str, tuple[Callable[[Record, Counts, int], Rows], tuple[str, ...]]] = {
    "courses": (
        course_rows,
        ("catalogue_courses", *OF_RUNS, "catalogue_instructors", "catalogue_subjects"),
    ),
    "course_runs": (run_rows, (*OF_RUNS, "catalogue_instructors")),
    "programs": (program_rows, ("catalogue_programs", "catalogue_program_courses")),
    "catalog": (catalog_rows, ("catalogue_subjects",)),
    "course_list": (listing_rows, ("listed_courses",)),
}

__all__ = ["RESOURCES", "read_answers"]


def read_answers(path: Path, resource: str, write: Write) -> Counts:
    """Write the rows of all records; `source_line` counts them from 1. A line of the account is a row or a fault."""
    counts = Counts()
    read, _ = RESOURCES[resource]
    waiting: dict[str, list[Row]] = defaultdict(list)
    line_no = 0
    for number, record in records_of(path, counts):
        for dataset, row in read(record, counts, number):
            line_no += 1
            waiting[dataset].append(row | {"source_line": line_no})
            if len(waiting[dataset]) >= BATCH_ROWS:
                _write(dataset, waiting.pop(dataset), write, counts)
    for dataset, rows in waiting.items():
        _write(dataset, rows, write, counts)
    counts.lines = counts.rows + len(counts.rejects) + counts.skipped.total()
    return counts


def _write(dataset: str, rows: list[Row], write: Write, counts: Counts) -> None:
    write(dataset, table_of(dataset, rows))
    counts.rows += len(rows)
