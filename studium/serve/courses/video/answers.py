"""One video: who started and finished it, and every five seconds of it.

Enters: a reader, a course, a video. Leaves: its `VideoSummary`, and `VideoSegment` rows.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from studium.serve.courses.videos.answers import VideoSummary, list_videos
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Listing, Paging, Reading, answer_all

router = APIRouter(prefix="/api/v1", tags=["videos"])


@dataclass(frozen=True)
class VideoSegment:
    """Some seconds of a video: how many people saw them, and how often they were seen."""

    segment: int
    starts_at_seconds: int
    num_users: int | None
    num_views: int | None


_SEGMENTS = """
select
    timeline.segment,
    timeline.segment * video.segment_length as starts_at_seconds,
    timeline.num_users,
    timeline.num_views
from video_timeline as timeline
inner join video on timeline.pipeline_video_id = video.pipeline_video_id
where video.course_id = $course_id and video.encoded_module_id = $video_id
order by timeline.segment
"""


def read_video(reader: Reader, course_id: str, video_id: str) -> VideoSummary:
    """One video; raises HiddenError for one that nobody watched or that is not there."""
    found = list_videos(reader, course_id, video_id)
    if not found:
        raise HiddenError
    return found[0]


def read_timeline(reader: Reader, course_id: str, video_id: str) -> list[VideoSegment]:
    """Segments of a video, from its beginning."""
    if not (reader.has("video") and reader.has("video_timeline")):
        return []
    rows = reader.rows(_SEGMENTS, {"course_id": course_id, "video_id": video_id})
    return [VideoSegment(**row) for row in rows]


@router.get(
    "/courses/{course_id:course}/videos/{video_id:path}/timeline",
    response_model=Listing[VideoSegment],
)
@rule(Rule.COURSE)
def timeline(course_id: str, video_id: str, reader: Reading, page: Paging) -> Any:
    """Who saw each part of a video, and how often it was seen."""
    read_video(reader, course_id, video_id)
    return answer_all(reader, VideoSegment, read_timeline(reader, course_id, video_id), page)


@router.get("/courses/{course_id:course}/videos/{video_id:path}")
@rule(Rule.COURSE)
def video(course_id: str, video_id: str, reader: Reading) -> VideoSummary:
    """One video."""
    return read_video(reader, course_id, video_id)
