"""Who comes back: learners by month of enrollment and week after it, of all courses or of one.

Enters: a reader, maybe a course. Leaves: `CohortWeek` rows, for the JSON routes here and for the page.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["institution"])


@dataclass(frozen=True)
class CohortWeek:
    """Who first enrolled in a month, and how many of them were active that many weeks later.

    Weeks begin on the day of each learner's enrollment. Of all courses, a learner counts in each.
    """

    cohort_month: date
    week_number: int
    learners: int | None
    active_learners: int | None


_COHORTS = """
    select
        cohort_month,
        week_number,
        cast(sum(learners) as bigint) as learners,
        cast(sum(active_learners) as bigint) as active_learners
    from enrollment_retention
    where learners is not null and active_learners is not null
        and ($course_id is null or course_id = $course_id)
    group by cohort_month, week_number
    order by cohort_month, week_number
"""


def read_retention(reader: Reader, course_id: str | None = None) -> list[CohortWeek]:
    """Weeks that are over, by month and week; None is all courses that the principal may see.

    A week of which a number is hidden is left out whole, so that shares stay those of the rest.
    """
    if not reader.has("enrollment_retention"):
        return []
    return [CohortWeek(**row) for row in reader.rows(_COHORTS, {"course_id": course_id})]


@router.get("/retention", response_model=Listing[CohortWeek])
@rule(Rule.INSTITUTION)
def retention(reader: Reading, page: Paging) -> Any:
    """Who was active again, week by week after enrolling, in all courses together."""
    return answer_all(reader, CohortWeek, read_retention(reader), page)


@router.get("/courses/{course_id:course}/retention", response_model=Listing[CohortWeek])
@rule(Rule.COURSE)
def course_retention(course_id: str, reader: Reading, page: Paging) -> Any:
    """Who was active again, week by week after enrolling, in one course."""
    return answer_all(reader, CohortWeek, read_retention(reader, course_id), page)
