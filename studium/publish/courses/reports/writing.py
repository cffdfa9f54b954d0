"""Reports become files: a folder per course, all files of a course together or none.

Enters: a `ReportOrder`. Leaves: a `Delivery`. Addresses are in no release; they come from the warehouse.
"""

from collections.abc import Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Progress
from studium.publish.courses.reports.answers import ANSWERS
from studium.publish.courses.reports.files import Report, ReportCourse, ReportFile
from studium.publish.courses.reports.student_engagement import STUDENT_ENGAGEMENT
from studium.publish.exports.deliveries import Delivery
from studium.publish.exports.files import FileGroup, HashingStream, Written, file_group
from studium.publish.exports.rows.scopes import ids_of, require_ids
from studium.publish.finding import open_held
from studium.publish.release import OpenRelease, csv_lines
from studium.publish.release_store import find_table

REPORTS: dict[str, Report] = {**STUDENT_ENGAGEMENT, **ANSWERS}
_KIND = "course"
_BLOCK_ROWS = 5_000
_LINE_END = "\r\n"  # of the published files


class ReportOrder(NamedTuple):
    """Which report, of which courses (none named: all); `with_emails` puts addresses of learners into it."""

    report: str
    courses: tuple[str, ...] = ()
    with_emails: bool = False
    release_id: str | None = None


def write_report(
    workspace: Workspace, order: ReportOrder, folder: Path, progress: Progress, force: bool = False
) -> Delivery:
    """Write the files of a report into folders below `folder`.

    Raises MisuseError for an unknown report or course, and when a file is there already and `force` is not set.
    """
    report = _report(order.report)
    written: list[Written] = []
    rows = 0
    with open_held(OpenRelease, workspace, order.release_id) as release:
        known = ids_of(release, find_table(release.release, report.table), _KIND)
        require_ids(release, _KIND, known, order.courses)
        courses = [_course(workspace, release, key, order) for key in order.courses or known]
        progress.start(order.report, float(len(courses)), "courses")
        for course in courses:
            files, count = _write_course(release, report, course, folder, force)
            written += files
            rows += count
            progress.advance(1.0)
        progress.finish()
        return Delivery(release.release.id, rows, folder, tuple(written))


def _write_course(
    release: OpenRelease, report: Report, course: ReportCourse, folder: Path, force: bool
) -> tuple[list[Written], int]:
    below = Path(report.folder(course.key))
    with file_group(folder / below, report.names(course), force) as group:
        rows = sum(_write(group, file) for file in report.files(release, course))
    return [file._replace(name=str(below / file.name)) for file in group.written], rows


def _report(name: str) -> Report:
    if name not in REPORTS:
        raise MisuseError(f"There is no report {name}", "REPORT", f"Reports: {', '.join(REPORTS)}")
    return REPORTS[name]


def _course(
    workspace: Workspace, release: OpenRelease, key: str, order: ReportOrder
) -> ReportCourse:
    interval = release.release.manifest.build
    if interval.as_of is None:
        raise StudiumError(
            "The release does not say which interval it counts",
            f"release {release.release.id}",
            "Make a new one: studium run",
        )
    first = interval.events_from or interval.as_of
    tables = {table.name for table in release.release.manifest.tables}
    if interval.events_from is None and "enrollment_periods" in tables:
        sql = "select cast(coalesce(min(valid_from), $as_of) as varchar) from enrollment_periods"
        (text,) = release.texts(sql, {"as_of": interval.as_of})
        first = date.fromisoformat(text)
    emails = _read_emails(workspace, key) if order.with_emails else {}
    return ReportCourse(key, first, interval.as_of, emails)


def _read_emails(workspace: Workspace, course: str) -> Mapping[str, str]:
    import duckdb

    sql = (
        "select username, email from personal.learner_contacts "
        "where course_id = $course and username is not null and email is not null"
    )
    try:
        with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
            return dict(connection.execute(sql, {"course": course}).fetchall())
    except duckdb.Error as error:
        raise StudiumError(
            f"The addresses of learners cannot be read: {str(error).splitlines()[0]}",
            str(workspace.warehouse),
            "Wait until no build is running, or leave --emails out",
        ) from None


def _write(group: FileGroup, file: ReportFile) -> int:
    count = 0

    def work(stream: HashingStream) -> None:
        nonlocal count
        stream.write(csv_lines([file.header], _LINE_END))
        rows = iter(file.rows)
        while block := list(islice(rows, _BLOCK_ROWS)):
            stream.write(csv_lines(block, _LINE_END))
            count += len(block)

    group.write(file.name, work)
    return count
