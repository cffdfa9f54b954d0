"""What a workspace holds is its user's alone, whatever the umask; a named group reads lake and releases, no more."""

import grp
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studium.cli import main
from tests.cli.conftest import Answers

GROUP = "nogroup"


def studium_as_it_is(folder: Path, *arguments: object) -> None:
    """The real program, started by somebody whose files are open to all."""
    subprocess.run(
        [sys.executable, "-m", "studium", *map(str, arguments)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
        umask=0,
        check=True,
        capture_output=True,
    )


def modes(root: Path) -> Iterator[tuple[Path, int]]:
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            yield path, stat.S_IMODE(path.stat().st_mode)


def test_nothing_that_was_made_is_open_to_others(logs: Path, tmp_path: Path) -> None:
    root = tmp_path / "campus"
    at = ("--workspace", root)
    studium_as_it_is(tmp_path, *at, "init", "--source", logs)
    studium_as_it_is(tmp_path, *at, "run")
    studium_as_it_is(tmp_path, *at, "export", "course_activity", "--output", "out/a.csv")
    studium_as_it_is(tmp_path, *at, "query", "from course_activity", "--output", "out/b.csv")
    found = dict(modes(root))
    assert {"landing", "lake", "warehouse.duckdb", "releases"} <= {path.name for path in found}
    assert {path: oct(mode) for path, mode in found.items() if mode & 0o077} == {}
    outside = {path.name: mode for path, mode in modes(tmp_path / "out") if path.is_file()}
    assert len(outside) == 5
    assert {name: oct(mode) for name, mode in outside.items() if mode & 0o077} == {}


def test_a_workspace_that_was_open_is_closed_by_the_next_command_that_writes(
    campus: Path, studium: Answers
) -> None:
    campus.chmod(0o755)
    studium("--workspace", campus, "doctor")
    assert "others on this machine may read" in studium.out
    assert "chmod -R go=" in studium.out
    before = os.umask(0o022)
    try:
        assert main(["--workspace", str(campus), "publish"]) == 0
        assert os.umask(0o022) == 0o022  # whoever called keeps theirs
    finally:
        os.umask(before)
    assert stat.S_IMODE(campus.stat().st_mode) == 0o700
    studium("--workspace", campus, "doctor")
    assert "nobody else on this machine can read the workspace" in studium.out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to any group")
def test_a_group_reads_lake_and_releases_and_nothing_else(
    campus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIUM_PUBLISH__READERS", GROUP)
    personal = campus / "lake" / "personal" / "emails.parquet"
    personal.parent.mkdir(exist_ok=True)
    personal.touch(0o600)
    (campus / "keys").mkdir(mode=0o700, exist_ok=True)
    assert main(["--workspace", str(campus), "publish"]) == 0
    number = grp.getgrnam(GROUP).gr_gid
    for path, mode in modes(campus):
        below = path.relative_to(campus).parts[:1]
        if path == campus:
            assert (mode, path.stat().st_gid) == (0o710, number)
        elif below in {("lake",), ("releases",)} and "personal" not in path.parts:
            assert mode & 0o040, path
            assert path.stat().st_gid == number, path
    assert (
        stat.S_IMODE(personal.parent.stat().st_mode) & 0o050 == 0
        or not personal.stat().st_mode & 0o040
    )
    assert stat.S_IMODE((campus / "keys").stat().st_mode) == 0o700
