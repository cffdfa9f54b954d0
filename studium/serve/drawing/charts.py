"""Charts of pages: which columns of a table are drawn, and how; static/charts.js does the drawing.

Enters: tables. Leaves: `Chart`s, whose `drawing()` goes into the page as a block of JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studium.serve.drawing.tables import Column, Table, plain


@dataclass(frozen=True)
class Chart:
    """A drawing of some columns of a table, with the one sentence that it is there to say.

    `kind`: lines, areas, bars, rows (bars that lie), heat, map, network. `x` names the column of the
    positions, `y` those of the values. `size`: low, tall, strip or nothing.
    """

    table: Table
    kind: str
    x: str
    y: tuple[str, ...]
    finding: str = ""
    size: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for name in self.y for value in self.table.values(name))

    def drawing(self) -> dict[str, Any]:
        """What charts.js needs to know."""
        return {
            "kind": self.kind,
            "x": self._axis(self.table.column(self.x)),
            "series": [self._axis(self.table.column(name)) for name in self.y],
            **self.options,
        }

    def _axis(self, column: Column) -> dict[str, Any]:
        return {
            "label": column.label,
            "kind": column.kind,
            "values": self.table.values(column.name),
        }


def world_map(table: Table, value: str, finding: str = "") -> Chart:
    """A map of the columns `code` (ISO 3166, two letters), `country` and `value`."""
    names = {"values": table.values("country")}
    return Chart(table, "map", "code", (value,), finding, "tall", {"names": names})


def heat_map(
    table: Table,
    cells: Sequence[Mapping[str, Any]],
    finding: str = "",
    size: str = "",
    kind: str = "decimal",
) -> Chart:
    """Fields row, column and value of `cells` as colours; the table lists them in its own form.

    `kind` is that of the values, as in tables. Rows and columns stand in the order in which they first come.
    """
    rows = list(dict.fromkeys(cell["row"] for cell in cells))
    columns = list(dict.fromkeys(cell["column"] for cell in cells))
    at_row = {value: place for place, value in enumerate(rows)}
    at_column = {value: place for place, value in enumerate(columns)}
    options = {
        "x": {"label": "", "kind": "text", "values": [plain(column) for column in columns]},
        "rows": {"values": [plain(row) for row in rows]},
        "value": {"label": table.title, "kind": kind},
        "cells": [
            (at_column[cell["column"]], at_row[cell["row"]], plain(cell["value"])) for cell in cells
        ],
    }
    first = table.columns[0].name
    return Chart(table, "heat", first, (table.columns[-1].name,), finding, size, options)


def spark(values: Sequence[float | None]) -> str:
    """Points of a small line for an SVG of 100 × 20 units, oldest first; empty for under two.

    Hidden and missing values are no points: the line goes on from the one before.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    most = max(1, *(value for _, value in known))
    step = 100 / (len(values) - 1)
    return " ".join(f"{place * step:.1f},{19 - 18 * value / most:.1f}" for place, value in known)
