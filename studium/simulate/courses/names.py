"""How an event is named in a log: its type, source and course.

Enters: a fact and its course. Leaves: the texts that the line carries and the truth counts by.
"""

from studium.simulate.courses.campus import Course
from studium.simulate.courses.facts import (
    BAD_COURSE,
    BROWSER,
    COURSE_IN_URL,
    HANDLERS,
    LANGUAGES,
    MOBILE,
    ON_MOBILE,
    SERVER,
    Fact,
    thread_id,
)

BAD_COURSES = ("MeridianX:STAT101:1T2024", "course-v1:MeridianX+STAT101", "undefined")


def logged_source(fact: Fact) -> str:
    """The event_source of the line: browser, server, mobile or task."""
    if fact.kind in BROWSER:
        return "mobile" if fact.marks & ON_MOBILE else "browser"
    return "task" if fact.kind == "rescored" else "server"


def logged_type(fact: Fact, course: Course | None) -> str:
    """The event_type of the line; a URL path for implicit server events."""
    kind = fact.kind
    if fact.marks & ON_MOBILE and kind in MOBILE:
        return MOBILE[kind]
    if kind in BROWSER:
        return BROWSER[kind]
    if kind in SERVER:
        return SERVER[kind]
    return "/dashboard" if course is None else _course_path(fact, course)


def _course_path(fact: Fact, course: Course) -> str:
    kind = fact.kind
    if kind == "url_courseware":
        return course.sequences[fact.item].path
    if kind == "url_handler":
        return course.problems[fact.item].handler + HANDLERS[fact.number]
    if kind == "url_transcript":
        language = LANGUAGES[fact.number]
        return f"{course.videos[fact.item].handler}transcript/translation/{language}"
    if kind == "url_progress":
        return f"{course.home}/progress"
    if kind == "url_forum":
        return f"{course.home}/discussion/forum/"
    if kind == "url_thread":
        topic = course.topics[fact.item]
        return f"{course.home}/discussion/forum/{topic}/threads/{thread_id(fact.number)}"
    return f"{course.home}/about" if kind == "url_about" else f"{course.home}/course/"


def logged_course(fact: Fact, course: Course | None) -> str:
    """The text of context.course_id; empty for events outside courses."""
    if course is None or fact.marks & COURSE_IN_URL:
        return ""
    return BAD_COURSES[fact.time % len(BAD_COURSES)] if fact.marks & BAD_COURSE else course.key
