"""Funnels: the worked examples of the definition, and every chain tried by hand beside the search by levels.

Enters: small walks. Leaves: what each step holds, by all options.
"""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.analyses.chains import Attempts, Matches, best_attempts, sorted_matches
from studium.analyses.reach import Gap, Rule, Walk, filled_steps
from tests.analyses.funnel_search import Asked, Event, best_chain, events_of, filled, in_order
from tests.warehouse.warehouses import SHARED_DATA


def filled_by_levels(people: Sequence[Sequence[Event]], asked: Asked) -> list[set[int]]:
    """The product's answer for each person."""
    walks = [in_order(events, asked) for events in people]
    everything = [event for walk in walks for event in walk]
    pages = np.array([event.page for event in everything], dtype=object)
    times = np.array([event.time for event in everything], dtype=np.int64)
    units = np.repeat(np.arange(len(walks)), [len(walk) for walk in walks])
    fills = np.array([pages == page for page in asked.steps], dtype=np.bool_)
    may_enter = (asked.entries[0] <= times) & (times < asked.entries[1])
    gap = Gap(np.isin(pages, list(asked.exclude)), 0, len(asked.steps) - 1)
    rule = Rule(
        asked.window,
        "strict" if asked.order == "strict" else "any" if asked.order == "any" else "ordered",
        asked.is_tie_order,
        asked.gaps,
        asked.optional,
        (gap,) if asked.exclude else (),
    )
    found, marks = filled_steps(Walk(units, times, fills, may_enter), rule)
    by_unit = {
        int(unit): set(np.flatnonzero(marks[:, at]).tolist()) for at, unit in enumerate(found)
    }
    return [by_unit.get(number, set()) for number in range(len(walks))]


