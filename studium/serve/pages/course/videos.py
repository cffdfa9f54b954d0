"""The videos of a course: who starts and who stays, where learners watch again, one video in depth.

Enters: the key of a course, maybe of a video. Leaves: the pages at `/courses/{course_id}/videos` and `…/{video_id}`.
"""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.pages.asking import ask
from studium.serve.pages.charts import Chart, heat_map
from studium.serve.pages.course.heading import Heading, heading_of, show_course
from studium.serve.pages.rendering import Page, figures
from studium.serve.pages.tables import Column, Table
from studium.serve.pages.wording import count, decimal, people, percent, seconds, share
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = APIRouter()

_PARTS = 20
# A video's key ends with the name that the content has for it: i4x-Org-Course-video-NAME, or NAME alone.
_VIDEOS = """
    with places as (
        select video_id, min(index_video) as place, min(name) as name, min(chapter_name) as chapter
        from video_axis where course_id = $course_id group by video_id
    )
    select
        video.pipeline_video_id,
        video.encoded_module_id as video_id,
        coalesce(places.name, video.encoded_module_id) as name,
        places.chapter,
        nullif(video.duration, -1) as duration,
        video.segment_length,
        video.users_at_start,
        video.users_at_end,
        video.total_viewed_seconds
    from video
    left join places on ends_with(video.encoded_module_id, places.video_id)
    where video.course_id = $course_id
    order by places.place nulls last, video.encoded_module_id
"""
_VIDEO_WITHOUT_CONTENT = """
    select
        pipeline_video_id, encoded_module_id as video_id, encoded_module_id as name,
        null as chapter, nullif(duration, -1) as duration, segment_length, users_at_start, users_at_end,
        total_viewed_seconds
    from video where course_id = $course_id order by encoded_module_id
"""
_REPEATS = """
    select
        timeline.pipeline_video_id,
        cast(floor(timeline.segment * video.segment_length * $parts / video.duration) as integer) as part,
        sum(timeline.num_views) as views,
        sum(timeline.num_users) as users
    from video_timeline as timeline
    inner join video on timeline.pipeline_video_id = video.pipeline_video_id
    where video.course_id = $course_id and video.duration > 0
    group by all order by all
"""
_SEGMENTS = """
    select segment, num_users, num_views
    from video_timeline where pipeline_video_id = $video order by segment
"""
_SOURCES = ("video.users_at_start", "video.users_at_end", "video.duration", "video_axis.name")


@router.get("/courses/{course_id:course}/videos", include_in_schema=False)
@rule(Rule.COURSE)
def videos_page(request: Request, course_id: str, reader: Reading) -> Response:
    """All videos in the order of the course."""
    heading = heading_of(reader, course_id)
    videos = video_rows(reader, heading)
    told = [it for it in videos if None not in {it["users_at_start"], it["users_at_end"]}]
    starts = sum(video["users_at_start"] for video in told) if told else None
    ends = sum(video["users_at_end"] for video in told)
    over = "videos" if len(told) == len(videos) else f"the {people(len(told), 'video')} not hidden"
    length = sum(video["duration"] or 0 for video in videos) or None
    numbers = figures(
        ("Videos watched", count(len(videos)), f"{seconds(length)} in all"),
        ("Started", count(starts), f"learners, summed over {over}"),
        ("Watched to the end", percent(share(ends, starts)), "of those who started"),
    )
    page = Page(
        "course/videos.html",
        "Videos",
        "courses",
        f"{people(len(videos), 'video')}; {percent(share(ends, starts))} of viewings reach the end.",
        charts=(_drop_chart(videos), _repeat_chart(reader, course_id, videos)),
        tables=(_video_table(videos),),
        content={"figures": numbers},
    )
    return show_course(request, reader, heading, "videos", page)


