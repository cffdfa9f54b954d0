"""A ledger of an older Studium is brought up to date whole or not at all; what it named is found again."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from studium.config import Settings, Workspace
from studium.errors import StudiumError
from studium.lake import DumpPartition, dump_partitions, packages
from studium.lake.ledger import SCHEMA, SCHEMA_VERSION, open_ledger
from studium.vocabulary import SITE, Scope
from studium.warehouse.inputs.dumps import register_dumps

COURSE = "course-v1:A+B+C"
# What version 3 had in place of scopes and layouts.
BEFORE = (
    ("    scope text not null,\n    scope_id text,\n", "    course_id text,\n"),
    ("    rows integer not null,\n    layout integer not null,\n", "    rows integer not null,\n"),
)
KILLED = """
import os, sys
from pathlib import Path
from studium.config import Settings, Workspace
from studium.lake import ledger

whole, left = ledger._statements_of, int(sys.argv[2])

def some(script):
    for number, statement in enumerate(whole(script)):
        if number == left:
            os._exit(9)
        yield statement

ledger._statements_of = some
with ledger.open_ledger(Workspace(root=Path(sys.argv[1]), settings=Settings())):
    pass
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One table of a course and one of the site, as version 3 wrote them."""
    workspace = Workspace(root=tmp_path / "old", settings=Settings())
    workspace.root.mkdir()
    script = SCHEMA.read_text()
    for now, before in BEFORE:
        assert now in script
        script = script.replace(now, before)
    with sqlite3.connect(workspace.ledger) as ledger:
        ledger.executescript(script + "pragma user_version = 3;")
        for name, course in (("a", COURSE), ("b", None)):
            ledger.execute(
                "insert into files (sha256, bytes, compression, state, landed_at, parser_version, lines, rows)"
                " values (?, 1, 'none', 'landed', '', 1, 1, 1)",
                (name,),
            )
            ledger.execute(
                "insert into deliveries values (?, ?, 'dump', 'user_id_map', ?, '2024-03-01', 'name', '')",
                (name, name, course),
            )
            ledger.execute(
                "insert into dump_parts values (?, 'dumps/user_id_map', '2024-03-01', ?, 1)",
                (name, f"{name}.parquet"),
            )
            _write_before_scopes(workspace, name, course)
    return workspace


def _write_before_scopes(workspace: Workspace, name: str, course: str | None) -> None:
    folder = workspace.lake / "dumps" / "user_id_map" / "dump_date=2024-03-01"
    folder.mkdir(parents=True, exist_ok=True)
    columns = {
        "id": pa.array([1]),
        "username": pa.array(["amy"]),
        "hash_id": pa.array(["h"]),
        "package_course_id": pa.array([course], pa.string()),
        "dump_date": pa.array(["2024-03-01"]),
        "source_file": pa.array([name]),
        "source_line": pa.array([2]),
    }
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def test_an_old_ledger_says_scopes_where_it_said_courses(workspace: Workspace) -> None:
    found = dump_partitions(workspace)
    assert [(part.scope, part.layout) for part in found] == [
        (SITE, 1),
        (Scope("course", COURSE), 1),
    ]
    assert [(one.scope, one.scope_id) for one in packages(workspace)] == [
        ("site", None),
        ("course", COURSE),
    ]


def test_rows_that_were_written_before_scopes_have_one(workspace: Workspace) -> None:
    parts = dump_partitions(workspace)
    assert _holders(parts) == [("course", COURSE, 1), ("site", None, 1)]


def _holders(parts: list[DumpPartition]) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        register_dumps(connection, parts)
        return connection.execute(
            "select scope, scope_id, id from lake.user_id_map order by all"
        ).fetchall()


def test_a_migration_that_is_killed_leaves_the_old_ledger_or_the_new(
    workspace: Workspace, tmp_path: Path
) -> None:
    seen = set()
    for statements in range(60):
        copy = tmp_path / f"killed-{statements}"
        shutil.copytree(workspace.root, copy)
        command = [sys.executable, "-c", KILLED, str(copy), str(statements)]
        code = subprocess.run(command, check=False).returncode
        assert code in (0, 9)
        with sqlite3.connect(copy / "ledger.sqlite") as ledger:
            version = ledger.execute("pragma user_version").fetchone()[0]
            columns = [row[1] for row in ledger.execute("pragma table_info(deliveries)")]
        seen.add((version, "course_id" in columns))
        again = Workspace(root=copy, settings=Settings())
        assert [part.scope for part in dump_partitions(again)] == [SITE, Scope("course", COURSE)]
        if code == 0:
            break
    assert code == 0, "it was never let through"
    assert seen == {(3, True), (SCHEMA_VERSION, False)}


def test_a_newer_ledger_is_refused(workspace: Workspace) -> None:
    with open_ledger(workspace) as ledger:
        ledger.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(StudiumError, match=f"version {SCHEMA_VERSION + 1}"):
        dump_partitions(workspace)
