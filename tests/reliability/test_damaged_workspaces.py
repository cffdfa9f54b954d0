"""Lost and changed files of a workspace, through the real command line: told, and repaired by one command."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.processes import Outcome, assert_told, done, obedient, outcome_of, studium


def remove(path: Path) -> None:
    path.unlink()


def scramble(path: Path) -> None:
    """Change the first column, which every build reads."""
    data = bytearray(path.read_bytes())
    data[20:400] = bytes(byte ^ 0xFF for byte in data[20:400])
    path.write_bytes(data)


@pytest.mark.parametrize("dataset", ["events", "duplicates"])
@pytest.mark.parametrize("harm", [remove, scramble])
def test_damaged_parquet_is_told_by_every_step_and_repaired_by_one_command(
    landed_all: Path,
    expected: Outcome,
    tmp_path: Path,
    dataset: str,
    harm: Callable[[Path], None],
) -> None:
    half = Path(shutil.copytree(landed_all, tmp_path / "campus", symlinks=True))
    path = max((half / "lake" / dataset).rglob("*.parquet"), key=lambda file: file.stat().st_size)
    harm(path)
    if harm is remove:
        for command in ("build", "check", "publish"):
            assert_told(studium(half, command), 1, path.name, "studium doctor --repair")
        assert "studium doctor --repair" in done(half, "status").stdout
        assert studium(half, "doctor").returncode == 1
    else:
        refused = studium(half, "build", "--full-refresh")
        assert_told(refused, 1, path.name, "studium doctor --repair")
        answer = studium(half, "doctor", "--bytes")
        assert (answer.returncode, str(path) in answer.stdout) == (1, True)
    assert str(path) in done(half, "doctor", "--repair").stdout
    done(half, "run")
    assert outcome_of(half) == expected


def test_lost_raw_files_are_told_and_landed_again(half: Path) -> None:
    raw = next(path for path in (half / "landing").rglob("*") if path.is_file())
    raw.unlink()
    status = json.loads(done(half, "status", "--json").stdout)
    assert [item["file"] for item in status["damaged"]] == [str(raw)]
    answer = studium(half, "doctor", "--repair")
    assert answer.returncode == 1
    assert status["damaged"][0]["fix"] in answer.stdout
    done(half, "run")
    assert raw.exists()
    assert json.loads(done(half, "status", "--json").stdout)["damaged"] == []


@pytest.mark.parametrize("harm", [remove, lambda path: path.write_bytes(b"no database " * 999)])
def test_lost_ledger_is_told_by_every_command_and_made_again(
    half: Path, expected: Outcome, harm: Callable[[Path], None]
) -> None:
    for companion in half.glob("ledger.sqlite-*"):
        companion.unlink()
    harm(half / "ledger.sqlite")
    commands = ("land", "build", "check", "publish", "run", "status", "quarantine", "retract x")
    for command in commands:
        answer = studium(half, *command.split())
        assert_told(answer, 1, "the ledger is", str(half / "ledger.sqlite"), "doctor --repair")
    assert "ledger" in studium(half, "doctor").stdout
    done(half, "doctor", "--repair")
    done(half, "run")
    assert outcome_of(half) == expected


def test_nothing_landed_is_not_called_published(half: Path) -> None:
    for name in ("landing", "lake"):
        shutil.rmtree(half / name)
    for ledger in half.glob("ledger.sqlite*"):
        ledger.unlink()
    told = done(half, "status").stdout
    assert "Every landed file" not in told
    assert "No landed file counts here" in told


def test_a_workspace_that_cannot_be_written_can_be_looked_at(half: Path) -> None:
    folders = [half, *(path for path in half.rglob("*") if path.is_dir() and not path.is_symlink())]
    modes = {path: path.stat().st_mode for path in folders}
    expected = done(half, "status", "--json").stdout
    for path in folders:
        path.chmod(0o555)
    try:
        answer = obedient(half, "status", "--json")
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert (answer.stdout, answer.returncode) == (expected, 0)
