"""Facts: what happened, one small tuple per event, before it becomes a line of a log.

The session generator makes facts, the truth is counted from them, the lines are written from them.
A fact says nothing about JSON; `names.py` says how the event is named in a log.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

SECOND = 1_000_000
DAY = 86_400 * SECOND

MODES = ("audit", "honor", "verified", "credit")

ENROLLMENTS = {
    "activated": "edx.course.enrollment.activated",
    "deactivated": "edx.course.enrollment.deactivated",
    "mode_changed": "edx.course.enrollment.mode_changed",
}

BROWSER = {
    name: name
    for name in (
        "load_video",
        "play_video",
        "pause_video",
        "seek_video",
        "stop_video",
        "speed_change_video",
        "show_transcript",
        "hide_transcript",
        "seq_goto",
        "seq_next",
        "seq_prev",
        "page_close",
        "problem_graded",
        "problem_show",
        "book",
    )
} | {
    "problem_input": "problem_check",
    "link_clicked": "edx.ui.lms.link_clicked",
    "transcript_download": "edx.ui.lms.link_clicked",
}

SERVER = ENROLLMENTS | {
    "problem_check": "problem_check",
    "showanswer": "showanswer",
    "problem_submitted": "edx.grades.problem.submitted",
    "subsection_graded": "edx.grades.subsection.grade_calculated",
    "course_graded": "edx.grades.course.grade_calculated",
    "thread_created": "edx.forum.thread.created",
    "response_created": "edx.forum.response.created",
    "comment_created": "edx.forum.comment.created",
    "thread_voted": "edx.forum.thread.voted",
    "forum_searched": "edx.forum.searched",
    "rescored": "problem_rescore",
}

URLS = (
    "url_dashboard",
    "url_about",
    "url_home",
    "url_courseware",
    "url_progress",
    "url_forum",
    "url_thread",
    "url_handler",
    "url_transcript",
)

MOBILE = {
    "load_video": "edx.video.loaded",
    "play_video": "edx.video.played",
    "pause_video": "edx.video.paused",
    "seek_video": "edx.video.position.changed",
    "stop_video": "edx.video.stopped",
    "show_transcript": "edx.video.transcript.shown",
    "hide_transcript": "edx.video.transcript.hidden",
    "speed_change_video": "edx.bi.video.speed.changed",
}

NAMELESS = frozenset(("subsection_graded", "course_graded"))
"""Grades are computed by background workers, whose events carry a blank username."""

HANDLERS = ("problem_get", "problem_check", "problem_show", "input_ajax")

LANGUAGES = ("en", "es", "zh-hans", "pt")
"""Languages of transcripts, in the order that facts number them."""

THREADS = 300
"""Discussion threads per topic."""

# Marks of a fact: how its line differs from the ordinary form.
ON_MOBILE = 1
STRANGER = 2  # blank username, null user_id
SPACED_NAME = 4  # the username with white space around it
COURSE_IN_URL = 8  # context.course_id is empty, the URL names the course
BAD_COURSE = 16  # context.course_id is not a course key
OTHER_PAYLOAD = 32  # object instead of text, text instead of object, numbers as text
NO_DURATION = 64
UNICODE = 128
EXTRA_FIELDS = 256
PREFIX = 512
TWIN_NEAR = 1024  # written twice in its file
TWIN_FAR = 2048  # written again in a later file
LATE = 4096  # written in a later file only
DISPLACED = 8192  # written a little later than its time


class Fact(NamedTuple):
    """One event of one learner.

    `time` is in microseconds since 1970 UTC. `course` is -1 for events outside courses. `item`
    numbers the video, problem, sequence, topic or mode that `kind` is about. For videos `first` is
    the position and `second` the new time of a seek, in seconds; for problems `first` is the
    grade. `number` counts attempts, tabs or pages.
    """

    time: int
    learner: int
    session: int
    course: int
    kind: str
    item: int
    first: float
    second: float
    number: int
    marks: int


def thread_id(number: int) -> str:
    """24 hex digits, as forum posts have."""
    return f"65{number * 0x9E3779B97F4A7C15 % 2**88:022x}"


@lru_cache(maxsize=10_000)
def day_text(day: int) -> str:
    """The date that is `day` days after 1970-01-01, as YYYY-MM-DD."""
    return date.fromordinal(719_163 + day).isoformat()
