"""Funnels as chains of events: for every entry of every funnel, which event fills each next step within the window.

Enters: events of people by funnel and step, sorted. Leaves: the best attempt of each person, funnel and period, with
the event of each step. All funnels are followed together, a level at a time; 200 steps cost 200 searches.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


class Matches(NamedTuple):
    """A row per event and step that it fills; an event that fills two steps of a funnel has two rows.

    Sorted by `unit` (a person in a funnel), `times` (microseconds), smallest step that the event fills, event.
    `events` tells events of a unit apart; `steps` count from 0; `periods` is the month, say, of an entry, or -1
    where an event of step 0 may not be an entry.
    """

    units: Whole
    times: Whole
    events: Whole
    steps: Whole
    periods: Whole


class Attempts(NamedTuple):
    """`entries` are rows of `Matches` with the first event of each best attempt; `reached` counts its steps.

    `levels[k]` are two arrays: numbers of attempts that reached step k, and the rows that filled it.
    """

    entries: Whole
    reached: Whole
    levels: list[tuple[Whole, Whole]]


def sorted_matches(matches: Matches) -> tuple[Matches, Whole]:
    """Matches in the order that chains ask for, and the row that each one was."""
    units, times, events, steps, _ = matches
    by_event = np.lexsort((steps, events, times, units))
    is_new = np.ones(len(by_event), dtype=np.bool_)
    is_new[1:] = _differ(by_event, units, times, events)
    # The smallest step of an event: its first row in this order.
    smallest = np.empty(len(by_event), dtype=np.int64)
    smallest[by_event] = steps[by_event][np.maximum.accumulate(_places(is_new))]
    order = np.lexsort((steps, events, smallest, times, units))
    return Matches(*(column[order] for column in matches)), order


def best_attempts(matches: Matches, window: int, *, is_tie_order: bool = True) -> Attempts:
    """The earliest of the longest chains of each unit and period of entry.

    A chain takes for each next step the earliest later event that fills it, at most `window` microseconds after its
    entry; without `is_tie_order` events of one time are in no order, and a chain takes one of them.
    """
    ranks, ends = event_ranks(matches, is_tie_order)
    by_step = rows_by_step(matches.steps)
    entries = by_step[0][matches.periods[by_step[0]] >= 0] if by_step else _none()
    reached = np.ones(len(entries), dtype=np.int64)
    alive, rows = np.arange(len(entries)), entries
    levels = [(alive, rows)]
    deadlines = matches.times[entries] + window
    for found in by_step[1:]:
        alive, rows = _advance(matches, found, ranks, ends[rows], (alive, deadlines, entries))
        if not len(alive):
            break
        reached[alive] += 1
        levels.append((alive, rows))
    return _best(matches, entries, reached, levels)


def _advance(
    matches: Matches, found: Whole, ranks: Whole, after: Whole, state: tuple[Whole, Whole, Whole]
) -> tuple[Whole, Whole]:
    """Attempts that find an event of the next step, and its row; `found` are the rows of that step."""
    alive, deadlines, entries = state
    places = np.searchsorted(ranks[found], after, side="right")
    is_there = places < len(found)
    alive, rows = alive[is_there], found[places[is_there]]
    is_reached = (matches.units[rows] == matches.units[entries[alive]]) & (
        matches.times[rows] <= deadlines[alive]
    )
    return alive[is_reached], rows[is_reached]


def _best(
    matches: Matches, entries: Whole, reached: Whole, levels: list[tuple[Whole, Whole]]
) -> Attempts:
    """Of the entries of a unit and period the first with the longest chain."""
    if not len(entries):
        return Attempts(_none(), _none(), [])
    units, periods = matches.units[entries], matches.periods[entries]
    # Entries stand in the order of time: by unit and period, then the longest, then the first.
    order = np.lexsort((-reached, periods, units))
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = _differ(order, units, periods)
    chosen = np.sort(order[is_first])
    numbers = np.full(len(entries), -1, dtype=np.int64)
    numbers[chosen] = np.arange(len(chosen))
    kept = []
    for alive, rows in levels:
        of_best = numbers[alive] >= 0
        if of_best.any():
            kept.append((numbers[alive[of_best]], rows[of_best]))
    return Attempts(entries[chosen], reached[chosen], kept)


def event_ranks(matches: Matches, is_tie_order: bool) -> tuple[Whole, Whole]:
    """Place of the event of each row in the order of all, and the last place that a next step may not take."""
    everything = np.arange(len(matches.units))
    is_new = np.ones(len(everything), dtype=np.bool_)
    is_new[1:] = _differ(everything, matches.units, matches.times, matches.events)
    ranks = np.cumsum(is_new, dtype=np.int64)
    if is_tie_order:
        return ranks, ranks
    is_later = np.ones(len(everything), dtype=np.bool_)
    is_later[1:] = _differ(everything, matches.units, matches.times)
    groups = np.cumsum(is_later) - 1
    lasts = np.append(np.flatnonzero(is_later)[1:], len(everything)) - 1
    return ranks, ranks[lasts][groups] if len(everything) else ranks


def rows_by_step(steps: Whole) -> list[Whole]:
    """Rows of each step, in order."""
    order = np.argsort(steps.astype(np.int16), kind="stable")
    counts = np.bincount(steps) if len(steps) else np.zeros(0, dtype=np.int64)
    return list(np.split(order, np.cumsum(counts)[:-1])) if len(counts) else []


def _differ(order: Whole, *columns: Whole) -> NDArray[np.bool_]:
    """Whether each row but the first is another one than the row before, in these columns."""
    found = np.zeros(max(len(order) - 1, 0), dtype=np.bool_)
    for column in columns:
        values = column[order]
        found |= values[1:] != values[:-1]
    return found


def _places(is_new: NDArray[np.bool_]) -> Whole:
    """The number of each row that begins something, 0 for the others."""
    return np.where(is_new, np.arange(len(is_new)), 0)


def _none() -> Whole:
    return np.zeros(0, dtype=np.int64)
