"""A disk that is really full in the middle of a step: a clear error, then a run like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.processes import Outcome, assert_told, leftovers, outcome_of
from tests.reliability.small_disks import PLENTY, SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """An empty disk with plenty of room."""
    with small_disk(tmp_path / "disk") as disk:
        yield disk


# The step, the workspace it begins with, and the room in kB: to store, to parse, to build, to publish.
@pytest.mark.parametrize(
    ("command", "begun", "kilobytes"),
    [
        ("run", "half_of_all", 200),
        ("run", "half_of_all", 900),
        ("build", "landed_all", 1000),
        ("publish", "built_all", 1000),
    ],
)
def test_full_disk_is_told_and_forgotten_once_there_is_room(
    command: str,
    begun: str,
    kilobytes: int,
    disk: SmallDisk,
    expected: Outcome,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    disk.put(request.getfixturevalue(begun))
    before = disk.run("releases", "--json").stdout
    disk.leave_room(kilobytes)

    refused = disk.run(command)

    assert_told(refused, 1, "disk", "room")
    assert disk.run("releases", "--json").stdout == before
    disk.leave_room(PLENTY)
    again = disk.run("run")
    assert again.returncode == 0, again.stderr
    root = disk.take(tmp_path)
    assert leftovers(root) == []
    assert outcome_of(root) == expected
