"""Where a parser's rows go: Parquet per dataset, provenance added, what is personal kept apart; rejects beside them.

Enters: Arrow tables with `source_line`, rejects, skipped lines. Leaves: `<out>/dumps/<dataset>/dump_date=…/`,
`<out>/personal/<dataset>/dump_date=…/`, `<out>/rejects.parquet` and the account of the file.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from studium.lake.reading.parsed import ARROW_TYPES, Counts
from studium.lake.reading.rejects import Rejects
from studium.lake.registry import DATASETS
from studium.lake.tasks import ODD_VALUE, Task, TaskOutcome
from studium.vocabulary import PROVENANCE, Scope

SHOWN_OF_A_VALUE = 100  # characters; the quarantine keeps all


@dataclass(frozen=True)
class Origin:
    """What is known of a file before it is read: `name` begins its Parquet's names, `content` is its SHA-256."""

    name: str
    content: str
    scope: Scope
    dump_date: date


@dataclass
class LineAccount:
    """What became of a file; `parts` holds (folder, day, name, rows) of its Parquet, `odd_values` per column how many
    did not fit, and of the first of them line and text.
    """

    lines: int = 0
    rows: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    parts: list[tuple[str, str, str, int]] = field(default_factory=list)
    odd_values: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    damage: str | None = None


class Sink:
    """Takes what a parser gives; `sink(dataset, table)` writes rows, `close` ends all files."""

    def __init__(self, origin: Origin, out: Path) -> None:
        self.account = LineAccount()
        self._origin = origin
        self._out = out
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._rows: Counter[str] = Counter()
        self._rejects = Rejects(out)

    def __call__(self, dataset: str, table: pa.Table) -> None:
        """Write rows of a dataset; columns that the registry does not know come as text and are kept.

        They lie with the personal columns where the dataset has any: nobody has looked at them yet.
        """
        known = DATASETS.get(dataset)
        if known is None:
            self._write(f"dumps/{dataset}", table, {})
            return
        names = set(known.lake_columns) | set(known.personal_columns)
        unknown = {name: "varchar" for name in table.column_names if name not in names}
        personal = known.personal_columns
        lake = known.lake_columns if personal else {**unknown, **known.lake_columns}
        self._write(f"dumps/{dataset}", table, lake)
        if personal:
            self._write(f"personal/{dataset}", table, {**unknown, **personal})

    def has(self, dataset: str) -> bool:
        """Whether rows of the dataset, or an empty table, were written."""
        return f"dumps/{dataset}" in self._writers

    def ensure(self, datasets: Iterable[str]) -> None:
        """An empty table of each dataset that has none yet: a dump without rows is a dump."""
        for dataset in datasets:
            if not self.has(dataset):
                self(dataset, pa.table({"source_line": pa.array([], pa.int64())}))

    def reject(self, line_no: int, reason: str, detail: str, raw: bytes) -> None:
        """Put a line into quarantine."""
        self._rejects.add(line_no, reason, detail, raw)

    def note_odd(self, line_no: int, column: str, value: str) -> None:
        """Keep a value that did not fit its column, which is NULL in the row of its line."""
        times, first, text = self.account.odd_values.get(column, (0, line_no, value))
        self.account.odd_values[column] = (times + 1, first, text[:SHOWN_OF_A_VALUE])
        self._rejects.add(line_no, ODD_VALUE, f"column {column}", value.encode())

    def close(self, counts: Counts) -> LineAccount:
        """End all files; `counts` is the parser's own account, whose rejects are added."""
        for reject in counts.rejects:
            self.reject(*reject)
        for writer in self._writers.values():
            writer.close()
        account = self.account
        account.rejects += Counter(dict(self._rejects.close()))
        account.rejects.pop(ODD_VALUE, None)
        account.lines, account.rows, account.damage = counts.lines, counts.rows, counts.damage
        account.skipped += counts.skipped
        account.notes.update(counts.notes)
        account.parts = [
            (folder, self._day, self._name, self._rows[folder]) for folder in sorted(self._writers)
        ]
        return account

    @property
    def _day(self) -> str:
        return self._origin.dump_date.isoformat()

    @property
    def _name(self) -> str:
        return f"{self._origin.name}-0000.parquet"

    def _write(self, folder: str, table: pa.Table, columns: dict[str, str]) -> None:
        rows = self._with_provenance(table, columns)
        writer = self._writers.get(folder)
        if writer is None:
            path = self._out / folder / f"dump_date={self._day}" / self._name
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = pq.ParquetWriter(path, rows.schema, compression="zstd")
            self._writers[folder] = writer
        if rows.schema != writer.schema:
            rows = self._as_before(rows, writer.schema)
        writer.write_table(rows)
        self._rows[folder] += rows.num_rows

    def _as_before(self, rows: pa.Table, schema: pa.Schema) -> pa.Table:
        """Rows with the columns that the table began with; another statement of a dump may name others."""
        late = set(rows.column_names) - set(schema.names)
        self.account.notes.update(f"column {name} came late and was left out" for name in late)
        return pa.table(
            [
                rows[field_.name]
                if field_.name in rows.column_names
                else pa.nulls(len(rows), field_.type)
                for field_ in schema
            ],
            schema=schema,
        )

    def _with_provenance(self, table: pa.Table, columns: dict[str, str]) -> pa.Table:
        origin, length = self._origin, table.num_rows
        given = {
            "scope": origin.scope.kind,
            "scope_id": origin.scope.id or None,
            "dump_date": origin.dump_date,
            "source_file": origin.content,
        }
        columns = columns or dict.fromkeys(table.column_names, "varchar")
        arrays = {}
        for name, kind in (columns | PROVENANCE).items():
            type_ = ARROW_TYPES[kind]
            if name in given:
                arrays[name] = pa.repeat(pa.scalar(given[name], type_), length)
            elif name in table.column_names:
                arrays[name] = table[name].cast(type_)
            else:
                arrays[name] = pa.nulls(length, type_)
        return pa.table(arrays)


def read_into_tables(
    task: Task, out: Path, read: Callable[[Sink], Counts], promised: Iterable[str] = ()
) -> TaskOutcome:
    """Let a parser write the tables of a delivery; those `promised` are there without a row, if any was read."""
    file = task.delivered
    if file is None:
        raise ValueError(f"{task.format} is read from deliveries only")
    sink = Sink(
        Origin(task.sha256, file.content, file.scope, date.fromisoformat(file.dump_date)), out
    )
    counts = read(sink)
    if counts.rows or not counts.rejects:
        sink.ensure(promised)
    account = sink.close(counts)
    return TaskOutcome(
        lines=account.lines,
        rows=account.rows,
        damage=account.damage,
        is_partial=bool(account.damage),
        rejects=sorted(account.rejects.items()),
        dump_parts=account.parts,
        skips=sorted(account.skipped.items()),
        notes=sorted(account.notes.items()),
        odd_values=[(name, *facts) for name, facts in sorted(account.odd_values.items())],
    )
