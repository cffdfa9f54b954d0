"""The envelope: everything around the payload, in the forms that tracking logs have.

Enters: a fact. Leaves: its JSON text as bytes without line end; a pure function of the fact, so
that an exact duplicate is the same text.
"""

from functools import lru_cache, partial
from json import dumps as dump_escaped
from typing import Any
from urllib.parse import quote

import orjson

from studium.simulate.courses.campus import (
    HOST,
    Course,
    Profile,
    address_of,
    block_id,
    build_university,
    profile_of,
    session_id,
)
from studium.simulate.courses.facts import (
    BROWSER,
    DAY,
    EXTRA_FIELDS,
    NAMELESS,
    ON_MOBILE,
    OTHER_PAYLOAD,
    SECOND,
    SPACED_NAME,
    STRANGER,
    UNICODE,
    Fact,
    day_text,
)
from studium.simulate.courses.lines.payloads import FOREIGN, build_payload, is_text_by_nature
from studium.simulate.courses.names import logged_course, logged_source, logged_type
from studium.simulate.courses.plan import Plan

SITE = f"https://{HOST}"
ACTIVATE = "?activate_block_id="
MOBILE_PATH = "/segmentio/event"
BOOK = "/pdfbook/0/?viewer=true&file=/static/handbook-2024.pdf#page=4"
POST_LIMIT = 512
"""The platform cuts the payload of implicit events at this many characters."""


class LineWriter:
    """Writes facts of one plan as JSON text."""

    def __init__(self, plan: Plan) -> None:
        self.university = build_university(plan)
        self.profile = lru_cache(maxsize=20_000)(partial(profile_of, plan))
        self.session_id = lru_cache(maxsize=20_000)(partial(session_id, plan))

    def write(self, fact: Fact) -> bytes:
        """The JSON text of the fact's event."""
        course = self.university[fact.course] if fact.course >= 0 else None
        profile = self.profile(fact.learner)
        event_type = logged_type(fact, course)
        source = logged_source(fact)
        is_request = event_type.startswith("/")
        record: dict[str, Any] = {} if is_request else {"name": event_type}
        record |= {
            "event_type": event_type,
            "event_source": source,
            "username": _username(fact, profile),
            "session": self.session_id(fact.learner, fact.session),
            "ip": address_of(profile, fact.session),
            "agent": profile.mobile_agent if source == "mobile" else profile.agent,
            "host": HOST,
            "accept_language": profile.language,
            "time": write_time(fact.time, profile),
            "event": _event_field(fact, course, profile),
            "context": _context(fact, course, profile, event_type),
        }
        record |= _place(fact, course, source)
        if fact.marks & (EXTRA_FIELDS | UNICODE):
            return _unusual(fact, record)
        return orjson.dumps(record)


def _username(fact: Fact, profile: Profile) -> str:
    if fact.marks & STRANGER or fact.kind in NAMELESS:
        return ("", "", "   ")[fact.time % 3] if fact.marks & STRANGER else ""
    if fact.marks & SPACED_NAME:
        return (f"{profile.username}\n", f" {profile.username}  ")[fact.time % 2]
    return profile.username


def write_time(time: int, profile: Profile) -> str:
    """ISO 8601 in the learner's notation; always the same instant as `time`."""
    local = time + profile.offset_minutes * 60 * SECOND
    seconds, micros = divmod(local % DAY, SECOND)
    minutes, second = divmod(seconds, 60)
    fraction = f".{micros:06d}" if micros else ""
    return (
        f"{day_text(local // DAY)}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
        f"{fraction}{profile.suffix}"
    )


def _event_field(fact: Fact, course: Course | None, profile: Profile) -> Any:
    payload = build_payload(fact, course, profile)
    if isinstance(payload, str):
        return payload
    as_text = is_text_by_nature(fact)
    if fact.marks & OTHER_PAYLOAD:
        if fact.kind.startswith("url_") and fact.time % 2:
            text = orjson.dumps({"POST": {"data": ["0123456789" * 60]}, "GET": {}}).decode()
            return text[:POST_LIMIT]
        as_text = not as_text
    return orjson.dumps(payload).decode() if as_text else payload


def _context(
    fact: Fact, course: Course | None, profile: Profile, event_type: str
) -> dict[str, Any]:
    is_stranger = bool(fact.marks & STRANGER) or fact.kind == "course_graded"
    context: dict[str, Any] = {
        "user_id": None if is_stranger else profile.user_id,
        "path": _path(fact, course, event_type),
        "course_id": logged_course(fact, course),
        "org_id": course.organisation if course else "",
        "client_id": profile.client_id,
    }
    if fact.marks & ON_MOBILE:
        context |= _mobile_context(fact, course, profile)
    elif course and fact.kind in ("problem_check", "showanswer", "problem_submitted", "rescored"):
        problem = course.problems[fact.item]
        context["course_user_tags"] = {}
        context["module"] = {"display_name": problem.title, "usage_key": problem.key}
        context["asides"] = {}
    return context


