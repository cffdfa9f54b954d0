"""Course content: the archive of a course in OLX, as Studio and the data package export it.

Enters: course.xml.tar.gz. Leaves: course_elements, course_graders, course_grade_cutoffs and course_tag_counts.
"""

from pathlib import Path
from typing import Any

from studium.lake.formats.courses.olx.documents import read_documents
from studium.lake.formats.courses.olx.grading import grading_rows
from studium.lake.formats.courses.olx.outline import Outline
from studium.lake.formats.courses.olx.runs import runs_of
from studium.lake.reading.parsed import Counts, Write, table_of

__all__ = ["read_export"]


def read_export(path: Path, course_id: str | None, write: Write) -> Counts:
    """Write the tables of all runs of an archive; `course_id` is that of the package, if it has one.

    A line of the account is a record: a row, a fault, a hidden part. `source_line` is the number of the document
    among the texts of the archive, of graders and cutoffs their position. Raises RefusedArchiveError.
    """
    counts = Counts()
    documents = read_documents(path, counts)
    for run in runs_of(documents, course_id):
        outline = Outline(documents, run)
        outline.walk()
        graders, cutoffs = grading_rows(run, counts)
        tags = [
            {
                "course_id": run.course_id,
                "element_index": index,
                "tag": tag,
                "elements": elements,
                "source_line": 0,
            }
            for (index, tag), elements in sorted(outline.tags.items())
        ]
        if outline.hidden:
            counts.skipped["hide_from_toc"] += outline.hidden
        _write("course_elements", outline.rows, write, counts)
        _write("course_graders", graders, write, counts)
        _write("course_grade_cutoffs", cutoffs, write, counts)
        _write("course_tag_counts", tags, write, counts)
    counts.lines = counts.rows + len(counts.rejects) + counts.skipped.total()
    return counts


def _write(dataset: str, rows: list[dict[str, Any]], write: Write, counts: Counts) -> None:
    if rows:
        write(dataset, table_of(dataset, rows))
        counts.rows += len(rows)
