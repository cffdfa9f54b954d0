"""Attempts of a person one after the other: the next begins after the last event of the one before.

Enters: events of people by funnel and step, sorted. Leaves: every attempt, with the event of each step that it
reached.
"""

from bisect import bisect_right

import numpy as np

from studium.analyses.chains import Attempts, Matches, Whole, event_ranks, rows_by_step


def successive_attempts(
    matches: Matches, window: int, *, is_tie_order: bool = True, keeps_first: bool = False
) -> Attempts:
    """All attempts of all units; of one each next step is the earliest later event within `window` of its entry.

    While an attempt stands at its first step, a later event of that step within the window replaces its entry, and adds
    none; with `keeps_first` it does not.
    """
    ranks, ends = event_ranks(matches, is_tie_order)
    walk = _Walk(matches, ranks, ends, window, keeps_first)
    chains = list(walk.chains())
    levels: list[tuple[Whole, Whole]] = []
    for step in range(max(map(len, chains), default=0)):
        numbers = [number for number, chain in enumerate(chains) if len(chain) > step]
        levels.append((_whole(numbers), _whole([chains[number][step] for number in numbers])))
    return Attempts(_whole([chain[0] for chain in chains]), _whole(list(map(len, chains))), levels)


class _Walk:
    """Looks up the next event of a step by its place, so that no event is read again."""

    def __init__(
        self, matches: Matches, ranks: Whole, ends: Whole, window: int, keeps_first: bool
    ) -> None:
        self._units, self._times = matches.units.tolist(), matches.times.tolist()
        self._ends, self._window, self._keeps_first = ends.tolist(), window, keeps_first
        self._rank_of = ranks.tolist()
        self._rows = [rows.tolist() for rows in rows_by_step(matches.steps)]
        self._ranks = [ranks[rows].tolist() for rows in self._rows]
        first = self._rows[0] if self._rows else []
        self._entries = [row for row in first if matches.periods[row] >= 0]
        self._entry_ranks = ranks[_whole(self._entries)].tolist()

    def chains(self) -> list[list[int]]:
        """The rows of each attempt, in order."""
        found: list[list[int]] = []
        place = 0
        while place < len(self._entries):
            place, chain = self._attempt(place)
            found.append(chain)
            last = self._ends[chain[-1]]
            place = max(place + 1, bisect_right(self._entry_ranks, last, lo=place))
        return found

    def _attempt(self, place: int) -> tuple[int, list[int]]:
        """The place of the entry that counts, and the chain from there."""
        entry = self._entries[place]
        if not self._keeps_first:
            place, entry = self._replaced(place, self._next(1, entry))
        chain = [entry]
        for step in range(1, len(self._rows)):
            row = self._next(step, chain[-1])
            if row is None or not self._is_near(entry, row):
                break
            chain.append(row)
        return place, chain

    def _replaced(self, place: int, until: int | None) -> tuple[int, int]:
        """The last entry before an event of the second step that follows the one before within the window."""
        entry = self._entries[place]
        while place + 1 < len(self._entries):
            later = self._entries[place + 1]
            is_before = until is None or self._ends[later] < self._rank_of[until]
            if not (is_before and self._is_near(entry, later)):
                break
            place, entry = place + 1, later
        return place, entry

    def _next(self, step: int, row: int) -> int | None:
        """The first event of a step after another one."""
        if step >= len(self._rows):
            return None
        at = bisect_right(self._ranks[step], self._ends[row])
        return self._rows[step][at] if at < len(self._rows[step]) else None

    def _is_near(self, entry: int, row: int) -> bool:
        is_same = self._units[entry] == self._units[row]
        return bool(is_same and self._times[row] - self._times[entry] <= self._window)


def _whole(values: list[int]) -> Whole:
    return np.array(values, dtype=np.int64)
