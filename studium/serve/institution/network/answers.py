"""Which courses share learners: the edges of a network.

Enters: a reader. Leaves: `SharedLearners` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["institution"])


@dataclass(frozen=True)
class SharedLearners:
    """Two courses and the learners of both; `jaccard` is the share of both among all of either."""

    course_id: str
    other_course_id: str
    shared_learners: int | None
    learners: int | None
    other_learners: int | None
    jaccard: float | None


def list_shared(reader: Reader) -> list[SharedLearners]:
    """Pairs of courses, those with most shared learners first."""
    if not reader.has("course_coenrollment"):
        return []
    rows = reader.rows(
        "select course_id, other_course_id, shared_learners, learners, other_learners, jaccard "
        "from course_coenrollment order by shared_learners desc nulls last, course_id, other_course_id"
    )
    return [SharedLearners(**row) for row in rows]


@router.get("/network", response_model=Listing[SharedLearners])
@rule(Rule.INSTITUTION)
def network(reader: Reading, page: Paging) -> Any:
    """Pairs of courses that share learners."""
    return answer_all(reader, SharedLearners, list_shared(reader), page)
