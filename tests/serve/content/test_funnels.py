"""Bars of a funnel are nested: what is shown of them tells nobody of few people.

Enters: bars of a month. Leaves: which of them a role sees from which small groups are hidden.
"""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studium.serve.content.tutorial.answers import CLASSES, Bar, without_few

MONTH = date(2024, 3, 1)
COUNTS = st.lists(st.tuples(*[st.integers(0, 40)] * len(CLASSES)), min_size=1, max_size=6)


def bars_of(counts: list[tuple[int, ...]]) -> list[Bar]:
    """Of each step all people, then each class."""
    return [
        Bar(MONTH, step, f"p{step}", "video", "", people, users, 1.0, is_complete=True)
        for step, by_class in enumerate(counts, start=1)
        for people, users in zip(("all", *CLASSES), (sum(by_class), *by_class), strict=True)
    ]


@given(counts=COUNTS)
def test_no_bar_and_no_step_between_two_bars_is_of_few(counts: list[tuple[int, ...]]) -> None:
    bars = bars_of(counts)
    shown = without_few(bars, 10)

    assert [(bar.step, bar.people) for bar in shown] == [(bar.step, bar.people) for bar in bars]
    for people in ("all", *CLASSES):
        known = [bar.users for bar in shown if bar.people == people and bar.users is not None]
        assert all(count == 0 or count >= 10 for count in known)
        assert all(one == two or abs(one - two) >= 10 for one, two in pairwise(known))
    for step in range(1, len(counts) + 1):
        classes = [bar.users for bar in shown if bar.step == step and bar.people != "all"]
        assert len({users is None for users in classes}) == 1, "the missing one is the rest"


def test_what_is_large_is_shown_and_who_sees_learners_sees_all() -> None:
    bars = bars_of([(100, 50, 20), (60, 40, 10), (60, 25, 0)])

    assert without_few(bars, 10) == bars
    small = bars_of([(9, 2, 1), (8, 1, 0)])
    assert without_few(small, 0) == small
    assert [bar.users for bar in without_few(small, 10)] == [12] + [None] * 7
