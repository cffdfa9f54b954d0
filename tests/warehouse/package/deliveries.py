"""A data package as the lake keeps it: the CSV files of a folder as typed Parquet, by the registry of datasets.

Enters: one CSV per dataset with its columns, the course and the day of the dump in each line; columns that are missing
are empty. Leaves: `Dump`s, such as studium.lake gives for packages that landed.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from studium.lake import DATASETS
from studium.vocabulary import SITE, Dataset, Scope

TYPES: Mapping[str, pa.DataType] = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
Line = dict[str, str]


@dataclass(frozen=True)
class Dump:
    """The current rows of one dataset and scope."""

    dataset: str
    scope: Scope
    path: Path
    personal: Path | None
    fingerprint: str
    layout: int = 2

    @property
    def reach(self) -> Scope:
        """The scope, where it is one: rows of a package without a key may be of any course."""
        is_key = self.scope.id.startswith("course-v1:") or self.scope.id.count("/") == 2
        return self.scope if is_key else SITE


def write_package(
    folder: Path, lake: Path, keep: Callable[[str, Line], bool] = lambda dataset, line: True
) -> list[Dump]:
    """Write the lines that `keep` wants; a dataset and course without any is not there."""
    dumps = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            lines = [
                line | {"source_line": str(number)}
                for number, line in enumerate(csv.DictReader(stream), start=2)
                if keep(file.stem, line)
            ]
        for course in sorted({line["scope_id"] for line in lines}):
            mine = [line for line in lines if line["scope_id"] == course]
            dumps.append(_write(DATASETS[file.stem], mine, lake))
    return dumps


def _write(dataset: Dataset, lines: list[Line], lake: Path) -> Dump:
    digest = sha256(repr(lines).encode()).hexdigest()
    for line in lines:
        line["source_file"] = digest
        line["scope"] = "course" if line["scope_id"] else "site"
    below = f"{dataset.name}/dump_date={lines[0]['dump_date']}/{digest}-0000.parquet"
    path = _write_columns(lake / "dumps" / below, dataset.lake_columns, lines)
    personal = None
    if dataset.personal_columns:
        personal = _write_columns(lake / "personal" / below, dataset.personal_columns, lines)
    course = lines[0]["scope_id"]
    scope = Scope("course", course) if course else SITE
    return Dump(dataset.name, scope, path, personal, digest)


def _write_columns(path: Path, columns: Mapping[str, str], lines: Iterable[Line]) -> Path:
    table = {
        name: pc.cast(
            pa.array([line.get(name) or None for line in lines], pa.string()), TYPES[kind]
        )
        for name, kind in columns.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(table), path)
    return path


def write_delivery(folder: Path, course: str, target: Path) -> list[Path]:
    """The MySQL tables of one course as edX delivers them: tab-separated, NULL as a word, in raw columns."""
    target.mkdir(parents=True)
    files = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            lines = [line for line in csv.DictReader(stream) if line["scope_id"] == course]
        columns = {column.name: column for column in DATASETS[file.stem].columns}
        raw = (
            [name for name in lines[0] if name in columns and not columns[name].is_derived]
            if lines
            else []
        )
        if (
            not raw
            or "_" not in file.stem
            or file.stem.startswith(("course_", "forum_", "instructor_"))
        ):
            continue
        name = f"{course.replace('/', '-')}-{file.stem}-prod-analytics.sql"
        text = "\n".join("\t".join(line[name] or "NULL" for name in raw) for line in lines)
        (target / name).write_text("\t".join(raw) + "\n" + text + "\n", encoding="utf-8")
        files.append(target / name)
    return files
