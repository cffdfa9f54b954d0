"""What each enrolled learner did on a day, in a week or in the whole interval, a file for each.

Enters: student_engagement_daily, _weekly or _all and enrollment_periods of a release. Leaves: a row per learner who
was enrolled at the end of that time, also of those who did nothing. Who has no known username has none.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple

from studium.publish.courses.reports.files import (
    Report,
    ReportCourse,
    ReportFile,
    Row,
    hashed_folder,
    rows_of,
)
from studium.publish.release import OpenRelease


class Kind(NamedTuple):
    """A length of time: in its name, in days (0: all of them), and in two headings."""

    name: str
    days: int
    date_heading: str
    active_heading: str


KINDS = (
    Kind("daily", 1, "Date", "Was Active"),
    Kind("weekly", 7, "End Date", "Days Active This Week"),
    Kind("all", 0, "End Date", "Days Active"),
)
_COUNTS = {
    "problems_attempted": "Unique Problems Attempted",
    "problem_attempts": "Total Problem Attempts",
    "problems_correct": "Unique Problems Correct",
    "videos_played": "Unique Videos Played",
    "forum_posts": "Discussion Posts",
    "forum_responses": "Discussion Responses",
    "forum_comments": "Discussion Comments",
    "forum_upvotes_given": "Discussion Upvotes Given",
    "forum_downvotes_given": "Discussion Downvotes Given",
    "forum_upvotes_received": "Discussion Upvotes Received",
    "forum_downvotes_received": "Discussion Downvotes Received",
    "textbook_pages_viewed": "Textbook Pages Viewed",
}
_LAST = "URL of Last Subsection Viewed"
_QUERY = """
    with bins as (select unnest($bins) as end_date)
    select
        periods.course_id, bins.end_date, periods.username, periods.cohort,
        coalesce(engagement.days_active, 0), {counts}, engagement.last_subsection_viewed
    from bins
    inner join enrollment_periods as periods
        on periods.valid_from <= bins.end_date and periods.valid_to > bins.end_date
    left join {table} as engagement
        on
            engagement.course_id = periods.course_id
            and engagement.username = periods.username
            and engagement.end_date = bins.end_date
    where periods.course_id = $course and periods.is_enrolled and periods.username is not null
    order by bins.end_date, periods.username, periods.user_id
"""


def ends_of(kind: Kind, course: ReportCourse) -> list[date]:
    """The last days of the times that the interval is cut into, from its end backwards."""
    last = course.as_of - timedelta(days=1)
    if not kind.days:
        return [last] if course.events_from <= last else []
    number = -(-(course.as_of - course.events_from).days // kind.days)
    return sorted(last - timedelta(days=kind.days * back) for back in range(number))


def file_name(kind: Kind, course: ReportCourse, end: date) -> str:
    """The name of the file of one of these times."""
    when = f"{end}" if kind.days else f"{course.events_from}-{course.as_of}"
    return f"student_engagement_{kind.name}_{when}.csv"


def _names(kind: Kind, course: ReportCourse) -> Sequence[str]:
    return [file_name(kind, course, end) for end in ends_of(kind, course)]


def _files(kind: Kind, release: OpenRelease, course: ReportCourse) -> Iterator[ReportFile]:
    header = ["Course ID", kind.date_heading, "Username", "Email", "Cohort", kind.active_heading]
    header += [*_COUNTS.values(), _LAST]
    counts = ", ".join(f"coalesce(engagement.{column}, 0)" for column in _COUNTS)
    sql = _QUERY.format(counts=counts, table=f"student_engagement_{kind.name}")
    rows = rows_of(release, sql, {"course": course.key, "bins": ends_of(kind, course)})
    for end, of_end in groupby(rows, key=lambda row: row[1]):
        yield ReportFile(
            file_name(kind, course, end), header, (_with_email(row, course) for row in of_end)
        )


def _with_email(row: Row, course: ReportCourse) -> Row:
    return [*row[:3], course.emails.get(row[2]), *row[3:]]


STUDENT_ENGAGEMENT = {
    f"student_engagement_{kind.name}": Report(
        "enrollment_periods", hashed_folder, partial(_names, kind), partial(_files, kind)
    )
    for kind in KINDS
}
