"""Payloads of all other events: navigation, videos, forum, enrolments, page requests.

Enters: a fact, its course and the learner's profile. Leaves: the value of the `event` field before
it is turned into text, as browsers do.
"""

from typing import Any

from studium.simulate.courses.campus import HOST, Course, Profile
from studium.simulate.courses.facts import (
    BROWSER,
    ENROLLMENTS,
    MODES,
    NO_DURATION,
    ON_MOBILE,
    OTHER_PAYLOAD,
    THREADS,
    UNICODE,
    Fact,
    thread_id,
)
from studium.simulate.courses.lines import problems

Payload = dict[str, Any]

SENTENCES = (
    "I am not sure how the second step follows from the first one.",
    "Has anybody compared this with the example of last week?",
    "The unit in the third question looks odd to me, is it in metres?",
    "Thank you, that helped. I had mixed up the two definitions.",
    "Here is how I solved it: draw the diagram first, then count the arrows.",
)
FOREIGN = 'Grüße — 学习 «привет» \U0001f389 tab\there, quote " and \\ backslash'
CHAPTER_FILE = "/static/handbook-2024.pdf"


def build_payload(fact: Fact, course: Course | None, profile: Profile) -> Any:
    """The payload as a value; a str is written as it is, anything else may become text."""
    kind = fact.kind
    if course is None or kind.startswith("url_"):
        return _request(fact)
    if kind in ENROLLMENTS:
        mode = MODES[fact.item]
        return {"course_id": course.key, "user_id": profile.user_id, "mode": mode}
    if kind.endswith(("_video", "_transcript")):
        return _mobile_video(fact, course) if fact.marks & ON_MOBILE else _video(fact, course)
    if kind in PROBLEMS:
        return _problem(fact, course, profile)
    if kind.startswith(("thread_", "response_", "comment_", "forum_")):
        return _forum(fact, course)
    return _navigation(fact, course)


PROBLEMS = frozenset(
    (
        "problem_input",
        "problem_check",
        "problem_graded",
        "problem_show",
        "showanswer",
        "problem_submitted",
        "subsection_graded",
        "course_graded",
        "rescored",
    )
)


def _problem(fact: Fact, course: Course, profile: Profile) -> Any:
    kind, problem = fact.kind, course.problems[fact.item]
    if kind == "problem_input":
        return problems.query_string(fact, problem)
    if kind == "problem_check":
        return problems.check(fact, problem)
    if kind == "problem_graded":
        return problems.graded_page(fact, problem)
    if kind == "rescored":
        return problems.rescore(fact, problem)
    if kind in ("problem_show", "showanswer"):
        return problems.show(fact, problem)
    return problems.grade(fact, course, profile.user_id)


def _request(fact: Fact) -> Payload:
    """Implicit server events carry the request's parameters."""
    if fact.kind == "url_handler" and fact.number == 1:
        return {"GET": {}, "POST": {"attempt": [str(fact.learner % 5)], "state": ["done"]}}
    if fact.kind == "url_thread":
        return {"GET": {"ajax": ["1"], "resp_skip": ["0"], "resp_limit": ["25"]}, "POST": {}}
    return {"GET": {}, "POST": {}}


def _video(fact: Fact, course: Course) -> Payload:
    video = course.videos[fact.item]
    kind = fact.kind
    payload: Payload = {"id": video.logged_id, "code": video.code}
    if not fact.marks & NO_DURATION:
        payload["duration"] = video.duration
    elif fact.time % 3:
        payload["duration"] = (None, 0)[fact.time % 2]
    if kind in ("play_video", "pause_video", "stop_video"):
        # Numbers as text are one of the forms that players are known to send.
        as_text = fact.marks & OTHER_PAYLOAD
        payload["currentTime"] = str(fact.first) if as_text else fact.first
    elif kind == "seek_video":
        payload |= {"old_time": fact.first, "new_time": fact.second, "type": "onSlideSeek"}
    elif kind == "speed_change_video":
        payload |= {"current_time": fact.first, "old_speed": "1.0", "new_speed": "1.5"}
    elif kind != "load_video":
        payload["current_time"] = fact.first
    return payload


def _mobile_video(fact: Fact, course: Course) -> Payload:
    """The mobile application's form: module_id, current_time, no duration."""
    payload: Payload = {"module_id": course.videos[fact.item].key, "code": "mobile"}
    if fact.kind == "seek_video":
        payload |= {
            "old_time": fact.first,
            "new_time": fact.second,
            "requested_skip_interval": round(fact.second - fact.first, 3),
            "seek_type": "slide",
        }
    elif fact.kind == "speed_change_video":
        payload |= {"current_time": fact.first, "old_speed": 1.0, "new_speed": 1.5}
    elif fact.kind != "load_video":
        payload["current_time"] = fact.first
    return payload


def _forum(fact: Fact, course: Course) -> Payload:
    post, thread = thread_id(fact.number), thread_id(fact.number % THREADS)
    body = SENTENCES[fact.time % len(SENTENCES)]
    if fact.marks & UNICODE:
        body += f" {FOREIGN}"
    if fact.kind == "forum_searched":
        return {"query": body[: 12 + fact.item], "page": 1, "total_results": 3 * fact.item}
    payload: Payload = {
        "id": post,
        "commentable_id": course.topics[fact.item],
        "url": f"https://{HOST}{course.home}/discussion/forum/threads/{thread}",
        "user_forums_roles": ["Student"],
        "user_course_roles": [],
    }
    if fact.kind == "thread_voted":
        return payload | {
            "target_username": f"olive_crane{fact.learner % 97}",
            "undo_vote": False,
            "vote_value": "up",
        }
    payload |= {"body": f"<p>{body}</p>", "truncated": False, "options": {"followed": False}}
    if fact.kind == "thread_created":
        return payload | {"title": body[:40], "thread_type": "discussion", "anonymous": False}
    payload["discussion"] = {"id": thread}
    return payload | ({"response": {"id": post}} if fact.kind == "comment_created" else {})


def _navigation(fact: Fact, course: Course) -> Any:
    kind = fact.kind
    if kind == "transcript_download":
        handler = f"https://{HOST}{course.videos[fact.item].handler}"
        return {
            "current_url": f"https://{HOST}{course.home}/course/",
            "target_url": f"{handler}transcript/download",
        }
    if kind == "page_close":
        return ""
    if kind == "book":
        return {
            "type": "gotopage",
            "old": fact.number,
            "new": fact.number + 1,
            "chapter": CHAPTER_FILE,
            "name": "textbook.pdf.page.loaded",
        }
    sequence = course.sequences[fact.item]
    if kind == "link_clicked":
        home = f"https://{HOST}{course.home}"
        return {
            "current_url": f"{home}/course/",
            "target_url": f"{home}/jump_to/{sequence.key}",
        }
    return {"old": int(fact.first), "new": fact.number, "id": sequence.key}


def is_text_by_nature(fact: Fact) -> bool:
    """Browsers and page requests send their payload as JSON text; the server logs objects."""
    return fact.kind in BROWSER or fact.kind.startswith("url_")
