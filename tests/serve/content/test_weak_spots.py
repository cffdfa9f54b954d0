"""Weak spots on pages and in the API: those of the month, worded, and none that a hidden bar would be told by.

Enters: bars as a viewer sees them, rows of weak_spots. Leaves: what is shown.
"""

from datetime import date
from typing import Any

from studium.serve.content.tutorial.answers import Bar, Step, Tutorial, without_few
from studium.serve.content.tutorials.spots import read_compared

MONTH = date(2024, 3, 1)
COURSE = "course-v1:Bees+B1+2024"
STEPS = tuple(Step("t", number, f"p{number}", "video", f"Part {number}") for number in (1, 2, 3))
TUTORIAL = Tutorial("t", "Slope", "Lines", STEPS)


class Table:
    """A reader of rows that a release has."""

    def __init__(self, *rows: dict[str, Any], is_there: bool = True) -> None:
        self._rows = list(rows)
        self._is_there = is_there

    def has(self, _dataset: str) -> bool:
        return self._is_there

    def rows(self, _sql: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        assert parameters["month"] == MONTH
        return self._rows


def row(step: int, before: int, users: int, *, is_weak: bool = True) -> dict[str, Any]:
    return {
        "node_id": "t",
        "step": step,
        "users_before": before,
        "users": users,
        "lost_share": 1 - users / before,
        "expected_share": 0.34,
        "excess_low": 0.2,
        "excess_high": 0.3,
        "excess_users": 0.25 * before,
        "is_weak": is_weak,
    }


def bars(counts: tuple[int, ...], least: int = 0) -> dict[str, list[Bar]]:
    told = [
        Bar(MONTH, step, f"p{step}", "video", "", "all", users, 1.0, is_complete=True)
        for step, users in enumerate(counts, start=1)
    ]
    return {"t": without_few(told, least)}


def steps_of(counts: tuple[int, ...], least: int, *rows: dict[str, Any]) -> list[int]:
    reader: Any = Table(*rows)
    found = read_compared(reader, COURSE, ([TUTORIAL], bars(counts, least)), MONTH)
    return [it.step for it in found]


def test_the_sentence_says_what_was_lost_and_what_pages_like_it_lose() -> None:
    reader: Any = Table(row(3, 1204, 470))
    (spot,) = read_compared(reader, COURSE, ([TUTORIAL], bars((1500, 1204, 470))), MONTH)
    assert spot.sentence == (
        "Of 1,204 who saw page 2, 61.0 % did not come to page 3, Part 3; pages like it lose 34.0 %."
    )
    assert (spot.title, spot.topic, spot.page_id, spot.month) == ("Slope", "Lines", "p3", MONTH)


def test_what_a_hidden_bar_would_tell_is_not_shown() -> None:
    both = row(2, 100, 60), row(3, 60, 45)
    assert steps_of((100, 60, 45), 10, *both) == [2, 3]
    # Between 100 and 95 are five people: the bar of page 2 is hidden, and with it what is told by it.
    near = row(2, 100, 95), row(3, 95, 45)
    assert steps_of((100, 95, 45), 0, *near) == [2, 3]
    assert steps_of((100, 95, 45), 10, *near) == []


def test_a_release_without_weak_spots_or_without_a_month_has_none() -> None:
    reader: Any = Table(row(2, 100, 60), is_there=False)
    assert read_compared(reader, COURSE, ([TUTORIAL], bars((100, 60, 45))), MONTH) == []
    reader = Table(row(2, 100, 60))
    assert read_compared(reader, COURSE, ([TUTORIAL], {}), None) == []
