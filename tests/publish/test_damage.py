"""A damaged release is told with its reason and harms no other: neither listing, publishing nor rollback."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from studium.config import Workspace
from studium.errors import StudiumError
from studium.progress import Silent
from studium.publish import (
    DamagedReleaseError,
    current_release,
    damaged_releases,
    publish,
    query,
    releases,
    rollback,
)
from tests.publish.conftest import make_candidate, make_clock, publish_now

Change = Callable[[str], None]
GROW = "insert into marts.video values ('new-{}', 1)"


def rewrite(file: Path, content: bytes) -> None:
    """What a bad disk or a careless hand does to a file that was made read-only."""
    file.chmod(0o644)
    file.write_bytes(content)


def spoil_manifest(folder: Path) -> None:
    rewrite(folder / "manifest.json", b"{}")


def spoil_bytes(folder: Path) -> None:
    rewrite(folder / "manifest.json", b"\xff\xfe {")


def spoil_depth(folder: Path) -> None:
    rewrite(folder / "manifest.json", b'{"other": ' + b"[" * 100_000)


def change_a_figure(folder: Path) -> None:
    content = (folder / "manifest.json").read_bytes()
    rewrite(folder / "manifest.json", content.replace(b'"rows": ', b'"rows": 9', 1))


def remove_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def take_other_manifest(folder: Path) -> None:
    other = next(it for it in sorted(folder.parent.iterdir()) if it != folder)
    rewrite(folder / "manifest.json", (other / "manifest.json").read_bytes())


def empty_database(folder: Path) -> None:
    rewrite(folder / "courses.duckdb", b"")


def cut_database(folder: Path) -> None:
    database = folder / "courses.duckdb"
    rewrite(database, database.read_bytes()[:5000])


def overwrite_database(folder: Path) -> None:
    database = folder / "courses.duckdb"
    rewrite(database, b"x" * database.stat().st_size)


def remove_database(folder: Path) -> None:
    (folder / "courses.duckdb").unlink()


CASES: dict[Callable[[Path], None], str] = {
    spoil_manifest: "manifest.json is no manifest",
    spoil_bytes: "manifest.json is no manifest",
    spoil_depth: "manifest.json is no manifest",
    change_a_figure: "manifest.json is no manifest: its bytes are not those",
    remove_manifest: "manifest.json: No such file",
    take_other_manifest: "its manifest is that of 2024",
    empty_database: "courses.duckdb has 0 bytes",
    cut_database: "courses.duckdb has 5,000 bytes",
    overwrite_database: "courses.duckdb is no database any more",
    remove_database: "courses.duckdb: No such file",
}


class Notes(Silent):
    """A Progress that keeps its notes."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def make_three(workspace: Workspace, change: Change) -> list[str]:
    made = []
    for number in range(3):
        change(GROW.format(number))
        made.append(publish_now(workspace, second=number).release.id)
    return made


@pytest.mark.parametrize("damage", CASES)
def test_damaged_release_is_told_and_passed_over(
    workspace: Workspace, change: Change, damage: Callable[[Path], None]
) -> None:
    made = make_three(workspace, change)
    damage(workspace.releases / made[1])

    assert [release.id for release in releases(workspace)] == [made[2], made[0]]
    (found,) = damaged_releases(workspace)
    assert found.path.name == made[1]
    assert CASES[damage] in found.reason
    assert f"rm -r {found.path}" in found.fix

    notes = Notes()
    again = publish(workspace, make_candidate(), notes, make_clock(7))
    assert (again.release.id, again.is_new) == (made[2], False)
    assert any(made[1] in note and "rm -r" in note for note in notes.said)
    change(GROW.format(9))
    assert publish_now(workspace, second=8).is_new

    with pytest.raises(DamagedReleaseError, match=made[1]):
        rollback(workspace, made[1])
    with pytest.raises(DamagedReleaseError, match=made[1]):
        query(workspace, "select 1", made[1])
    assert rollback(workspace, made[2]).release.id == made[2]
    back = rollback(workspace)
    assert back.release.id == made[0]
    assert [it.path.name for it in back.passed_over] == [made[1]]


