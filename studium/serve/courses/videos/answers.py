"""Videos of a course: who started and finished each, and every five seconds of one.

Enters: a reader, a course, a video. Leaves: `VideoSummary` and `VideoSegment` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.asking import ask
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["videos"])


@dataclass(frozen=True)
class VideoSummary:
    """A video; `video_id` names it in addresses. `duration` in seconds, -1 where nobody knows it.

    `completion_percent` is of the larger of start and end, so that it is never above 100.
    """

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


_VIDEOS = """
select
    video.encoded_module_id as video_id,
    video.pipeline_video_id,
    places.name,
    places.chapter_name as chapter,
    places.index_video as position,
    video.duration,
    video.segment_length,
    video.users_at_start,
    video.users_at_end,
    100.0 * video.users_at_end / nullif(greatest(video.users_at_start, video.users_at_end), 0)
        as completion_percent,
    video.total_viewed_seconds
from video
left join places on video.pipeline_video_id = places.pipeline_video_id
where video.course_id = $course_id and ($video_id is null or video.encoded_module_id = $video_id)
order by places.index_video nulls last, video.encoded_module_id
"""
_PLACES = (
    "select pipeline_video_id, name, chapter_name, index_video "
    "from video_places where course_id = $course_id"
)
# Releases that were made before this dataset was.
_NO_PLACES = (
    "select cast(null as varchar) as pipeline_video_id, cast(null as varchar) as name, "
    "cast(null as varchar) as chapter_name, cast(null as bigint) as index_video where false"
)
_REPEATS = """
select
    timeline.pipeline_video_id,
    cast(floor(timeline.segment * video.segment_length * $parts / video.duration) as integer) as part,
    sum(timeline.num_views) as views,
    sum(timeline.num_users) as users
from video_timeline as timeline
inner join video on timeline.pipeline_video_id = video.pipeline_video_id
where video.course_id = $course_id and video.duration > 0
group by timeline.pipeline_video_id, part
order by timeline.pipeline_video_id, part
"""


def places_of(reader: Reader) -> str:
    """SQL of the places of watched videos in the content of $course_id, by pipeline_video_id."""
    return _PLACES if reader.has("video_places") else _NO_PLACES


def list_videos(reader: Reader, course_id: str, video_id: str | None = None) -> list[VideoSummary]:
    """Videos in the order of the course; those that it does not have any more come last."""
    asked = {"course_id": course_id, "video_id": video_id}
    rows = ask(reader, "video", f"with places as ({places_of(reader)}) {_VIDEOS}", asked)
    return [VideoSummary(**row) for row in rows]


def read_repeats(reader: Reader, course_id: str, parts: int) -> list[dict[str, Any]]:
    """Views and users summed over the segments in each of `parts` equal parts of each video, from 0."""
    asked = {"course_id": course_id, "parts": parts}
    return ask(reader, "video video_timeline", _REPEATS, asked)


@router.get("/courses/{course_id:course}/videos", response_model=Listing[VideoSummary])
@rule(Rule.COURSE)
def videos(course_id: str, reader: Reading, page: Paging) -> Any:
    """Videos of the course, in its order."""
    return answer_all(reader, VideoSummary, list_videos(reader, course_id), page)
