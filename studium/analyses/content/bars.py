"""From views of pages to the bars of funnels: how many people of each class came to each step.

Enters: columns of views by funnel and step, in order. Leaves: an Arrow table, a row per person, funnel, period of
entry and step that they came to.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from studium.analyses.chains import Matches, best_attempts

COLUMNS = ("unit", "moment", "event", "step", "period", "funnel", "class")


def reached_steps(views: Mapping[str, NDArray[Any]], window: int) -> pa.Table:
    """A row per best attempt and step that it reached; `views` has COLUMNS, in the order of `Matches`.

    `gap` are the microseconds since the step before, NULL at the first; `class` is that of the view of the step,
    `entry` that of the first one.
    """
    matches = Matches(*(np.asarray(views[name], dtype=np.int64) for name in COLUMNS[:5]))
    attempts = best_attempts(matches, window)
    before = attempts.entries.copy()
    parts = []
    for step, (numbers, rows) in enumerate(attempts.levels):
        entries = attempts.entries[numbers]
        gaps = matches.times[rows] - matches.times[before[numbers]]
        before[numbers] = rows
        parts.append(
            pa.table(
                {
                    "unit": matches.units[rows],
                    "funnel": views["funnel"][rows],
                    "period": matches.periods[entries],
                    "step": np.full(len(rows), step, dtype=np.int64),
                    "class": views["class"][rows],
                    "entry": views["class"][entries],
                    "gap": pa.array(gaps, mask=np.full(len(gaps), step == 0)),
                }
            )
        )
    return pa.concat_tables(parts) if parts else _EMPTY


_EMPTY = pa.schema(
    [(name, pa.int64()) for name in ("unit", "funnel", "period", "step", "class", "entry", "gap")]
).empty_table()