@router.get("/courses/{course_id:course}/videos/{video_id}", include_in_schema=False)
@rule(Rule.COURSE)
def video_page(request: Request, course_id: str, video_id: str, reader: Reading) -> Response:
    """One video, segment by segment."""
    heading = heading_of(reader, course_id)
    videos = video_rows(reader, heading)
    place = next((at for at, video in enumerate(videos) if video["video_id"] == video_id), None)
    if place is None:
        raise HiddenError
    video = videos[place]
    segments = _segment_rows(reader, video)
    told = [it for it in segments if None not in {it["num_views"], it["num_users"]}]
    views = sum(segment["num_views"] for segment in told)
    users = sum(segment["num_users"] for segment in told)
    of = "a segment that they saw" + (", of those not hidden" if len(told) < len(segments) else "")
    numbers = figures(
        ("Length", seconds(video["duration"])),
        ("Started", count(video["users_at_start"]), "learners"),
        ("Watched to the end", count(video["users_at_end"]), "learners"),
        ("Completion", percent(video["completion"])),
        ("Views per learner", decimal(share(views, users)), f"of {of}"),
    )
    page = Page(
        "course/video.html",
        video["name"],
        "courses",
        f"{count(video['users_at_start'])} learners started, {percent(video['completion'])} stayed to the end.",
        charts=(_timeline_chart(segments), _stay_chart(segments), _strip_chart(segments)),
        content={
            "figures": numbers,
            "video": video,
            "before": videos[place - 1] if place else None,
            "after": videos[place + 1] if place + 1 < len(videos) else None,
        },
    )
    return show_course(request, reader, heading, "videos", page)


def video_rows(reader: Reader, heading: Heading) -> list[dict[str, Any]]:
    """Videos that anybody watched, in the order of the course, those not in its content last."""
    sql = _VIDEOS if reader.has("video_axis") else _VIDEO_WITHOUT_CONTENT
    rows = ask(reader, "video", sql, {"course_id": heading.course_id})
    return [
        row
        | {
            "completion": share(row["users_at_end"], row["users_at_start"]),
            "left": _left(row),
            "address": heading.to("videos", row["video_id"]),
        }
        for row in _told_apart(rows)
    ]


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


def _left(row: dict[str, Any]) -> int | None:
    start, end = row["users_at_start"], row["users_at_end"]
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
            Column("completion", "Completion", "percent", bar=True),
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
    asked = {"course_id": course_id, "parts": _PARTS}
    found = ask(reader, "video video_timeline", _REPEATS, asked)
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


def _segment_rows(reader: Reader, video: dict[str, Any]) -> list[dict[str, Any]]:
    rows = ask(reader, "video_timeline", _SEGMENTS, {"video": video["pipeline_video_id"]})
    start = video["users_at_start"]
    return [
        row
        | {
            "position": row["segment"] * video["segment_length"],
            "replays": None
            if None in {row["num_views"], row["num_users"]}
            else max(row["num_views"] - row["num_users"], 0),
            "stay": share(row["num_users"], start),
            "views_each": share(row["num_views"], row["num_users"]),
        }
        for row in rows
    ]


def _timeline_chart(segments: list[dict[str, Any]]) -> Chart:
    table = Table(
        "timeline",
        "Learners and replays, second by second",
        (
            Column("position", "From", "seconds"),
            Column("num_users", "Learners", "count"),
            Column("replays", "Replays", "count"),
            Column("num_views", "Views", "count"),
        ),
        segments,
        "Nobody has watched this video.",
        ("video_timeline", "video_timeline.num_users", "video_timeline.num_views"),
    )
    finding = ""
    known = [row for row in segments if row["replays"] is not None]
    if known:
        top = max(known, key=lambda row: (row["replays"], -row["segment"]))
        finding = (
            f"Watched again most from {seconds(top['position'])}: {count(top['replays'])} replays."
        )
    return Chart(table, "areas", "position", ("num_users", "replays"), finding)


def _stay_chart(segments: list[dict[str, Any]]) -> Chart:
    table = Table(
        "drop_off",
        "Who is still there",
        (Column("position", "From", "seconds"), Column("stay", "Of those who started", "percent")),
        segments,
        "Nobody has watched this video.",
        ("video_timeline.num_users", "video.users_at_start"),
    )
    finding = "Above 100 % where learners come in later than at the start."
    return Chart(table, "lines", "position", ("stay",), finding, "low")


def _strip_chart(segments: list[dict[str, Any]]) -> Chart:
    table = Table(
        "rewatched",
        "Where learners watch again",
        (
            Column("position", "From", "seconds"),
            Column("views_each", "Views per learner", "decimal"),
        ),
        segments,
        "Nobody has watched this video.",
        ("video_timeline.num_views", "video_timeline.num_users"),
    )
    cells = [
        {"row": "", "column": seconds(row["position"]), "value": row["views_each"]}
        for row in segments
    ]
    return heat_map(table, cells, "Views per learner in each segment; 1 is once.", "strip")
