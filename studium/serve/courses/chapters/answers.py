"""Chapters of a course as a funnel: how many learners opened each.

Enters: a reader, a course. Leaves: `Chapter` rows in the order of the course.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all
from studium.serve.web.days import Moment

router = APIRouter(prefix="/api/v1", tags=["chapters"])


@dataclass(frozen=True)
class Chapter:
    """A chapter and the learners who opened it, as their state in the course says."""

    position: int
    chapter_id: str
    name: str | None
    starts_at: Moment | None
    due_at: Moment | None
    learners: int | None
    sequences: int
    videos: int
    problems: int


_CHAPTERS = """
select
    chapter."index" as position,
    chapter.module_id as chapter_id,
    chapter.name,
    chapter.start as starts_at,
    chapter.due as due_at,
    max(usage.ncount) as learners,
    count(*) filter (part.category = 'sequential') as sequences,
    count(*) filter (part.category = 'video') as videos,
    count(*) filter (part.category = 'problem') as problems
from course_axis as chapter
left join course_axis as part
    on part.course_id = $course_id and part.chapter_mid = chapter.module_id
left join stats_module_usage as usage
    on
        usage.course_id = $course_id
        and usage.module_type = 'chapter'
        and regexp_extract(usage.module_id, '[^@/]+$') = chapter.url_name
where chapter.course_id = $course_id and chapter.category = 'chapter'
group by all
order by chapter."index"
"""


def list_chapters(reader: Reader, course_id: str) -> list[Chapter]:
    """Chapters; empty where the course's structure was never landed."""
    if not (reader.has("course_axis") and reader.has("stats_module_usage")):
        return []
    return [Chapter(**row) for row in reader.rows(_CHAPTERS, {"course_id": course_id})]


@router.get("/courses/{course_id:course}/chapters", response_model=Listing[Chapter])
@rule(Rule.COURSE)
def chapters(course_id: str, reader: Reading, page: Paging) -> Any:
    """Chapters in the order of the course, with the learners who opened each."""
    return answer_all(reader, Chapter, list_chapters(reader, course_id), page)
