"""The videos of a course: who starts and who stays, where learners watch again, one video in depth.

Enters: the key of a course, maybe of a video. Leaves: the pages at `/courses/{course_id}/videos` and `…/{video_id}`.
"""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import Heading, heading_of, show_course
from studium.serve.courses.videos.answers import VideoSummary, list_videos, read_repeats
from studium.serve.drawing.charts import Chart, heat_map
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people, percent, seconds, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Videos", Rule.COURSE, 4)

_PARTS = 20
_SOURCES = ("video.users_at_start", "video.users_at_end", "video.duration", "video_places.name")


@router.get("/courses/{course_id:course}/videos", include_in_schema=False)
@rule(Rule.COURSE)
def videos_page(request: Request, course_id: str, reader: Reading) -> Response:
    """All videos in the order of the course."""
    heading = heading_of(reader, course_id)
    videos = video_rows(reader, heading)
    told = [it for it in videos if None not in {it["users_at_start"], it["users_at_end"]}]
    starts = sum(video["users_at_start"] for video in told) if told else None
    ends = sum(video["users_at_end"] for video in told)
    watchers = sum(max(video["users_at_start"], video["users_at_end"]) for video in told)
    over = "videos" if len(told) == len(videos) else f"the {people(len(told), 'video')} not hidden"
    length = sum(video["duration"] or 0 for video in videos) or None
    numbers = figures(
        ("Videos watched", count(len(videos)), f"{seconds(length)} in all"),
        ("Started", count(starts), f"learners, summed over {over}"),
        ("Watched to the end", percent(share(ends, watchers)), "of those who watched"),
    )
    page = Page(
        "courses/videos/page.html",
        "Videos",
        "courses",
        f"{people(len(videos), 'video')}; {percent(share(ends, watchers))} of viewings reach the end.",
        charts=(_drop_chart(videos), _repeat_chart(reader, course_id, videos)),
        tables=(_video_table(videos),),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "videos", page)


def video_rows(reader: Reader, heading: Heading) -> list[dict[str, Any]]:
    """Videos that anybody watched, in the order of the course, those not in its content last."""
    rows = [
        vars(video)
        | {
            "name": video.name or video.video_id,
            "duration": video.duration if video.duration != -1 else None,
            "completion": share(video.completion_percent, 100),
            "left": _left(video),
            "watchers": max(video.users_at_start or 0, video.users_at_end or 0) or None,
            "address": heading.to("videos", video.video_id),
        }
        for video in list_videos(reader, heading.course_id)
    ]
    return _told_apart(rows)


def _told_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Videos of the same name get numbers and show their keys: players can name one video by two keys."""
    all_names = Counter(row["name"] for row in rows)
    seen: Counter[str] = Counter()
    named = []
    for row in rows:
        name = row["name"]
        seen[name] += 1
        number = f" ({seen[name]})" if seen[name] > 1 else ""
        key = row["video_id"] if all_names[name] > 1 else None
        under = " · ".join(filter(None, [row["chapter"], key]))
        named.append(row | {"name": name + number, "under": under})
    return named


def _left(video: VideoSummary) -> int | None:
    start, end = video.users_at_start, video.users_at_end
    return None if start is None or end is None else max(start - end, 0)


def _video_table(videos: list[dict[str, Any]]) -> Table:
    return Table(
        "videos",
        "All videos",
        (
            Column("name", "Video", link="address", under="under"),
            Column("duration", "Length", "seconds"),
            Column("users_at_start", "Started", "count"),
            Column("users_at_end", "Reached the end", "count"),
            Column("completion", "Completion", "percent", bar=True, of="watchers"),
            Column("total_viewed_seconds", "Watched in all", "seconds"),
        ),
        videos,
        "Nobody has watched a video yet.",
        (*_SOURCES, "video.total_viewed_seconds"),
    )


def _drop_chart(videos: list[dict[str, Any]]) -> Chart:
    table = Table(
        "video_drop_off",
        "Who stays to the end",
        (
            Column("name", "Video", link="address"),
            Column("users_at_end", "Reached the end", "count"),
            Column("left", "Left before", "count"),
        ),
        videos,
        "Nobody has watched a video yet.",
        _SOURCES,
    )
    lost = max(
        (
            video
            for video in videos
            if (video["users_at_start"] or 0) >= 10 and video["completion"] is not None
        ),
        key=lambda video: 1 - video["completion"],
        default=None,
    )
    finding = "In the order of the course."
    if lost:
        left = percent(1 - lost["completion"])
        finding += f" {lost['name']} loses most: {left} of those who start it."
    return Chart(
        table, "bars", "name", ("users_at_end", "left"), finding, options={"stacked": True}
    )


def _repeat_chart(reader: Reader, course_id: str, videos: list[dict[str, Any]]) -> Chart:
    found = read_repeats(reader, course_id, _PARTS)
    by_video: dict[str, dict[int, float | None]] = {}
    for row in found:
        parts = by_video.setdefault(row["pipeline_video_id"], {})
        parts[min(row["part"], _PARTS - 1)] = share(row["views"], row["users"])
    seen = {key for key, parts in by_video.items() if any(it is not None for it in parts.values())}
    shown = [video for video in videos if video["pipeline_video_id"] in seen]
    labels = [f"{100 * part // _PARTS} %" for part in range(_PARTS)]
    cells = [
        {
            "row": video["name"],
            "column": label,
            "value": by_video[video["pipeline_video_id"]].get(part),
        }
        for video in shown
        for part, label in enumerate(labels)
    ]
    rows = [
        {"name": video["name"]}
        | {label: by_video[video["pipeline_video_id"]].get(n) for n, label in enumerate(labels)}
        for video in shown
    ]
    columns = (Column("name", "Video"), *(Column(label, label, "decimal") for label in labels))
    table = Table(
        "video_repeats",
        "Where learners watch again",
        columns,
        rows,
        "No video of known length was watched.",
        ("video_timeline.num_views", "video_timeline.num_users"),
    )
    finding = "Views per learner in each twentieth of a video; 1 is once, more is again."
    return heat_map(table, cells, finding, "tall" if len(shown) > 8 else "")
