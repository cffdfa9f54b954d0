"""Which files land: what is recognised, named otherwise, passed over, or cannot be read."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from studium.config import Settings, Source, Workspace
from studium.errors import MisuseError, StudiumError
from studium.lake import LandReport, land, retract, status
from studium.sources import find_files
from tests.lake.conftest import event, rows

Land = Callable[..., LandReport]
LINE = event(session="1")


def sessions(workspace: Workspace) -> list[int]:
    return sorted(int(row[0]) for row in rows(workspace, "session_id") if row[0] is not None)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """An empty folder for logs."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("text", "quarantined"),
    [
        (b"\0" * 300_000 + LINE, 0),
        (b"\n" * 300_000 + LINE, 0),
        (b"#" * 79 + b"\n" + b"-- banner\n" * 20_000 + LINE, 20_001),
        (b"x" * 200_000 + LINE + b"\n" + event(session="2"), 0),
        (gzip.compress(b"\0" * 300_000 + LINE), 0),
        (("\ufeff" + LINE.decode() + "\n").encode("utf-16-le"), 0),
        (("\ufeff" + LINE.decode() + "\r\n").encode("utf-16-be"), 0),
        (gzip.compress(LINE.decode().encode("utf-16")), 0),
    ],
    ids=["nul", "blank", "banner", "long", "nul-gz", "utf-16-le", "utf-16-be", "utf-16-gz"],
)
def test_a_log_is_found_behind_what_stands_before_it(
    workspace: Workspace, land_paths: Land, logs: Path, text: bytes, quarantined: int
) -> None:
    (logs / "a.log").write_bytes(text)
    report = land_paths(logs)
    assert (report.ignored, report.failed) == ([], [])
    assert sessions(workspace)[0] == 1
    assert status(workspace).quarantined == quarantined


def test_ignored_files_are_named_kept_in_mind_and_not_read_again(
    workspace: Workspace, land_paths: Land, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logs / "a.log").write_bytes(LINE)
    (logs / "letter.txt").write_bytes(b"Dear reader,\n")
    (logs / "code.bin").write_bytes(b"\x7fELF" + b'\0{"a":1}\0' + bytes(range(256)) * 400)
    (logs / "none").write_bytes(b"")
    expected = {"code.bin": "binary", "letter.txt": "no JSON object", "none": "empty"}
    assert {Path(path).name: reason for path, reason in land_paths(logs).ignored} == expected
    known = {Path(path).name: reason for path, reason in status(workspace).ignored.items()}
    assert known == expected

    def read(path: Path) -> str | None:
        raise AssertionError(f"{path} is read again")

    with monkeypatch.context() as patch:
        patch.setattr("studium.lake.landing.looks_like_log", read)
        assert {Path(path).name for path, _ in land_paths(logs).ignored} == set(expected)
    (logs / "letter.txt").write_bytes(event(session="2"))
    (logs / "none").unlink()
    assert len(land_paths(logs).landed) == 1
    assert [Path(path).name for path in status(workspace).ignored] == ["code.bin"]


def test_a_folder_without_a_log_names_what_is_in_it(land_paths: Land, logs: Path) -> None:
    (logs / "letter.txt").write_bytes(b"Dear reader,\n")
    with pytest.raises(StudiumError, match=r"letter\.txt \(no JSON object\)"):
        land_paths(logs)


def test_names_that_are_not_utf8_land_and_can_be_told(
    workspace: Workspace, land_paths: Land, logs: Path
) -> None:
    for name, text in ((b"caf\xe9.log", LINE), (b"\xff.bin", b"\0\1\2" * 99)):
        Path(os.fsdecode(os.fsencode(logs) + b"/" + name)).write_bytes(text)
    report = land_paths(logs)
    assert [Path(file.path).name for file in report.landed] == ["caf\\xe9.log"]
    assert [Path(path).name for path in status(workspace).ignored] == ["\\xff.bin"]
    json.dumps(report.ignored).encode()
    assert land_paths(logs).unchanged == 1
    assert retract(workspace, os.fsdecode(b"caf\xe9.log")).lines == 1
    with pytest.raises(MisuseError) as refusal:
        land_paths(Path(os.fsdecode(b"/gone\xff")))
    assert refusal.value.where == "/gone\\xff"


def test_a_folder_that_holds_the_workspace_gives_its_logs_alone(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    workspace.root.mkdir()
    (workspace.root / "today.log").write_bytes(LINE)
    assert len(land_paths(workspace.root).landed) == 1
    (tmp_path / "other.log").write_bytes(event(session="2"))
    report = land_paths(tmp_path)
    assert (len(report.landed), report.unchanged, report.recognised) == (1, 1, [])
    for name in ("landing", "lake/events", "ledger.sqlite"):
        with pytest.raises(MisuseError, match="part of the workspace itself"):
            land_paths(workspace.root / name)


def test_overlapping_paths_land_each_file_once(
    workspace: Workspace, land_paths: Land, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logs / "a.log").write_bytes(LINE)
    monkeypatch.chdir(logs.parent)
    report = land_paths(logs, logs / "a.log", Path("logs"))
    assert (len(report.landed), report.recognised) == (1, [])
    assert [file.is_named for file in find_files(workspace, [logs / "a.log", logs])] == [True]


def test_what_cannot_be_read_refuses_no_other_file(
    workspace: Workspace, land_paths: Land, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logs / "a.log").write_bytes(LINE)
    (logs / "closed").mkdir()
    (logs / "b.log").write_bytes(LINE)
    listed, looked_at = os.scandir, Path.stat

    def scandir(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    def stat(path: Path, **how: bool) -> os.stat_result:
        if path.name == "b.log":
            raise PermissionError(13, "Permission denied", str(path))
        return looked_at(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr("os.scandir", scandir)
        patch.setattr(Path, "stat", stat)
        files = find_files(workspace, [logs])
    report = land(workspace, files)
    assert {Path(path).name: problem for path, problem in report.failed} == {
        "b.log": "the file cannot be read: Permission denied",
        "closed": "the folder cannot be read: Permission denied",
    }
    assert sessions(workspace) == [1]


def test_a_workspace_may_be_its_own_source(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Settings(sources=[Source("here", ".")]))
    (tmp_path / "studium.toml").write_text('# {"a": 1}')
    (tmp_path / "a.log").write_bytes(LINE)
    report = land(workspace, find_files(workspace))
    assert (len(report.landed), report.ignored) == (1, [])
    assert land(workspace, find_files(workspace)).unchanged == 1
