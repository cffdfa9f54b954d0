"""Counts of few people, hidden so that the rest of the whole does not give them away.

Enters: rows that are the parts of a whole, or of several. Leaves: the same rows with None in the
place of hidden counts. `hiding.py` does the same in SQL where a dataset is classified so.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def hidden_cells(counts: Sequence[int | None], least: int) -> list[bool]:
    """Which parts of one whole are hidden where counts under `least` may not be seen.

    Those under it (0 is nobody and stays); and, from the smallest on, as many others as it takes until at least
    two are hidden and the hidden ones are `least` people together: `[1, 30, 40]`, 10 -> `[True, True, False]`.
    """
    hidden = [False] * len(counts)
    if not any(count is not None and 0 < count < least for count in counts):
        return hidden
    order = sorted((count, place) for place, count in enumerate(counts) if count)
    total = 0
    for taken, (count, place) in enumerate(order):
        if count >= least and total >= least and taken >= 2:
            break
        hidden[place] = True
        total += count
    return hidden


def suppress(
    rows: Sequence[Mapping[str, Any]],
    count: str,
    least: int,
    within: Sequence[str] = (),
    measures: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Rows with `count` and `measures` None where hidden; rows that agree in `within` are one whole."""
    wholes: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        wholes.setdefault(tuple(row[name] for name in within), []).append(place)
    answer = [dict(row) for row in rows]
    for places in wholes.values():
        hidden = hidden_cells([rows[place][count] for place in places], least) if least else []
        for place, is_hidden in zip(places, hidden, strict=False):
            if is_hidden:
                answer[place] |= dict.fromkeys([count, *measures])
    return answer
