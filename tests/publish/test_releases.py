"""A release is complete, immutable and atomic; `current` is moved last; old ones go when unread."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import pytest

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Silent
from studium.publish import current_release, publish, releases, rollback
from tests.publish.conftest import make_candidate, make_clock, publish_now

Change = Callable[[str], None]
GROW = "insert into marts.video values ('new-{}', 1)"


def keep(workspace: Workspace, number: int) -> Workspace:
    settings = msgspec.structs.replace(
        workspace.settings,
        publish=msgspec.structs.replace(workspace.settings.publish, keep_releases=number),
    )
    return msgspec.structs.replace(workspace, settings=settings)


def test_release_has_every_mart_with_rows_and_comments(workspace: Workspace) -> None:
    publication = publish_now(workspace)
    release = publication.release
    assert publication.is_new
    assert release.id.startswith("20240304T101500Z-")
    assert os.readlink(workspace.current) == f"releases/{release.id}"
    with duckdb.connect(str(release.database), read_only=True) as connection:
        rows = connection.execute("from event_types_daily").fetchall()
        comments = connection.execute(
            "select table_name, column_name, comment from duckdb_columns() "
            "where comment is not null and not internal"
        ).fetchall()
        table = connection.execute(
            "select comment from duckdb_tables() where table_name = 'video'"
        ).fetchall()
    assert [row[1].day for row in rows] == [2, 1, 1] or rows[0][0] == "c1"
    assert comments == [("video", "watched_seconds", "Time watched [seconds]")]
    assert table == [("One row per video, the publisher's too.",)]
    assert {table.name: table.rows for table in release.manifest.tables} == {
        "event_types_daily": 3,
        "numbers": 1,
        "video": 10,
    }


def test_release_files_cannot_be_written(workspace: Workspace) -> None:
    release = publish_now(workspace).release
    assert {file.name: file.stat().st_mode & 0o777 for file in release.path.iterdir()} == {
        "manifest.json": 0o400,
        "courses.duckdb": 0o400,
    }


def test_every_release_has_a_dated_copy_of_the_combined_person_course(
    workspace: Workspace, change: Change
) -> None:
    assert publish_now(workspace).release.manifest.areas[0].archive is None  # there is none yet
    change(
        "create table marts.person_course as "
        "from (values ('B', 2::bigint), ('A', 7), ('A', 1)) as persons(course_id, user_id)"
    )
    older = publish_now(workspace, second=5).release
    change("delete from marts.person_course where user_id = 7")
    release = publish_now(workspace, second=9).release

    for made, persons in ((older, [("A", 1), ("A", 7), ("B", 2)]), (release, [("A", 1), ("B", 2)])):
        copy = made.manifest.areas[0].archive
        assert copy is not None
        assert copy.name == f"person_course-{made.manifest.created_at:%Y-%m-%d}.parquet"
        content = (made.path / copy.name).read_bytes()
        assert (copy.bytes, copy.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        found = duckdb.execute(f"from '{made.path / copy.name}'").fetchall()
        assert (found, copy.rows) == (persons, len(persons))
        assert (made.path / copy.name).stat().st_mode & 0o777 == 0o400


def test_manifest_states_hash_inputs_and_versions(workspace: Workspace) -> None:
    manifest = publish_now(workspace).release.manifest
    database = workspace.current / "courses.duckdb"
    answer = subprocess.run(
        ["sha256sum", str(database)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split()[0] == manifest.areas[0].database_sha256
    assert manifest.database_bytes == database.stat().st_size
    assert manifest.inputs[0].path == "tracking.log"
    assert set(manifest.versions) == {"studium", "duckdb", "dbt-core", "dbt-duckdb"}
    assert str(manifest.build.as_of) == "2024-03-03"


def test_publishing_the_same_makes_no_release(workspace: Workspace) -> None:
    first = publish_now(workspace)
    second = publish_now(workspace, second=5)
    assert not second.is_new
    assert second.release.id == first.release.id
    assert len(releases(workspace)) == 1


def test_row_order_does_not_make_a_release(workspace: Workspace, change: Change) -> None:
    publish_now(workspace)
    change("create or replace table marts.video as from marts.video order by video_id desc")
    assert not publish_now(workspace, second=5).is_new


def test_one_changed_value_makes_a_release(workspace: Workspace, change: Change) -> None:
    publish_now(workspace)
    change("update marts.video set watched_seconds = 0.1 where video_id = 'v3'")
    assert publish_now(workspace, second=5).is_new


def test_releases_of_one_second_get_ids_in_order(workspace: Workspace, change: Change) -> None:
    first = publish_now(workspace).release
    change(GROW.format(1))
    second = publish_now(workspace).release
    assert second.id > first.id
    assert second.id.startswith("20240304T101501Z-")


def test_rollback_goes_to_the_release_before_and_to_a_named_one(
    workspace: Workspace, change: Change
) -> None:
    made = []
    for number in range(3):
        change(GROW.format(number))
        made.append(publish_now(workspace, second=number).release.id)
    assert rollback(workspace).release.id == made[1]
    assert rollback(workspace).release.id == made[0]
    with pytest.raises(StudiumError, match="no release before"):
        rollback(workspace)
    assert rollback(workspace, made[2]).release.id == made[2]
    with pytest.raises(MisuseError) as caught:
        rollback(workspace, made[2][:-1] + "x")
    assert f"Did you mean {made[2]}?" in caught.value.fix


def test_rollback_holds_until_something_new_is_published(
    workspace: Workspace, change: Change
) -> None:
    first = publish_now(workspace).release.id
    change(GROW.format(1))
    second = publish_now(workspace, second=1).release.id
    rollback(workspace)
    kept = publish_now(workspace, second=2)
    assert (kept.release.id, kept.is_new, kept.held_back) == (first, False, second)
    assert os.readlink(workspace.current) == f"releases/{first}"
    change(GROW.format(2))
    third = publish_now(workspace, second=3)
    assert third.is_new
    assert os.readlink(workspace.current) == f"releases/{third.release.id}"
    rollback(workspace, first)
    rollback(workspace, third.release.id)
    workspace.current.unlink()
    workspace.current.symlink_to(f"releases/{first}")  # not by rollback: nothing holds it
    assert publish_now(workspace, second=4).held_back is None
    assert os.readlink(workspace.current) == f"releases/{third.release.id}"


def test_publish_after_a_rollback_that_is_killed_before_moving_current_moves_it_later(
    workspace: Workspace, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_now(workspace)
    change(GROW.format(1))
    publish_now(workspace, second=1)
    rollback(workspace)
    change(GROW.format(2))

    def die(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("studium.publish.publication.move_link", die)
    with pytest.raises(KeyboardInterrupt):
        publish_now(workspace, second=2)
    monkeypatch.undo()
    again = publish_now(workspace, second=9)
    assert again.held_back is None
    assert again.release.id.startswith("20240304T101502Z")
    assert os.readlink(workspace.current) == f"releases/{again.release.id}"


def test_retention_keeps_the_newest_and_the_current(workspace: Workspace, change: Change) -> None:
    few = keep(workspace, 2)
    made = []
    for number in range(4):
        change(GROW.format(number))
        made.append(publish_now(few, second=number).release.id)
    assert [release.id for release in releases(few)] == [made[3], made[2]]
    rollback(few)
    assert current_release(few) is not None


def test_retention_never_removes_a_release_being_read(workspace: Workspace, change: Change) -> None:
    few = keep(workspace, 1)
    release = publish_now(few).release
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from studium.config import open_workspace\n"
        "from studium.publish import query\n"
        "with query(open_workspace(Path(sys.argv[1]), {}), 'select count(*) from video') as answer:\n"
        "    print('reading', flush=True)\n"
        "    sys.stdin.read()\n"
        "    print(next(answer.rows())[0])\n"
    )
    command = [sys.executable, "-c", code, str(workspace.root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        change(GROW.format(1))
        publication = publish_now(few, second=1)
        assert publication.removed == []
        assert release.database.stat().st_mode & 0o777 == 0o400
        out, _ = reader.communicate()
    assert out == "10\n"
    change(GROW.format(2))
    removed = publish_now(few, second=2).removed
    assert release.id in removed
    assert len(releases(few)) == 1


def test_remains_of_a_killed_publish_are_removed(workspace: Workspace) -> None:
    remains = workspace.releases / ".tmp-4711"
    remains.mkdir(parents=True)
    (remains / "courses.duckdb").write_bytes(b"half")
    publish_now(workspace)
    assert [entry.name[:4] for entry in workspace.releases.iterdir()] == ["2024"]


def test_publish_killed_before_moving_current_ends_like_one_that_was_not(
    workspace: Workspace,
) -> None:
    release = publish_now(workspace).release
    workspace.current.unlink()
    again = publish_now(workspace, second=9)
    assert not again.is_new
    assert again.release.id == release.id
    assert workspace.current.is_symlink()


def test_release_removed_by_hand_is_named_with_the_way_back(
    workspace: Workspace, change: Change
) -> None:
    first = publish_now(workspace).release
    change(GROW.format(1))
    second = publish_now(workspace, second=1).release
    for file in second.path.iterdir():
        file.unlink()
    second.path.rmdir()
    with pytest.raises(StudiumError, match=second.id) as caught:
        current_release(workspace)
    assert "studium rollback" in caught.value.fix
    assert rollback(workspace).release.id == first.id


def test_publishing_mends_a_current_that_points_nowhere(workspace: Workspace) -> None:
    workspace.current.symlink_to("releases/gone")
    assert publish_now(workspace).is_new
    assert current_release(workspace) is not None


def test_nothing_built_is_said(workspace: Workspace) -> None:
    workspace.warehouse.unlink()
    with pytest.raises(StudiumError, match="nothing to publish"):
        publish_now(workspace)


def test_unfinished_build_is_not_published(workspace: Workspace, change: Change) -> None:
    change("update studium.last_build set is_complete = false")
    with pytest.raises(StudiumError, match="not finished") as caught:
        publish_now(workspace)
    assert "studium build" in caught.value.fix


def test_failure_while_copying_leaves_no_trace(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studium.publish.release_store.flush_file", fail)
    with pytest.raises(OSError, match="No space"):
        publish(workspace, make_candidate(), Silent(), make_clock())
    assert not workspace.current.is_symlink()
    assert list(workspace.releases.iterdir()) == []
