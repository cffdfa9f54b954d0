"""Which tables lost rows that nothing explains, each by itself.

Enters: what an area said in the current release and its inputs then; its tables and inputs now. Leaves: `Loss`es.
Only a file that is gone, taken back or lost, explains rows, and at most as many as it gave to what the table reads; a
dump that came in the place of a fuller one explains none.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from studium.publish.manifest import Area, BuildInfo
from studium.vocabulary import InputFile, Table

_Part = tuple[str, str]  # a dataset, and the id of the scope whose rows they are, if any


class Loss(NamedTuple):
    """A table with fewer rows than before; of these the files that are gone explain `explained` at most."""

    table: str
    before: int
    now: int
    explained: int = 0

    def __str__(self) -> str:
        """As the gate says it."""
        gone = (
            f", of which files that are gone explain {self.explained:,}" if self.explained else ""
        )
        return f"{self.table} fell from {self.before:,} to {self.now:,} rows{gone}"


class Now(NamedTuple):
    """An area as it would be published: `gone` are inputs of before that were taken back or lost."""

    build: BuildInfo
    tables: Mapping[str, Table]
    rows: Mapping[str, int]
    inputs: Sequence[InputFile]
    gone: Collection[str] | None  # None: all that are not among the inputs
    is_asked: bool = False  # whether somebody asked for the end of the interval

    def explains_all(self, before: BuildInfo) -> bool:
        """Whether other rows were asked for: other definitions, a later beginning or an earlier end."""
        is_cut = self.is_asked and (self.build.as_of or date.max) < (before.as_of or date.max)
        is_other = (self.build.events_from, self.build.compat) != (
            before.events_from,
            before.compat,
        )
        return is_cut or is_other


def find_losses(before: Area, now: Now, maximum_percent: float) -> list[Loss]:
    """Tables that lost more than `maximum_percent` of their rows beyond what is explained, by name."""
    names = {file.sha256 for file in now.inputs}
    missing = [file for file in before.inputs if file.sha256 not in names]
    if now.gone is not None:
        missing = [file for file in missing if file.sha256 in now.gone]
    shrunk = _shrunk(before.inputs, now, missing, maximum_percent)
    found = []
    for table in sorted(before.tables, key=lambda it: it.name):
        today = now.tables.get(table.name, table)
        if today.window_days or today.is_better_small:
            continue
        rows = now.rows.get(table.name, 0)
        explained = 0
        if shrunk.isdisjoint(today.sources):
            explained = sum(_given(file, today.sources) for file in missing)
            if now.explains_all(before.build):
                explained = table.rows
        loss = Loss(table.name, table.rows, rows, min(explained, table.rows))
        if 100 * (loss.before - loss.now - loss.explained) > maximum_percent * loss.before:
            found.append(loss)
    return found


def _given(file: InputFile, sources: Collection[str]) -> int:
    """Rows that a file gave to what a table reads."""
    return sum(rows for source, rows in file.reached.items() if source in sources)


def _shrunk(
    before: Sequence[InputFile], now: Now, missing: Sequence[InputFile], maximum_percent: float
) -> set[str]:
    """Datasets that have fewer rows of some scope though none of their files is gone."""
    end = str(now.build.as_of) if now.is_asked else "9999"
    gone = {file.sha256 for file in missing}
    then, today = _parts(before), _parts(now.inputs)
    out = _parts([it for it in before if it.sha256 in gone or (it.dump_date or "") > end])
    return {
        part[0]
        for part, rows in then.items()
        if 100 * (rows - today.get(part, 0) - out.get(part, 0)) > maximum_percent * rows
    }


def _parts(files: Sequence[InputFile]) -> dict[_Part, int]:
    rows: dict[_Part, int] = {}
    for file in files:
        for dataset, count in file.reached.items():
            part = (dataset, file.holder.id if file.holder else "")
            rows[part] = rows.get(part, 0) + count
    return rows
