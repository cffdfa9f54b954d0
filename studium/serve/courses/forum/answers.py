"""The forum of a course by day: threads, responses, comments, and how many people wrote.

Enters: a reader, a course, days. Leaves: `ForumDay` rows. Who wrote what is not said here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import AskedDays, Days

router = APIRouter(prefix="/api/v1", tags=["forum"])


@dataclass(frozen=True)
class ForumDay:
    """A day with at least one post."""

    date: date
    authors: int | None
    threads: int | None
    responses: int | None
    comments: int | None


_DAYS = """
select
    cast(first_time as date) as date,
    count(distinct username) as authors,
    count(*) filter (slug_type = 'initial_post') as threads,
    count(*) filter (slug_type = 'response_post') as responses,
    count(*) filter (slug_type = 'comment') as comments
from forum_posts
where course_id = $course_id and first_time >= $start and first_time < $end
group by all
order by date
"""


def read_forum(reader: Reader, course_id: str, days: Days | None = None) -> list[ForumDay]:
    """Days with posts; needs a role that reads learners."""
    if not reader.has("forum_posts"):
        return []
    values = {"course_id": course_id, **(days or Days()).values}
    rows = reader.suppress(
        reader.rows(_DAYS, values),
        "authors",
        within=["date"],
        measures=["threads", "responses", "comments"],
    )
    return [ForumDay(**row) for row in rows]


@router.get("/courses/{course_id:course}/forum", response_model=Listing[ForumDay])
@rule(Rule.LEARNERS)
def forum(course_id: str, reader: Reading, page: Paging, days: AskedDays) -> Any:
    """Posts of each day that has any."""
    return answer_all(reader, ForumDay, read_forum(reader, course_id, days), page)
