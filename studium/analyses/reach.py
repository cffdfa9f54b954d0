"""How far people come in one funnel, by any of its options.

Enters: page events of people, which step each fills, an order of steps. Leaves: whether each person fills each step.
Of the events that may stand before another one in a chain the nearest is as good as any: less time and less else lies
between, and its entry is the latest. So a level is one search, and an event carries its latest entry.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studium.analyses.chains import Whole

Marks = NDArray[np.bool_]
_NEVER = np.iinfo(np.int64).min // 2
MOST_OPTIONAL = 6


class Gap(NamedTuple):
    """No event that `marks` may lie between neighbours of a chain that both are of steps `first` to `last`."""

    marks: Marks
    first: int
    last: int


class Walk(NamedTuple):
    """All page events of people in order of (unit, time, smallest step, event); `fills` has a row per step.

    `may_enter` marks events of the first step that may begin an attempt.
    """

    units: Whole
    times: Whole
    fills: Marks
    may_enter: Marks


class Rule(NamedTuple):
    """`gaps_at_most` are the longest times between a step and the next one, one fewer than steps."""

    window: int
    order: Literal["ordered", "strict", "any"] = "ordered"
    is_tie_order: bool = True
    gaps_at_most: tuple[int, ...] | None = None
    optional: tuple[int, ...] = ()
    exclude: tuple[Gap, ...] = ()


def filled_steps(walk: Walk, rule: Rule) -> tuple[Whole, Marks]:
    """The units, and for each whether an attempt of theirs fills each step: a row per step."""
    units, places = np.unique(walk.units, return_inverse=True)
    filled = np.zeros((len(walk.fills), len(units)), dtype=np.bool_)
    if rule.order == "any":
        _fill_in_any_order(walk, rule.window, places, filled)
        return units, filled
    for left_out in _choices(rule.optional):
        steps = [step for step in range(len(walk.fills)) if step not in left_out]
        for step, rows in _levels(walk, rule, steps):
            filled[step, places[rows]] = True
    return units, filled


def _choices(optional: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every set of optional steps that a chain may leave out."""
    return chain.from_iterable(combinations(optional, size) for size in range(len(optional) + 1))


def _levels(walk: Walk, rule: Rule, steps: Sequence[int]) -> Iterator[tuple[int, Whole]]:
    """Each step with the events that a chain can reach it by, as long as there are any."""
    rows = np.flatnonzero(walk.fills[steps[0]] & walk.may_enter)
    entries = walk.times[rows]
    before = steps[0]
    yield before, rows
    for step in steps[1:]:
        if not len(rows):
            return
        found = np.flatnonzero(walk.fills[step])
        limits = found if rule.is_tie_order else _starts_of_times(walk)[found]
        places = np.searchsorted(rows, limits, side="left") - 1
        found, places = found[places >= 0], places[places >= 0]
        nearest = rows[places]
        is_good = walk.units[found] == walk.units[nearest]
        is_good &= walk.times[found] - entries[places] <= rule.window
        if rule.gaps_at_most is not None:
            gap = sum(rule.gaps_at_most[before:step])
            is_good &= walk.times[found] - walk.times[nearest] <= gap
        for marks in _forbidden(walk, rule, before, step):
            passed = np.concatenate([[0], np.cumsum(marks)])
            is_good &= passed[found] - passed[nearest + 1] == 0
        rows, entries = found[is_good], entries[places[is_good]]
        before = step
        yield step, rows


def _forbidden(walk: Walk, rule: Rule, before: int, step: int) -> Iterator[Marks]:
    """Events that may not lie between an event of one step and one of the next."""
    if rule.order == "strict":
        yield ~walk.fills[before]
    for gap in rule.exclude:
        if gap.first <= before and step <= gap.last:
            yield gap.marks


def _starts_of_times(walk: Walk) -> Whole:
    """The first row of each row's unit and time."""
    is_new = np.ones(len(walk.units), dtype=np.bool_)
    is_new[1:] = (walk.units[1:] != walk.units[:-1]) | (walk.times[1:] != walk.times[:-1])
    starts = np.where(is_new, np.arange(len(is_new)), 0)
    return np.asarray(np.maximum.accumulate(starts), dtype=np.int64)


def _fill_in_any_order(walk: Walk, window: int, places: Whole, filled: Marks) -> None:
    """Step k counts who can fill k of the steps by events of their own, the last at most a window after the first.

    An attempt may begin at any event of a step that may enter; those of other steps are in range with it.
    """
    rows = np.flatnonzero(walk.fills.any(axis=0))
    units, times = walk.units[rows], walk.times[rows]
    starts = np.unique(units, return_index=True)[1]
    for start, end in zip(starts, np.append(starts[1:], len(rows)), strict=len(rows) > 0):
        mine = rows[start:end]
        lasts = np.searchsorted(times[start:end], times[start:end] + window, side="right")
        most, seen = 0, 0
        for first, last in enumerate(lasts):
            if walk.may_enter[mine[first]] and last > seen:
                seen = last  # windows that end with it hold no more
                fills = walk.fills[:, mine[first:last]]
                most = max(most, _matched(fills) if fills.any(axis=1).sum() > most else 0)
        filled[:most, places[mine[0]]] = True


def _matched(fills: Marks) -> int:
    """How many steps events can fill, each event one: a matching of greatest size."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    return int((maximum_bipartite_matching(csr_matrix(fills), perm_type="column") >= 0).sum())