def _path(fact: Fact, course: Course | None, event_type: str) -> str:
    if fact.kind in BROWSER:
        return MOBILE_PATH if fact.marks & ON_MOBILE else "/event"
    if course and fact.kind in ("problem_check", "problem_submitted"):
        return course.problems[fact.item].handler + "problem_check"
    if course and fact.kind == "showanswer":
        return course.problems[fact.item].handler + "problem_show"
    if event_type.startswith("/"):
        return event_type
    if event_type.startswith("edx.forum."):
        return "/api/discussion/v1/threads/"
    return "/change_enrollment" if "enrollment" in event_type else ""


def _mobile_context(fact: Fact, course: Course | None, profile: Profile) -> dict[str, Any]:
    received = fact.time + SECOND * (1 + fact.time % 7_200)
    lecture = course.videos[fact.item] if course else None
    return {
        "application": {"name": "example.meridian.mobile", "version": "4.12.1"},
        "client": {
            "device": {"manufacturer": "Google", "model": "Pixel 7", "type": "android"},
            "network": {"wifi": fact.session % 3 > 0, "cellular": fact.session % 3 == 0},
            "os": {"name": "Android", "version": "13"},
            "screen": {"density": 2.625, "height": 2400, "width": 1080},
            "locale": profile.language[:5],
        },
        "component": "videoplayer",
        "received_at": write_time(received, profile),
        "label": lecture.title if lecture else "",
    }


def _place(fact: Fact, course: Course | None, source: str) -> dict[str, Any]:
    """`page` and `referer`: where the browser was."""
    if source in ("mobile", "task") or fact.kind in NAMELESS:
        return {"page": None, "referer": ""}
    if course is None:
        return {"page": None, "referer": f"{SITE}/login?next=%2Fdashboard"}
    number = _sequence_number(fact, course)
    if number is None:
        url = f"{SITE}{course.home}/course/" if fact.kind != "book" else SITE + course.home + BOOK
        referer = url
    else:
        url = _sequence_page(course, number, fact.session % 4 == 0)
        referer = url if course.style == "legacy" else _unit_page(course, number, fact.item % 7)
    if source == "browser":
        return {"page": url, "referer": referer}
    return {"page": "x_module" if "problem_" in fact.kind else None, "referer": referer}


def _sequence_number(fact: Fact, course: Course) -> int | None:
    """The sequence whose page the browser shows, None for other pages of the course."""
    kind = fact.kind
    if kind.endswith(("_video", "_transcript")):
        return course.videos[fact.item].sequence
    if kind.startswith(("problem_", "showanswer", "url_handler")):
        return course.problems[fact.item].sequence
    if kind.startswith(("seq_", "page_close", "url_courseware")):
        return fact.item
    return None


@lru_cache(maxsize=20_000)
def _unit_page(course: Course, number: int, unit: int) -> str:
    """Newer pages show each unit in a frame of its own, which is what sends the requests."""
    key = course.sequences[number].key.replace("sequential", "vertical")
    key = key[: -len(course.sequences[number].block)] + block_id(key, unit)
    return f"{SITE}/xblock/{key}?show_title=0&show_bookmark_button=0&view=student_view"


@lru_cache(maxsize=20_000)
def _sequence_page(course: Course, number: int, from_outline: bool) -> str:
    """Who comes from the course outline has the block to open in the address."""
    sequence = course.sequences[number]
    activate = ACTIVATE + quote(sequence.key, safe="") if from_outline else ""
    return f"{SITE}{sequence.path}{activate}"


def _unusual(fact: Fact, record: dict[str, Any]) -> bytes:
    """Fields that no schema knows, and text beyond ASCII, raw or escaped."""
    if fact.marks & EXTRA_FIELDS:
        record["environment"] = "prod-edge"
        record["minion_id"] = f"worker-{fact.time % 12:02d}"
        if fact.time % 2:
            record["trace"] = {"id": f"{fact.time:x}", "labels": ["a", "b"], "ratio": 0.25}
    if fact.marks & UNICODE:
        record["context"]["display_name"] = f"{FOREIGN} \x00 {fact.time % 1000}"
        if fact.time % 2:
            return dump_escaped(record).encode()
    return orjson.dumps(record)
