"""One video in depth: who sees each part of it, who stays, where learners watch again.

Enters: the keys of a course and of a video. Leaves: the page at `/courses/{course_id}/videos/{video_id}`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import heading_of, show_course
from studium.serve.courses.video.answers import read_timeline
from studium.serve.courses.videos.page import video_rows
from studium.serve.drawing.charts import Chart, heat_map
from studium.serve.drawing.rendering import Page, figures
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, decimal, percent, seconds, share
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import Reading

router = APIRouter()


@router.get("/courses/{course_id:course}/videos/{video_id}", include_in_schema=False)
@rule(Rule.COURSE)
def video_page(request: Request, course_id: str, video_id: str, reader: Reading) -> Response:
    """One video, segment by segment."""
    heading = heading_of(reader, course_id)
    videos = video_rows(reader, heading)
    place = next((at for at, video in enumerate(videos) if video["video_id"] == video_id), None)
    if place is None:
        raise HiddenError
    video = videos[place] | {"course_id": course_id}
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
        "courses/video/page.html",
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


def _segment_rows(reader: Reader, video: dict[str, Any]) -> list[dict[str, Any]]:
    start = video["users_at_start"]
    return [
        vars(it)
        | {
            "position": it.starts_at_seconds,
            "replays": None
            if it.num_views is None or it.num_users is None
            else max(it.num_views - it.num_users, 0),
            "stay": share(it.num_users, start),
            "views_each": share(it.num_views, it.num_users),
        }
        for it in read_timeline(reader, video["course_id"], video["video_id"])
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
