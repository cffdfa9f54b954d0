"""Videos of a course: who started and finished each, and every five seconds of one.

Enters: a reader, a course, a video. Leaves: `VideoSummary` and `VideoSegment` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["videos"])


@dataclass(frozen=True)
class VideoSummary:
    """A video; `video_id` names it in addresses. `duration` in seconds, -1 where nobody knows it."""

    video_id: str
    pipeline_video_id: str
    name: str | None
    chapter: str | None
    position: int | None
    duration: int
    segment_length: int
    users_at_start: int | None
    users_at_end: int | None
    completion_percent: float | None
    total_viewed_seconds: int | None


_NAMED = """
select
    video.encoded_module_id as video_id,
    video.pipeline_video_id,
    axis.name,
    axis.chapter_name as chapter,
    axis.index_video as position,
    video.duration,
    video.segment_length,
    video.users_at_start,
    video.users_at_end,
    100.0 * video.users_at_end / nullif(video.users_at_start, 0) as completion_percent,
    video.total_viewed_seconds
from video
left join axis
    on axis.video_id = regexp_extract(video.encoded_module_id, '[^-@/]+$')
where video.course_id = $course_id and ($video_id is null or video.encoded_module_id = $video_id)
order by axis.index_video nulls last, video.encoded_module_id
"""
_AXIS = (
    "select video_id, min_by(name, index_video) as name, "
    "min_by(chapter_name, index_video) as chapter_name, min(index_video) as index_video "
    "from video_axis where course_id = $course_id group by video_id"
)
_NO_AXIS = (
    "select cast(null as varchar) as video_id, cast(null as varchar) as name, "
    "cast(null as varchar) as chapter_name, cast(null as bigint) as index_video where false"
)


def list_videos(reader: Reader, course_id: str, video_id: str | None = None) -> list[VideoSummary]:
    """Videos in the order of the course; those that it does not have any more come last."""
    if not reader.has("video"):
        return []
    axis = _AXIS if reader.has("video_axis") else _NO_AXIS
    rows = reader.rows(
        f"with axis as ({axis}) {_NAMED}", {"course_id": course_id, "video_id": video_id}
    )
    return [VideoSummary(**row) for row in rows]


@router.get("/courses/{course_id:course}/videos", response_model=Listing[VideoSummary])
@rule(Rule.COURSE)
def videos(course_id: str, reader: Reading, page: Paging) -> Any:
    """Videos of the course, in its order."""
    return answer_all(reader, VideoSummary, list_videos(reader, course_id), page)
