"""Where a parser's rows go: Parquet per dataset, provenance added, what is personal kept apart; rejects beside them.

Enters: Arrow tables with `source_line`, rejects, skipped lines. Leaves: `<out>/dumps/<dataset>/dump_date=…/`,
`<out>/personal/<dataset>/dump_date=…/`, `<out>/rejects.parquet` and the account of the file.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from studium.lake.datasets import DATASETS
from studium.lake.reading.parsed import ARROW_TYPES, Counts
from studium.vocabulary import PROVENANCE

KEPT_RAW_BYTES = 16 * 1024 * 1024  # of a rejected line; the landed file keeps all
REJECTS_AT_ONCE = 10_000
REJECT_BYTES_AT_ONCE = 16 * 1024 * 1024
REJECTS = pa.schema(
    [
        ("source_line", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("raw", pa.large_binary()),
    ]
)


@dataclass(frozen=True)
class Origin:
    """What is known of a file before it is read: `name` begins its Parquet's names, `content` is its SHA-256."""

    name: str
    content: str
    package_course_id: str | None
    dump_date: date


@dataclass
class Account:
    """What became of a file; `parts` holds (folder, day, name, rows) of its Parquet."""

    lines: int = 0
    rows: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    parts: list[tuple[str, str, str, int]] = field(default_factory=list)
    damage: str | None = None


class Sink:
    """Takes what a parser gives; `sink(dataset, table)` writes rows, `close` ends all files."""

    def __init__(self, origin: Origin, out: Path) -> None:
        self.account = Account()
        self._origin = origin
        self._out = out
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._rows: Counter[str] = Counter()
        self._rejects: list[tuple[int, str, str, bytes]] = []
        self._reject_bytes = 0
        self._reject_writer: pq.ParquetWriter | None = None

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
        if len(raw) > KEPT_RAW_BYTES:
            detail = f"{detail} (the first {KEPT_RAW_BYTES} of {len(raw)} bytes)".strip()
            raw = raw[:KEPT_RAW_BYTES]
        self.account.rejects[reason] += 1
        self._rejects.append((line_no, reason, detail, raw))
        self._reject_bytes += len(raw)
        if len(self._rejects) >= REJECTS_AT_ONCE or self._reject_bytes >= REJECT_BYTES_AT_ONCE:
            self._write_rejects()

    def close(self, counts: Counts) -> Account:
        """End all files; `counts` is the parser's own account, whose rejects are added."""
        for reject in counts.rejects:
            self.reject(*reject)
        self._write_rejects()
        for writer in [*self._writers.values(), self._reject_writer]:
            if writer is not None:
                writer.close()
        account = self.account
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
            "package_course_id": origin.package_course_id,
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

    def _write_rejects(self) -> None:
        if not self._rejects:
            return
        columns = list(zip(*sorted(self._rejects), strict=True))
        table = pa.Table.from_arrays(
            [pa.array(column, type_.type) for column, type_ in zip(columns, REJECTS, strict=True)],
            schema=REJECTS,
        )
        if self._reject_writer is None:
            path = self._out / "rejects.parquet"
            self._reject_writer = pq.ParquetWriter(path, REJECTS, compression="zstd")
        self._reject_writer.write_table(table)
        self._rejects, self._reject_bytes = [], 0
