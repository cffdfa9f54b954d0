"""The traps: which facts are written in an unusual way, and lines that are no events at all.

Enters: a learner's facts, or a file's share of broken lines. Leaves: facts with marks, or bytes
with the reason why they cannot be read.
"""

from collections.abc import Callable, Iterator
from math import log
from random import Random

from studium.simulate.courses.facts import (
    BAD_COURSE,
    BROWSER,
    COURSE_IN_URL,
    DISPLACED,
    ENROLLMENTS,
    EXTRA_FIELDS,
    LATE,
    OTHER_PAYLOAD,
    PREFIX,
    SPACED_NAME,
    STRANGER,
    TWIN_FAR,
    TWIN_NEAR,
    UNICODE,
    URLS,
    Fact,
)
from studium.simulate.courses.plan import Plan

BROKEN_SHARE = 0.001
BLANK_SHARE = 0.0002
CUTS = (2_043, 10_000)
"""Producers are known to cut lines at these lengths."""

VIDEO_KINDS = frozenset(kind for kind in BROWSER if kind.endswith(("_video", "_transcript")))


def _any_kind(_: Fact) -> bool:
    return True


def _named(fact: Fact) -> bool:
    return not fact.marks & STRANGER


def _course_in_page(fact: Fact) -> bool:
    pages = fact.kind in BROWSER or fact.kind in URLS
    return pages and fact.kind not in VIDEO_KINDS and fact.course >= 0


def _may_lose_course(fact: Fact) -> bool:
    return fact.course >= 0 and fact.kind not in ENROLLMENTS and not fact.marks & COURSE_IN_URL


def _has_payload_form(fact: Fact) -> bool:
    return fact.kind in BROWSER or fact.kind in URLS or fact.kind in ENROLLMENTS


MARKS: tuple[tuple[str, int, float, Callable[[Fact], bool]], ...] = (
    ("anonymous", SPACED_NAME, 0.003, _named),
    ("key_styles", COURSE_IN_URL, 0.01, _course_in_page),
    ("key_styles", BAD_COURSE, 0.001, _may_lose_course),
    ("string_payloads", OTHER_PAYLOAD, 0.02, _has_payload_form),
    ("unicode", UNICODE, 0.01, _any_kind),
    ("extra_fields", EXTRA_FIELDS, 0.01, _any_kind),
    ("prefixes", PREFIX, 0.01, _any_kind),
    ("duplicates", TWIN_NEAR, 0.003, _any_kind),
    ("duplicates", TWIN_FAR, 0.002, _any_kind),
    ("late", LATE, 0.003, _any_kind),
    ("out_of_order", DISPLACED, 0.005, _any_kind),
)
"""Trap, mark, share of facts, and which facts may bear the mark."""


def mark_facts(plan: Plan, facts: list[Fact], random: Random) -> None:
    """Give a learner's facts, in place, the marks of the plan's traps."""
    for trap, mark, share, may_bear in MARKS:
        if trap not in plan.traps:
            continue
        for index in _sprinkle(random, len(facts), share):
            fact = facts[index]
            if may_bear(fact):
                facts[index] = fact._replace(marks=fact.marks | mark)


def _sprinkle(random: Random, count: int, share: float) -> Iterator[int]:
    """Indexes below `count`, each drawn with probability `share`, by leaps between them."""
    index = -1
    scale = log(1.0 - share)
    while True:
        index += 1 + int(log(1.0 - random.random()) / scale)
        if index >= count:
            return
        yield index


def break_line(line: bytes, random: Random) -> tuple[str, bytes]:
    """A line that is no event, made from a good one: reason and bytes without line end.

    None of them holds a JSON object with a valid time, wherever one starts to read.
    """
    chance = random.randrange(8)
    number = random.getrandbits(32)
    if chance < 3:
        return "truncated", _cut(line, random)
    if chance == 3:
        return "not_json", b"# log rotated by the collector, sequence %d" % number
    if chance == 4:
        noise = random.choices((*range(1, 9), *range(128, 256)), k=random.randint(8, 300))
        return "not_json", b"\xff" + bytes(noise)
    if chance == 5:
        return "not_an_object", b'["heartbeat", %d]' % number
    if chance == 6:
        return "no_time", b'{"event_type": "heartbeat", "sequence": %d}' % number
    return "bad_time", b'{"event_type": "heartbeat", "event_source": "server", "context": {}, ' + (
        b'"event": {}, "time": "day %d of the term"}' % number
    )


def _cut(line: bytes, random: Random) -> bytes:
    """A line with a long draft in it, cut at a producer's limit, or a line cut anywhere."""
    limit = random.choice((*CUTS, random.randint(40, len(line) - 1)))
    draft = b"I would add one more thing to this answer. " * 250
    return (line[:-1] + b',"draft":"' + draft)[:limit].rstrip(b"} ")


def prefixed(line: bytes, time: int) -> bytes:
    """The line as collectors pass it on: behind a syslog or logger prefix, or with CRLF."""
    clock = b"%02d:%02d:%02d" % (time // 3_600_000_000 % 24, time // 60_000_000 % 60, time % 60)
    form = time % 4
    if form == 0:
        return b"Mar  4 " + clock + b" app-%02d tracking: " % (time % 17) + line
    if form == 1:
        return (
            b"2024-03-04 "
            + clock
            + b",417 INFO %d [tracking] logger.py:41 - " % (time % 32_768)
            + line
        )
    return b"localhost " + line if form == 2 else line + b"\r"
