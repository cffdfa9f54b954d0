"""Courses written in a test, and what the parser of course content makes of them.

Enters: texts of a course by path. Leaves: an archive, its tables and its account.
"""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from studium.lake.formats.courses.olx.exports import read_export as parse
from studium.lake.reading.parsed import Counts

COURSE = "course-v1:MITx+1.00x+2T2099"
ROOT = '<course url_name="2T2099" org="MITx" course="1.00x"/>'

Rows = list[dict[str, Any]]


class Parsed:
    """The tables and the account of one archive."""

    def __init__(self, path: Path, course_id: str | None = COURSE) -> None:
        self.tables: dict[str, Rows] = {}
        self.counts: Counts = parse(path, course_id, self.write)

    def write(self, name: str, table: pa.Table) -> None:
        self.tables.setdefault(name, []).extend(table.to_pylist())

    @property
    def elements(self) -> Rows:
        return self.tables.get("course_elements", [])

    def column(self, name: str) -> dict[str, Any]:
        return {row["url_name"]: row[name] for row in self.elements}

    @property
    def reasons(self) -> list[str]:
        return [reject.reason for reject in self.counts.rejects]


Course = Callable[..., Parsed]


def archive_of(texts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            header = tarfile.TarInfo(f"1.00x/{name}")
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return gzip.compress(buffer.getvalue())
