"""Attempts one after the other, and the first beginning alone: worked examples, and every walk scanned by hand.

Enters: small walks. Leaves: how many attempts, or people, come to each step.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.analyses import Funnel, answer_funnel, check_funnel
from studium.analyses.chains import Matches, sorted_matches
from studium.analyses.successive import successive_attempts
from studium.errors import MisuseError
from tests.analyses.funnel_search import Event, events_of

DAY = 86_400


def counted(people: Sequence[Sequence[Event]], funnel: Funnel) -> list[int]:
    """What is answered for walks of pages of one letter; a unit of time is a second."""
    rows = [(unit, it) for unit, events in enumerate(people) for it in events]
    pages = list(dict.fromkeys((*funnel.steps, *funnel.exclude)))
    views = {
        "actor": np.array([unit for unit, _ in rows], dtype=np.int64),
        "moment": np.array([it.time * 1_000_000 for _, it in rows], dtype=np.int64),
        "event": np.array([it.number for _, it in rows], dtype=np.int64),
        "page": np.array([pages.index(it.page) if it.page in pages else -1 for _, it in rows]),
        "class": np.zeros(len(rows), dtype=np.int64),
    }
    return [it.users for it in answer_funnel(views, funnel) if it.people == "all"]


@pytest.mark.parametrize(
    ("steps", "window", "events", "reentry", "expected"),
    [
        ("AB", 60, "A0 A100 B110", "best", [2, 1]),  # row 3
        ("AB", 60, "A0 B12 A23 B34 A45", "best", [3, 2]),  # row 16
        ("AB", 60, "A0 B12 A23 B34 A45", "first", [3, 2]),
        ("AB", 60, "A0 A30 B45", "best", [1, 1]),  # S7.8.11
        ("ABC", 60, "A0 A30 B45 C75", "best", [1, 1, 1]),
        ("ABC", 60, "A0 A30 B45 C75", "first", [1, 1, 0]),
        ("ABC", 60, "A0 B10 A50 C65", "best", [2, 1, 0]),  # row 11
        ("PP", 60, "P5 P15", "best", [1, 1]),  # row 5b
        ("PP", 60, "P5", "best", [1, 0]),  # row 5a
        ("AB", 60, "B0", "best", [0, 0]),
    ],
)
def test_attempts_are_counted_one_after_the_other(
    steps: str, window: int, events: str, reentry: str, expected: list[int]
) -> None:
    funnel = Funnel("c", tuple(steps), window, counting="totals", reentry=reentry)  # type: ignore[arg-type]
    assert counted([events_of(events)], funnel) == expected
    # Others beside them count by themselves.
    two = counted([events_of(events), events_of("B1"), events_of(events)], funnel)
    assert two == [2 * it for it in expected]


@pytest.mark.parametrize(
    ("steps", "window", "events", "best", "first"),
    [
        ("ABC", 60, "A0 A30 B45 C75", [1, 1, 1], [1, 1, 0]),  # row 2
        ("AB", 60, "A0 A100 B110", [1, 1], [1, 0]),  # row 3
        ("AB", 60, "A0 B60", [1, 1], [1, 1]),  # row 9
    ],
)
def test_the_first_beginning_alone_may_lead_less_far(
    steps: str, window: int, events: str, best: list[int], first: list[int]
) -> None:
    people = [events_of(events)]
    assert counted(people, Funnel("c", tuple(steps), window)) == best
    assert counted(people, Funnel("c", tuple(steps), window, reentry="first")) == first
    strict = Funnel("c", tuple(steps), window, reentry="first", order="any")
    assert counted(people, strict)[0] == 1


def scanned(events: Sequence[Event], steps: str, window: int, keeps_first: bool) -> list[int]:
    """Lengths of the attempts, event by event."""
    found: list[int] = []
    chain: list[int] = []
    at = 0
    while at < len(events):
        page, time = events[at].page, events[at].time
        is_near = bool(chain) and time - events[chain[0]].time <= window
        is_next = 0 < len(chain) < len(steps) and page == steps[len(chain)]
        if not chain:
            chain = [at] if page == steps[0] else []
        elif is_next and is_near:
            chain.append(at)
        elif is_next:
            # The earliest next step is too late: the attempt is over, and what follows its last event is read anew.
            found.append(len(chain))
            at, chain = chain[-1], []
        elif len(chain) == 1 and not keeps_first and is_near and page == steps[0]:
            chain = [at]
        at += 1
        if at == len(events) and chain:
            found.append(len(chain))
            at, chain = chain[-1] + 1, []
    return found


@settings(max_examples=300, deadline=None)
@given(
    people=st.lists(
        st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ABCX")), max_size=14),
        min_size=1,
        max_size=3,
    ),
    steps=st.sampled_from(["A", "AB", "ABC", "AA", "ABA", "ABAB"]),
    window=st.integers(1, 30),
    keeps_first=st.booleans(),
)
def test_attempts_are_those_of_a_scan(
    people: list[list[tuple[int, str]]], steps: str, window: int, keeps_first: bool
) -> None:
    walks = [
        [
            Event(int(time), number, page)
            for number, (time, page) in enumerate(
                zip(np.cumsum([gap for gap, _ in walk]), (page for _, page in walk), strict=True)
            )
        ]
        for walk in people
    ]
    rows = [
        (unit, it.time, it.number, step, 0 if step == 0 else -1)
        for unit, walk in enumerate(walks)
        for it in walk
        for step, page in enumerate(steps)
        if page == it.page
    ]
    matches, _ = sorted_matches(Matches(*np.array(rows, dtype=np.int64).reshape(-1, 5).T))
    found = successive_attempts(matches, window, keeps_first=keeps_first)
    assert found.reached.tolist() == [
        length for walk in walks for length in scanned(walk, steps, window, keeps_first)
    ]
    assert [len(rows) for _, rows in found.levels] == [
        int((found.reached > step).sum()) for step in range(len(found.levels))
    ]


def test_a_half_million_events_of_one_person_are_counted() -> None:
    """No event is read again and again: two steps that come in turns, and a third that never does."""
    count = 500_000
    steps = np.arange(count) % 2
    matches = Matches(
        np.zeros(count, dtype=np.int64),
        np.arange(count),
        np.arange(count),
        steps,
        np.where(steps == 0, 0, -1),
    )
    found = successive_attempts(matches, count)
    assert [len(rows) for _, rows in found.levels] == [count // 2, count // 2]


@pytest.mark.parametrize(
    ("funnel", "field", "fix"),
    [
        (Funnel("c", ("a", "b"), counting="total"), "counting", "totals"),  # type: ignore[arg-type]
        (Funnel("c", ("a", "b"), reentry="frist"), "reentry", "first"),  # type: ignore[arg-type]
        (Funnel("c", ("a", "b"), counting="totals", order="any"), "counting", "--counting"),
        (Funnel("c", ("a", "b"), window_seconds=-1), "window", "1s"),
        (Funnel("c", ("a",) * 1_000), "steps", "200"),
        (Funnel("c", ("a", "bb")), "steps", "Did you mean b?"),
        (Funnel("c", ("a", "b"), start=date(2024, 2, 1), end=date(2024, 2, 1)), "from", "before"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field(
    funnel: Funnel, field: str, fix: str
) -> None:
    with pytest.raises(MisuseError) as refused:
        check_funnel(funnel, {"a", "b"})
    assert field in refused.value.where
    assert fix in refused.value.fix
