"""A file system that became read-only, as one does after faults of its disk: told in three lines.

Enters: a workspace in a namespace of its own, mounted for reading only. Leaves: what a command said.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from studium.config import write_default_settings
from tests.reliability.processes import assert_told, forked, to_its_end

MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && echo mounted && exec sleep 600'


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A workspace, and the process in whose namespace it cannot be written."""
    root = tmp_path / "campus"
    write_default_settings(root)
    with subprocess.Popen(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(root)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "mounted\n":
            pytest.skip("this machine lets nobody mount a file system")
        yield root, process.pid
        process.kill()


@pytest.mark.parametrize("command", ["run", "land", "build", "publish"])
def test_a_read_only_file_system_is_told(command: str, read_only: tuple[Path, int]) -> None:
    root, namespaces = read_only

    answer = to_its_end(forked(root, command, namespaces=namespaces))

    assert_told(answer, 1, "cannot be written", "read-only file system", str(root))


@pytest.mark.parametrize(
    "command", [("audit", "verify"), ("user", "add", "x", "--role", "analyst")]
)
def test_files_beside_the_data_cannot_be_written_either(
    command: tuple[str, ...], read_only: tuple[Path, int]
) -> None:
    root, namespaces = read_only

    answer = to_its_end(forked(root, *command, namespaces=namespaces))

    assert_told(answer, 1, "no permission: read-only file system", str(root))
