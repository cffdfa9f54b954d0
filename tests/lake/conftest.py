"""A workspace in a temporary folder, and lines of tracking logs to put into it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import Settings, Workspace
from studium.lake import LandReport, event_partitions, land
from studium.sources import find_files
from tests.lake.courses import COURSE, ROOT, Course, Parsed, archive_of


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace with default settings."""
    return Workspace(tmp_path / "workspace", Settings())


@pytest.fixture
def land_paths(workspace: Workspace) -> Callable[..., LandReport]:
    """Land files or folders into the workspace."""

    def run(*paths: Path) -> LandReport:
        return land(workspace, find_files(workspace, list(paths)))

    return run


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Parse a course; `body` is what stands in its course element."""

    def run(body: str = "", course_id: str | None = COURSE, **more: Any) -> Parsed:
        texts: dict[str, str | bytes] = {
            "course.xml": ROOT,
            "course/2T2099.xml": f"<course display_name='C' {more.pop('of_course', '')}>{body}</course>",
        }
        texts |= {path: text for path, text in more.get("texts", {}).items() if text is not None}
        for path, text in more.get("texts", {}).items():
            if text is None:
                del texts[path]
        path = tmp_path / "course.xml.tar.gz"
        path.write_bytes(archive_of(texts))
        parsed = Parsed(path, course_id)
        counts = parsed.counts
        assert counts.lines == counts.rows + len(counts.rejects) + counts.skipped.total()
        assert counts.rows == sum(map(len, parsed.tables.values()))
        return parsed

    return run


def event(**fields: Any) -> bytes:
    """One event as a JSON line without its newline."""
    default = {
        "username": "amy",
        "event_type": "page_close",
        "event_source": "browser",
        "time": "2099-03-10T10:00:00+00:00",
        "context": {"course_id": "course-v1:MITx+1.00x+2T2099", "user_id": 7},
        "event": {},
    }
    return json.dumps(default | fields).encode()


def rows(workspace: Workspace, columns: str) -> list[tuple[Any, ...]]:
    """Columns of all counted events, duplicates removed, in the order of the columns."""
    partitions = event_partitions(workspace)
    if not partitions:
        return []
    paths = [str(path) for partition in partitions for path in partition.paths]
    duplicates = [str(partition.duplicates) for partition in partitions if partition.duplicates]
    query = f"select {columns} from read_parquet($paths, hive_partitioning = true) as events"
    parameters: dict[str, Any] = {"paths": paths}
    if duplicates:
        query += (
            " anti join read_parquet($duplicates, hive_partitioning = false) as duplicates"
            " using (event_id, source_file, source_line)"
        )
        parameters["duplicates"] = duplicates
    with duckdb.connect() as connection:
        return connection.execute(query + " order by all", parameters).fetchall()


def landed(
    workspace: Workspace,
    land: Callable[..., LandReport],
    folder: Path,
    lines: list[bytes],
    columns: str,
) -> Any:
    """Columns of the events of some lines: the one row, or all of them."""
    path = folder / "tracking.log"
    path.write_bytes(b"\n".join(lines))
    land(path)
    found = rows(workspace, columns)
    return found[0] if len(found) == 1 else found
