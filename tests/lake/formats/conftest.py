"""A table as text, parsed into Parquet in a temporary folder."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.lake.formats.courses.dump.rows import PlatformRows
from studium.lake.reading.sink import LineAccount, Origin, Sink
from studium.lake.reading.tables.files import TableFile, read_table
from studium.vocabulary import SITE, Scope

COURSE = "course-v1:MITx+6.002x+2T2017"
MODULE = (
    *("id", "module_type", "module_id", "student_id", "state", "grade", "created", "modified"),
    *("max_grade", "done", "course_id"),
)


class Parsed:
    """A parsed text: its account, and the rows of its Parquet."""

    def __init__(self, out: Path, account: LineAccount) -> None:
        self.account = account
        self._out = out

    def rows(self, folder: str, columns: str) -> list[tuple[Any, ...]]:
        files = str(self._out / folder / "*" / "*.parquet")
        query = f"select {columns} from read_parquet(?, hive_partitioning = false)"
        with duckdb.connect() as connection:
            return connection.execute(query + " order by source_line", [files]).fetchall()

    def rejects(self) -> list[tuple[Any, ...]]:
        query = "select source_line, reason, raw from read_parquet(?) order by 1"
        with duckdb.connect() as connection:
            return connection.execute(query, [str(self._out / "rejects.parquet")]).fetchall()


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Parse bytes as a table of the package of COURSE."""

    def run(table: str, text: bytes, course: str | None = COURSE, may_drift: bool = True) -> Parsed:
        (tmp_path / "raw").write_bytes(text)
        out = tmp_path / "out"
        out.mkdir()
        scope = Scope("course", course) if course else SITE
        sink = Sink(Origin("name", "content", scope, date(2017, 9, 3)), out)
        file = TableFile(table, scope, may_drift, PlatformRows)
        counts = read_table(tmp_path / "raw", file, sink, lambda _: None)
        account = sink.close(counts)
        counted = account.rows + account.rejects.total() + account.skipped.total()
        assert account.lines == counted, "every line is accounted for"
        return Parsed(out, account)

    return run


def lines(*records: tuple[object, ...]) -> bytes:
    return "".join("\t".join(map(str, record)) + "\n" for record in records).encode()
