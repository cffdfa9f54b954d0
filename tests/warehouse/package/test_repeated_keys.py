"""Only dumps that hold a key twice are looked through for its last line; the tables are the same either way.

Dumps are invented line by line; views over them are read as a build reads them.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from studium.config import Workspace
from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from studium.warehouse.engine import open_engine
from studium.warehouse.inputs.dumps import register_dumps
from studium.warehouse.inputs.repeats import find_repeats
from tests.warehouse.package.deliveries import Dump, write_package
from tests.warehouse.warehouses import new_workspace

ONE, TWO = "course-v1:Uni+One+1", "course-v1:Uni+Two+1"
HEADER = "id,username,scope_id,dump_date"
ENROLLED = "user_id,course_id,mode,scope_id,dump_date"
DAY = "2024-03-01"


def test_a_file_with_a_key_twice_is_named_and_others_are_not(tmp_path: Path) -> None:
    lines = [
        f"1,amy,{ONE},{DAY}",
        f"1,anna,{ONE},{DAY}",
        f"1,amy,{TWO},{DAY}",
        f"2,bob,{TWO},{DAY}",
    ]
    dumps = _dumps(tmp_path, "auth_user", [HEADER, *lines])
    one = next(dump for dump in dumps if dump.scope.id == ONE)

    assert _found(new_workspace(tmp_path), dumps) == {"auth_user": [one.fingerprint]}


def test_tables_that_nobody_describes_have_no_keys(tmp_path: Path) -> None:
    known = _dumps(tmp_path, "auth_user", [HEADER, f"1,amy,{ONE},{DAY}"])
    other = replace(known[0], dataset="wiki_article")

    assert _found(new_workspace(tmp_path), [*known, other]) == {"auth_user": []}


def test_a_list_of_courses_has_one_row_for_each(tmp_path: Path) -> None:
    lines = [f"{ONE},A title,{ONE},{DAY}", f"{TWO},First,{TWO},{DAY}", f"{TWO},Last,{TWO},{DAY}"]
    dumps = _dumps(tmp_path, "course_listings", ["course_id,Title,scope_id,dump_date", *lines])
    two = next(dump for dump in dumps if dump.scope.id == TWO)

    assert _found(new_workspace(tmp_path), dumps) == {"course_listings": [two.fingerprint]}


def test_what_was_found_is_remembered_until_the_dump_is_another(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    once = _dumps(tmp_path / "a", "auth_user", [HEADER, f"1,amy,{ONE},{DAY}"])
    twice = _dumps(
        tmp_path / "b", "auth_user", [HEADER, f"1,amy,{ONE},{DAY}", f"1,anna,{ONE},{DAY}"]
    )

    assert _found(workspace, once) == {"auth_user": []}
    assert _found(workspace, twice) == {"auth_user": [twice[0].fingerprint]}
    assert _found(workspace, once) == {"auth_user": []}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"1,{TWO},audit,{ONE},{DAY}", id="a row of another course"),
        pytest.param(f"1,{TWO},audit,,{DAY}", id="a dump of the whole site"),
    ],
)
def test_nothing_is_said_where_a_key_may_stand_in_two_files(line: str, tmp_path: Path) -> None:
    dumps = _dumps(
        tmp_path, "student_courseenrollment", [ENROLLED, line, f"1,{TWO},honor,{TWO},{DAY}"]
    )

    assert _found(new_workspace(tmp_path), dumps) == {}


def test_two_files_for_a_course_are_looked_through(tmp_path: Path) -> None:
    first = _dumps(tmp_path / "a", "auth_user", [HEADER, f"1,amy,{ONE},{DAY}"])
    second = _dumps(tmp_path / "b", "auth_user", [HEADER, f"1,anna,{ONE},{DAY}"])

    assert _found(new_workspace(tmp_path), first + second) == {}


def test_the_last_line_of_a_key_counts_beside_files_without_any_twice(tmp_path: Path) -> None:
    lines = [
        f"1,{ONE},audit,{ONE},{DAY}",
        f"1,{ONE},honor,{ONE},{DAY}",
        f"1,{TWO},audit,{TWO},{DAY}",
    ]
    dumps = _dumps(
        tmp_path, "student_courseenrollment", [ENROLLED, *lines, f"2,,honor,{TWO},{DAY}"]
    )
    workspace = new_workspace(tmp_path)

    build(workspace, Interval(), Silent(), contents=Contents([], dumps))

    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select course_id, user_id, mode from staging.stg_edx__enrollments order by all"
        ).fetchall()
    assert rows == [(ONE, 1, "honor"), (TWO, 1, "audit"), (TWO, 2, "honor")]


def _dumps(folder: Path, dataset: str, lines: Sequence[str]) -> list[Dump]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{dataset}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return write_package(folder, folder / "lake")


def _found(workspace: Workspace, dumps: Sequence[Dump]) -> dict[str, list[str]]:
    with open_engine(workspace) as engine:
        register_dumps(engine.connection, dumps)
        return find_repeats(engine, dumps)
