"""Chapters of a course as a funnel: how many learners opened each.

Enters: a reader, a course. Leaves: `Chapter` rows in the order of the course.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.asking import ask
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


# A chapter without a row of usage is one that nobody came to; one whose count is NULL is hidden.
_CHAPTERS = """
select
    chapter."index" as position,
    chapter.module_id as chapter_id,
    chapter.name,
    chapter.start as starts_at,
    chapter.due as due_at,
    case when count(usage.module_id) = 0 then 0 else max(usage.ncount) end as learners,
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
        and usage.module_id = chapter.module_id
where chapter.course_id = $course_id and chapter.category = 'chapter'
group by chapter."index", chapter.module_id, chapter.name, chapter.start, chapter.due
order by chapter."index"
"""
# Learners by the number of chapters that they came to.
_REACHED = """
select nchapters as chapters, count(*) as learners
from pc_nchapters
where course_id = $course_id
group by nchapters
order by nchapters
"""


@dataclass(frozen=True)
class ChaptersReached:
    """Learners who came to that many chapters."""

    chapters: int
    learners: int | None


def read_reached(reader: Reader, course_id: str) -> list[ChaptersReached]:
    """Learners by the number of chapters that they came to; needs a role that reads learners."""
    rows = ask(reader, "pc_nchapters", _REACHED, {"course_id": course_id})
    return [ChaptersReached(**row) for row in reader.suppress(rows, "learners")]


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


@router.get("/courses/{course_id:course}/chapters/reached", response_model=Listing[ChaptersReached])
@rule(Rule.LEARNERS)
def reached(course_id: str, reader: Reading, page: Paging) -> Any:
    """Learners by the number of chapters that they came to."""
    return answer_all(reader, ChaptersReached, read_reached(reader, course_id), page)
