"""Data packages land whole, however they come; of each table and course the newest dump counts."""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import Settings, Workspace
from studium.config.settings import LandingSettings
from studium.lake import (
    LandReport,
    dump_partitions,
    event_partitions,
    inputs,
    land,
    packages,
    quarantined,
    reconcile,
    retract,
    retry_quarantined,
    status,
)
from studium.lake.ledger import SCHEMA_VERSION, open_ledger
from studium.sources import find_files
from tests.lake.conftest import event
from tests.lake.deliveries.deliveries import (
    COURSE,
    DASHED,
    enrollments,
    package,
    users,
    write_folder,
    write_tar,
    write_zip,
)

Land = Callable[..., LandReport]


def current(workspace: Workspace, dataset: str, columns: str, day: date | None = None) -> list[Any]:
    """Columns of the current rows of a dataset, in their order."""
    found = [part for part in dump_partitions(workspace, day) if part.dataset == dataset]
    if not found:
        return []
    paths = [str(part.path) for part in found]
    query = f"select {columns} from read_parquet($paths, hive_partitioning = false, union_by_name = true)"
    with duckdb.connect() as connection:
        return connection.execute(query + " order by all", {"paths": paths}).fetchall()


def users_of(workspace: Workspace, day: date | None = None) -> list[int]:
    return [row[0] for row in current(workspace, "auth_user", "id", day)]


def as_folder(root: Path, files: dict[str, bytes]) -> Path:
    return write_folder(root / "mitx-2017-09-03", files)


def as_gz(root: Path, files: dict[str, bytes]) -> Path:
    return write_folder(root / "mitx-2017-09-03", files, compress=True)


def as_zip(root: Path, files: dict[str, bytes]) -> Path:
    inner = {f"weekly/{name}": content for name, content in files.items()}
    return write_zip(root / "mitx-2017-09-03.zip", inner)


def as_tar(root: Path, files: dict[str, bytes]) -> Path:
    inner = {f"mitx-2017-09-03/{name}": content for name, content in files.items()}
    return write_tar(root / "package.tar.gz", inner)


RENAMED = {
    "auth_user": "users.csv",
    "student_courseenrollment": "enrollment.csv",
    "courseware_studentmodule": "studentmodule.csv",
    "wiki_article": "wiki_article.csv",
}


def as_renamed(root: Path, files: dict[str, bytes]) -> Path:
    named = {RENAMED[name.split("-")[3]]: content for name, content in files.items()}
    write_folder(root / "MITx__6.002x__2T2017" / "2017-09-03", named, compress=True)
    return root


@pytest.mark.parametrize("form", [as_folder, as_gz, as_zip, as_tar, as_renamed])
def test_a_package_lands_in_every_form(
    workspace: Workspace, land_paths: Land, tmp_path: Path, form: Callable[..., Path]
) -> None:
    report = land_paths(form(tmp_path / "in", package(1, 2)))
    assert (report.failed, report.ignored) == ([], [])
    key = {
        (part.dataset, part.scope.id, str(part.dump_date)) for part in dump_partitions(workspace)
    }
    tables = (*sorted(RENAMED), "courseware_studentmodule_items")
    assert key == {(table, COURSE, "2017-09-03") for table in tables}
    columns = "id, username, email_domain, scope_id, dump_date, source_line"
    assert current(workspace, "auth_user", columns) == [
        (number, f"user{number}", "x.org", COURSE, date(2017, 9, 3), number + 1)
        for number in (1, 2)
    ]
    assert reconcile(workspace) == []
    assert not list(workspace.lake.rglob(".tmp-*"))
    again = land_paths(tmp_path / "in")
    assert (again.landed, again.unchanged > 0) == ([], True)