def chains_by_levels(
    people: Sequence[Sequence[Event]], asked: Asked
) -> list[list[tuple[int, int]]]:
    """(time, number) of each event of the best attempt of each person."""
    rows = [
        (unit, event.time, event.number, step, 0 if step == 0 else -1)
        for unit, events in enumerate(people)
        for event in events
        for step, page in enumerate(asked.steps)
        if page == event.page
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    matches, _ = sorted_matches(Matches(*columns))
    found = best_attempts(matches, asked.window, is_tie_order=asked.is_tie_order)
    return [_chain_of(unit, matches, found) for unit in range(len(people))]


def _chain_of(unit: int, matches: Matches, found: Attempts) -> list[tuple[int, int]]:
    chain = []
    for numbers, rows in found.levels:
        mine = rows[matches.units[found.entries[numbers]] == unit]
        chain += [(int(matches.times[row]), int(matches.events[row])) for row in mine]
    assert len(chain) == sum(found.reached[matches.units[found.entries] == unit])
    return chain


STRICT, ANY, NO_TIES = {"order": "strict"}, {"order": "any"}, {"is_tie_order": False}
DAY = 86_400
EXAMPLES = [
    ("1", "ABC", 10, "A1 X2 B3 C4", {}, 3),
    ("1 strict", "ABC", 10, "A1 X2 B3 C4", STRICT, 1),
    ("2", "ABC", 60, "A0 A30 B45 C75", {}, 3),
    ("3", "AB", 60, "A0 A100 B110", {}, 2),
    ("4a", "AB", 60, "B5 A5", {}, 2),
    ("4b", "AB", 60, "B4 A5", {}, 1),
    ("5a", "PP", 60, "P5", {}, 1),
    ("5b", "PP", 60, "P5 P15", {}, 2),
    ("6", "ABCDE", 100, "A1 B2 D3 C4 D5 E6", {}, 5),
    ("6 strict", "ABCDE", 100, "A1 B2 D3 C4 D5 E6", STRICT, 2),
    ("7", "ABCDE", 100, "A1 B2 C3 E4", {}, 3),
    ("7 any", "ABCDE", 100, "A1 B2 C3 E4", ANY, 4),
    ("8", "ABC", 100, "A1 B2 B3 C4", {}, 3),
    ("8 strict", "ABC", 100, "A1 B2 B3 C4", STRICT, 3),
    ("9 within", "AB", 60, "A0 B60", {}, 2),
    ("9 beyond", "AB", 60, "A0 B61", {}, 1),
    ("10", "ABC", 1000, "C100 B200 A300", {}, 1),
    ("10 any", "ABC", 1000, "C100 B200 A300", ANY, 3),
    ("11", "ABC", 60, "A0 B10 A50 C65", {}, 2),
    ("12", "ABC", 60, "B0 A1 B2 A3 C4", {}, 3),
    ("12 strict", "ABC", 60, "B0 A1 B2 A3 C4", STRICT, 2),
    ("13", "AB", 60, "A1 X2 B3", {"exclude": "X"}, 1),
    ("14", "AB", 60, "A1 X2 A3 B4", {"exclude": "X"}, 2),
    ("15, one person", "AB", 60, "A1 A4 B10", {"exclude": "A"}, 2),
    ("20", "PQPQ", 5, "P0 Q1 P5 Q6 P7 Q8", {}, 4),
    ("21", "AB", 60, "A5 A10 B10", NO_TIES, 2),
    ("22 short", "PQP", 60, "P1 Q2", {}, 2),
    ("22", "PQP", 60, "P1 Q2 P3", {}, 3),
    ("27", "ABC", 30 * DAY, f"A0 B{DAY} C{21 * DAY}", {"gaps": (DAY, 20 * DAY)}, 3),
    ("27 late", "ABC", 30 * DAY, f"A0 B{DAY + 1}", {"gaps": (DAY, 20 * DAY)}, 1),
    ("step windows", "ABC", 60, "A0 B1 B5 C7", {"gaps": (5, 3)}, 3),
    ("ties in order", "PQPQ", 60, "P5 Q5 P5 Q5", {}, 2),
    ("an instant", "AB", 0, "A5 B5", {}, 2),
]


@pytest.mark.parametrize(
    ("steps", "window", "events", "options", "expected"),
    [example[1:] for example in EXAMPLES],
    ids=[example[0] for example in EXAMPLES],
)
def test_worked_examples_reach_the_step_of_the_definition(
    steps: str, window: int, events: str, options: dict[str, Any], expected: int
) -> None:
    asked = Asked(steps, window)._replace(**options)
    people = [events_of(events)]

    assert filled_by_levels(people, asked) == [set(range(expected))]
    assert filled(people[0], asked) == set(range(expected))
    if not options or options == NO_TIES:
        assert len(chains_by_levels(people, asked)[0]) == expected


def test_an_optional_step_counts_who_did_it_and_stops_nobody() -> None:
    asked = Asked("ABC", 10, optional=(1,))

    assert filled_by_levels([events_of("A1 C2")], asked) == [{0, 2}]
    assert filled_by_levels([events_of("A0 B1 A100 C101")], asked) == [{0, 1, 2}]


def test_a_funnel_may_have_two_hundred_steps() -> None:
    steps = "".join(chr(0x4E00 + number) for number in range(200))
    walk = [Event(time, time, page) for time, page in enumerate(steps)]
    asked = Asked(steps, 1000)

    assert filled_by_levels([walk, walk[:150]], asked) == [set(range(200)), set(range(150))]
    assert [len(it) for it in chains_by_levels([walk, walk[:150]], asked)] == [200, 150]


def test_periods_of_entries_stand_by_themselves() -> None:
    """A in one month, A and B in the next: both steps in both."""
    matches = Matches(
        units=np.zeros(3, dtype=np.int64),
        times=np.array([0, 10, 20]),
        events=np.arange(3),
        steps=np.array([0, 0, 1]),
        periods=np.array([1, 2, -1]),
    )
    found = best_attempts(matches, 60)

    assert found.entries.tolist() == [0, 1]
    assert found.reached.tolist() == [2, 2]
    assert [rows.tolist() for _, rows in found.levels] == [[0, 1], [2, 2]]


def test_half_a_million_events_of_one_person_are_a_second() -> None:
    """Every one an entry, and every one at the same time."""
    many = 500_000
    for times in (np.arange(many), np.zeros(many, dtype=np.int64)):
        steps = np.arange(many) % 3
        matches = Matches(
            np.zeros(many, dtype=np.int64),
            times,
            np.arange(many),
            steps,
            np.where(steps == 0, 0, -1),
        )
        ordered, _ = sorted_matches(matches)
        assert best_attempts(ordered, 1000).reached.tolist() == [3]


EVENTS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from("PQRX")),
    max_size=7,
).map(lambda rows: [Event(time, number, page) for number, (time, page) in enumerate(rows)])
STEPS = st.text("PQR", min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(people=st.lists(EVENTS, min_size=1, max_size=3), steps=STEPS, data=st.data())
def test_levels_find_what_trying_every_chain_finds(
    people: list[list[Event]], steps: str, data: st.DataObject
) -> None:
    order = data.draw(st.sampled_from(["ordered", "strict", "any"]))
    asked = Asked(
        steps,
        data.draw(st.integers(0, 13)),
        order,
        is_tie_order=order != "ordered" or data.draw(st.booleans()),
        gaps=data.draw(st.none() | st.tuples(*[st.integers(0, 8)] * (len(steps) - 1))),
        optional=tuple(data.draw(st.sets(st.sampled_from(range(1, len(steps) - 1)))))
        if len(steps) > 2
        else (),
        exclude=data.draw(st.sampled_from(["", "X", "Q"])),
    )
    if order == "any":
        asked = asked._replace(gaps=None, optional=(), exclude="")
    else:
        asked = asked._replace(entries=(data.draw(st.integers(-1, 6)), 13))

    assert filled_by_levels(people, asked) == [filled(events, asked) for events in people]


@settings(max_examples=300, deadline=None)
@given(
    people=st.lists(EVENTS, min_size=1, max_size=3),
    steps=STEPS,
    window=st.integers(0, 13),
    is_tie_order=st.booleans(),
)
def test_the_best_attempt_is_the_earliest_of_the_longest(
    people: list[list[Event]], steps: str, window: int, is_tie_order: bool
) -> None:
    asked = Asked(steps, window, is_tie_order=is_tie_order)

    assert chains_by_levels(people, asked) == [
        [(event.time, event.number) for event in best_chain(events, asked)] for events in people
    ]


MOODLE = SHARED_DATA / "moodle_la_course" / "events.parquet"
HOUR, WEEK = 3600, 7 * DAY
BY_ACTION = ("Action", ["Course_view", "Instructions", "Assignment", "Feedback"])
BY_EVENT = (
    "Event.name",
    [
        "Course viewed",
        "Course module viewed",
        "Submission form viewed.",
        "A submission has been submitted.",
    ],
)


@pytest.mark.skipif(not MOODLE.is_file(), reason="the shared data is not here")
@pytest.mark.parametrize(
    ("by", "window", "expected"),
    [
        (BY_ACTION, DAY, [130, 130, 123, 72]),
        (BY_ACTION, WEEK, [130, 130, 130, 117]),
        (BY_ACTION, 60 * DAY, [130, 130, 130, 126]),
        (BY_EVENT, WEEK, [130, 130, 126, 122]),
        (BY_EVENT, HOUR, [130, 130, 113, 101]),
    ],
)
def test_a_real_course_gives_what_clickhouse_counted(
    by: tuple[str, list[str]], window: int, expected: list[int]
) -> None:
    column, steps = by
    with duckdb.connect() as connection:
        found = connection.execute(
            f'select hash("user") % 1000000007 as u, epoch_us("timecreated") as t, "{column}" as v'
            " from read_parquet($path)",
            {"path": str(MOODLE)},
        ).fetchnumpy()
    places = {name: number for number, name in enumerate(steps)}
    step = np.array([places.get(value, -1) for value in found["v"]], dtype=np.int64)
    is_step = step >= 0
    units, times = found["u"].astype(np.int64)[is_step], found["t"].astype(np.int64)[is_step]
    step, periods = step[is_step], np.where(step[is_step] == 0, 0, -1)
    matches, _ = sorted_matches(Matches(units, times, np.arange(len(units)), step, periods))
    found_attempts = best_attempts(matches, window * 1_000_000)

    assert [len(rows) for _, rows in found_attempts.levels] == expected