@pytest.mark.parametrize("damage", CASES)
def test_damaged_current_release_is_replaced_by_the_next(
    workspace: Workspace, change: Change, damage: Callable[[Path], None]
) -> None:
    made = make_three(workspace, change)
    damage(workspace.releases / made[2])
    with pytest.raises(StudiumError, match=made[2]):
        current_release(workspace)
    again = publish_now(workspace, second=5)
    assert again.is_new
    current = current_release(workspace)
    assert current is not None
    assert current.id == again.release.id > made[2]


def test_rollback_reads_the_bytes_that_it_points_at(workspace: Workspace, change: Change) -> None:
    made = make_three(workspace, change)
    database = workspace.releases / made[1] / "courses.duckdb"
    content = bytearray(database.read_bytes())
    content[-1] ^= 1
    rewrite(database, bytes(content))
    with pytest.raises(DamagedReleaseError, match="has changed since"):
        rollback(workspace, made[1])
    assert os.readlink(workspace.current).endswith(made[2])
    assert rollback(workspace).release.id == made[0]


def test_without_a_sound_release_rollback_says_so(workspace: Workspace, change: Change) -> None:
    made = make_three(workspace, change)
    for name in made[:2]:
        spoil_manifest(workspace.releases / name)
    with pytest.raises(StudiumError, match="no sound release before"):
        rollback(workspace)


def test_retention_neither_counts_nor_removes_a_damaged_release(
    workspace: Workspace, change: Change
) -> None:
    few = msgspec.structs.replace(
        workspace,
        settings=msgspec.structs.replace(
            workspace.settings,
            publish=msgspec.structs.replace(workspace.settings.publish, keep_releases=2),
        ),
    )
    made = make_three(few, change)[1:]
    spoil_manifest(few.releases / made[1])
    change(GROW.format(5))
    newest = publish_now(few, second=5).release.id
    assert [release.id for release in releases(few)] == [newest, made[0]]
    assert [it.path.name for it in damaged_releases(few)] == [made[1]]


def test_folders_of_others_are_left_alone(workspace: Workspace) -> None:
    release = publish_now(workspace).release
    copied = workspace.releases / "before-the-summer"
    copied.mkdir()
    for file in release.path.iterdir():
        (copied / file.name).write_bytes(file.read_bytes())
    assert publish_now(workspace, second=1).release.id == release.id
    assert [it.id for it in releases(workspace)] == [release.id]
    assert damaged_releases(workspace) == []


def test_a_release_with_a_changed_byte_is_not_taken_for_the_same(workspace: Workspace) -> None:
    """Of the same size, with a sound manifest: only reading it all tells."""
    first = publish_now(workspace).release
    content = bytearray(first.databases["courses"].read_bytes())
    content[len(content) // 2] ^= 1
    rewrite(first.databases["courses"], bytes(content))
    again = publish_now(workspace, second=5)
    assert again.is_new
    assert again.release.id != first.id


def test_current_that_points_at_something_of_others_is_never_said_to_be_removed(
    workspace: Workspace, tmp_path: Path
) -> None:
    publish_now(workspace)
    foreign = tmp_path / "photographs"
    foreign.mkdir()
    workspace.current.unlink()
    workspace.current.symlink_to(foreign)
    with pytest.raises(StudiumError, match="which is no release of this workspace") as caught:
        current_release(workspace)
    assert "rm -r" not in caught.value.fix
    assert rollback(workspace).release.path.parent == workspace.releases


def test_a_release_of_a_newer_studium_is_refused_and_left_alone(workspace: Workspace) -> None:
    release = publish_now(workspace).release
    manifest = (release.path / "manifest.json").read_bytes()
    newer = manifest.replace(b'"format": 3', b'"format": 4')
    assert newer != manifest
    rewrite(release.path / "manifest.json", newer)
    with pytest.raises(StudiumError, match="made by a newer Studium") as caught:
        current_release(workspace)
    assert "leave it where it is" in caught.value.fix