def test_an_entry_of_an_archive_is_a_file_with_a_name_of_its_own(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    path = as_zip(tmp_path, package(1) | {"notes.txt": b"hello", "a.sql.gpg": b"x", "b.zip": b"y"})
    report = land_paths(path)
    names = {file.path for file in inputs(workspace)}
    assert f"{path}!/weekly/{DASHED}-auth_user-prod-analytics.sql" in names
    assert sorted((Path(name).name, reason.split(";")[0]) for name, reason in report.ignored) == [
        ("a.sql.gpg", "encrypted"),
        ("b.zip", "an archive in an archive"),
        ("notes.txt", "neither a tracking log nor a file of a data package"),
    ]


def test_logs_and_tables_land_side_by_side(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    files = package(1) | {"edx-events-2017-09-01.log": event() + b"\n"}
    land_paths(as_zip(tmp_path, files))
    figures = status(workspace)
    assert (figures.events, figures.table_rows) == (1, 4)
    assert len(event_partitions(workspace)) == 1
    assert reconcile(workspace) == []


def fingerprints(workspace: Workspace) -> dict[str, list[str]]:
    """Of the files that count, by the id of their scope."""
    found: dict[str, list[str]] = {}
    for part in dump_partitions(workspace):
        found.setdefault(part.scope.id, []).append(part.fingerprint)
    return found


def test_the_newest_dump_counts_and_older_ones_are_history(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    land_paths(write_folder(tmp_path / "x-2017-09-10", package(1, 2, 3)))
    fingerprint = fingerprints(workspace)
    land_paths(write_folder(tmp_path / "x-2017-09-03", package(1, 2)))
    assert users_of(workspace) == [1, 2, 3]
    assert fingerprints(workspace) == fingerprint
    assert users_of(workspace, date(2017, 9, 9)) == [1, 2]
    assert users_of(workspace, date(2017, 9, 2)) == []
    assert [(found.dump_date, found.is_current) for found in packages(workspace)] == [
        ("2017-09-03", False),
        ("2017-09-10", True),
    ]


def test_bytes_that_come_again_in_a_later_week_count_again(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    name = f"{DASHED}-auth_user-prod-analytics.sql"
    for week, ids in (("03", (1, 2)), ("10", (1, 2, 3)), ("17", (1, 2))):
        land_paths(write_folder(tmp_path / f"x-2017-09-{week}", {name: users(*ids)}))
    assert users_of(workspace) == [1, 2]
    assert users_of(workspace, date(2017, 9, 10)) == [1, 2, 3]
    raw = [path for path in workspace.landing.rglob("*") if path.is_file()]
    assert len(raw) == 2, "the same bytes are kept once"


def test_equal_files_of_two_courses_are_two(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    files = {f"A-B-{run}-auth_user-prod-analytics.sql": users(1) for run in ("R1", "R2")}
    land_paths(write_folder(tmp_path / "x-2017-09-03", files))
    assert current(workspace, "auth_user", "id, scope_id") == [
        (1, "course-v1:A+B+R1"),
        (1, "course-v1:A+B+R2"),
    ]
    before = fingerprints(workspace)
    land_paths(
        write_folder(tmp_path / "x-2017-09-10", {"A-B-R2-auth_user-prod-analytics.sql": users(1)})
    )
    changed = fingerprints(workspace)
    assert changed["course-v1:A+B+R1"] == before["course-v1:A+B+R1"]
    assert changed["course-v1:A+B+R2"] != before["course-v1:A+B+R2"]


def test_of_two_packages_of_one_day_the_fuller_counts(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    land_paths(write_folder(tmp_path / "a-2017-09-03", package(1, 2, 3)))
    land_paths(write_folder(tmp_path / "b-2017-09-03", package(4, 5)))
    assert users_of(workspace) == [1, 2, 3]
    assert "auth_user" in packages(workspace)[0].replaced
    retract(workspace, str(tmp_path / "a-2017-09-03" / f"{DASHED}-auth_user-prod-analytics.sql"))
    assert users_of(workspace) == [4, 5]


@pytest.mark.parametrize("broken", [b"", b"garbage\tabc\nx\ty\n", "torn"])
def test_a_dump_that_cannot_be_read_replaces_none(
    workspace: Workspace, land_paths: Land, tmp_path: Path, broken: bytes | str
) -> None:
    name = f"{DASHED}-auth_user-prod-analytics.sql"
    write_folder(tmp_path / "x-2017-09-03", {name: users(*range(2000))}, compress=True)
    land_paths(tmp_path)
    folder = write_folder(tmp_path / "x-2017-09-10", {name: users(*range(3000))}, compress=True)
    path = folder / f"{name}.gz"
    if isinstance(broken, bytes):
        path.unlink()
        (folder / name).write_bytes(broken)
    else:
        path.write_bytes(path.read_bytes()[:5000])
    land_paths(tmp_path)
    assert users_of(workspace) == list(range(2000))
    assert reconcile(workspace) == []


def test_a_header_alone_is_an_empty_table_that_counts(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    name = f"{DASHED}-auth_user-prod-analytics.sql"
    land_paths(write_folder(tmp_path / "x-2017-09-03", {name: users(1)}))
    land_paths(write_folder(tmp_path / "x-2017-09-10", {name: users()}))
    assert users_of(workspace) == []
    assert [part.rows for part in dump_partitions(workspace)] == [0]


@pytest.mark.parametrize(
    ("dashed", "course"),
    [
        ("MITx-8.01x-2013_SOND", "MITx/8.01x/2013_SOND"),
        ("MIT-x-8.01x-2013", "course-v1:MIT-x+8.01x+2013"),
        ("MITx-8.01x-2013-R2", "course-v1:MITx+8.01x+2013-R2"),
    ],
)
def test_the_course_is_what_the_tables_say(
    workspace: Workspace, land_paths: Land, tmp_path: Path, dashed: str, course: str
) -> None:
    land_paths(write_folder(tmp_path / "x-2017-09-03", package(1, dashed=dashed, course=course)))
    assert {part.scope.id for part in dump_partitions(workspace)} == {course}
    assert status(workspace).skipped == 4, "headers alone"


def test_a_course_of_the_settings_tells_where_its_name_ends(tmp_path: Path) -> None:
    course = "course-v1:MIT-x+8.01x+2013"
    settings = Settings(landing=LandingSettings(courses=[course]))
    workspace = Workspace(tmp_path / "workspace", settings)
    files = {"MIT-x-8.01x-2013-auth_user-prod-analytics.sql": users(1)}
    land(workspace, find_files(workspace, [write_folder(tmp_path / "x-2017-09-03", files)]))
    assert {part.scope.id for part in dump_partitions(workspace)} == {course}


def test_a_key_that_was_guessed_is_told_and_can_be_put_right(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    """The forum of an old course names no course; its tables come a week later."""
    document = b'{"_id":"f1","_type":"CommentThread","body":"x"}\n'
    alone = write_folder(tmp_path / "x-2017-08-27", {"harvard-B-C-prod.mongo": document})
    land_paths(alone)
    [guessed] = packages(workspace)
    assert (guessed.scope_id, guessed.notes) == ("course-v1:harvard+B+C", ())

    tables = package(1, dashed="harvard-B-C", course="harvard/B/C")
    land_paths(write_folder(tmp_path / "x-2017-09-03", tables))
    found = {known.scope_id: known.notes[-1] for known in packages(workspace)}
    assert "names spell harvard/B/C the same way" in found["course-v1:harvard+B+C"]
    assert "landing.courses" in found["harvard/B/C"]

    retract(workspace, "harvard-B-C-prod.mongo")
    land_paths(alone / "harvard-B-C-prod.mongo")
    assert {known.scope_id for known in packages(workspace)} == {"harvard/B/C"}
    assert not any("the same way" in note for known in packages(workspace) for note in known.notes)


def test_without_a_day_in_any_name_the_time_of_the_file_tells(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    land_paths(write_folder(tmp_path / "weekly", package(1)))
    land_paths(write_tar(tmp_path / "weekly.tar.gz", package(1, dashed="A-B-C", course="A/B/C")))
    assert [(found.scope_id, found.dump_date, found.dated_by) for found in packages(workspace)] == [
        ("A/B/C", "2017-09-05", "modified"),
        (COURSE, "2017-07-14", "modified"),
    ]


def test_a_torn_archive_gives_its_whole_entries_and_is_tried_again(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    path = as_tar(tmp_path, package(*range(3000)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    report = land_paths(path)
    assert [Path(name).name for name, _ in report.failed] == ["package.tar.gz"]
    assert len(users_of(workspace)) == 3000
    path.write_bytes(whole)
    assert land_paths(path).failed == []
    assert len(current(workspace, "courseware_studentmodule", "id")) == 3000
    assert reconcile(workspace) == []


def test_retracted_entries_come_back_only_when_a_person_asks(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    path = as_zip(tmp_path / "in", package(1))
    land_paths(path)
    taken = retract(workspace, f"{DASHED}-auth_user-prod-analytics.sql")
    assert taken.lines == 2
    assert users_of(workspace) == []
    assert not list(workspace.lake.glob("personal/auth_user/*/*"))
    land_paths(tmp_path / "in")
    assert users_of(workspace) == []
    land_paths(path)
    assert users_of(workspace) == [1]
    assert reconcile(workspace) == []


def test_quarantined_lines_of_tables_are_listed_and_tried_again(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    name = f"{DASHED}-auth_user-prod-analytics.sql"
    land_paths(write_folder(tmp_path / "x-2017-09-03", {name: users(1) + b"two\tx\n"}))
    assert [(found.line, found.reason, found.raw) for found in quarantined(workspace)] == [
        (3, "wrong_number_of_fields", b"two\tx")
    ]
    report = retry_quarantined(workspace)
    assert [(file.rows, file.quarantined) for file in report.landed] == [(1, 1)]
    assert users_of(workspace) == [1]
    assert reconcile(workspace) == []


def test_a_lost_file_of_the_lake_is_made_again(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    land_paths(as_zip(tmp_path, package(1)))
    dump_partitions(workspace)[0].path.unlink()
    assert reconcile(workspace) != []
    land_paths(tmp_path / "mitx-2017-09-03.zip")
    assert reconcile(workspace) == []
    assert users_of(workspace) == [1]


def test_the_setting_of_drift_refuses_other_columns(tmp_path: Path) -> None:
    settings = Settings(landing=LandingSettings(drift="quarantine"))
    workspace = Workspace(tmp_path / "workspace", settings)
    name = f"{DASHED}-student_courseenrollment-prod-analytics.sql"
    header, *rest = enrollments(1).split(b"\n")
    wide = b"\n".join([header + b"\tcolour", *(line + b"\tred" for line in rest[:-1]), b""])
    for week, content in (("03", enrollments(1)), ("10", wide)):
        folder = write_folder(tmp_path / f"x-2017-09-{week}", {name: content})
        land(workspace, find_files(workspace, [folder]))
    assert [part.dump_date for part in dump_partitions(workspace)] == [date(2017, 9, 3)]
    assert packages(workspace)[1].notes == ("student_courseenrollment: unknown column colour",)


def test_a_ledger_of_before_packages_is_brought_up_to_date(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    (tmp_path / "a.log").write_bytes(event() + b"\n")
    land_paths(tmp_path / "a.log")
    with sqlite3.connect(workspace.ledger) as ledger:
        for table in (
            "deliveries",
            "dump_parts",
            "skips",
            "notes",
            "archives",
            "due",
            "lake_files",
        ):
            ledger.execute(f"drop table {table}")
        ledger.execute("pragma user_version = 1")
    land_paths(as_folder(tmp_path, package(1)))
    with open_ledger(workspace) as ledger:
        assert ledger.execute("pragma user_version").fetchone()[0] == SCHEMA_VERSION
    assert (status(workspace).events, users_of(workspace)) == (1, [1])
    assert reconcile(workspace) == []
