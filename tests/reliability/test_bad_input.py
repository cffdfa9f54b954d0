"""Bad input through the real command line: what is wrong, where, and what to do next."""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.processes import (
    ROOT,
    Answer,
    Outcome,
    assert_told,
    done,
    obedient,
    outcome_of,
    start,
    studium,
    until,
)


@pytest.fixture(scope="module")
def campus(half_of_all: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published workspace for commands that are refused and so change nothing."""
    root = tmp_path_factory.mktemp("refused") / "campus"
    return Path(shutil.copytree(half_of_all, root, symlinks=True))


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder with a log that nobody may enter."""
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "tracking.log").write_text("{}\n")
    folder.chmod(0)
    yield folder
    folder.chmod(0o755)


def test_path_that_does_not_exist_is_misuse(campus: Path, tmp_path: Path) -> None:
    for name in ("nothing", "dangling.log"):
        (tmp_path / "dangling.log").unlink(missing_ok=True)
        (tmp_path / "dangling.log").symlink_to(tmp_path / "gone.log")
        for command in ("land", "run"):
            answer = studium(campus, command, tmp_path / name)
            assert_told(answer, 2, "no such file or folder", str(tmp_path / name), "spelling")


def test_empty_folder_is_refused(campus: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = studium(campus, "land", tmp_path / "empty")
    assert_told(answer, 1, "empty", str(tmp_path / "empty"), "Put tracking logs")


def test_folder_without_a_log_is_refused(campus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear reader,\n")
    (folder / "table.csv").write_text("a,b\n1,2\n")
    answer = studium(campus, "land", folder)
    assert_told(
        answer, 1, "no tracking log and no data package among 2 files", str(folder), "Land a folder"
    )


def test_binary_file_is_refused(campus: Path, tmp_path: Path) -> None:
    file = tmp_path / "tracking.log"
    file.write_bytes(b"\x7fELF" + bytes(20_000) + random.Random(1).randbytes(20))
    assert_told(studium(campus, "land", file), 1, "binary", str(file), "Land files")


def test_folder_named_like_a_file_is_a_folder(campus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tracking.log.gz"
    folder.mkdir()
    assert_told(studium(campus, "land", folder), 1, "folder is empty", str(folder), "logs")


def test_pipe_is_misuse(campus: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    answer = studium(campus, "land", tmp_path / "pipe")
    assert_told(answer, 2, "neither a file nor a folder", str(tmp_path / "pipe"), "regular files")


def test_folder_without_permission_is_refused(campus: Path, closed: Path) -> None:
    answer = obedient(campus, "land", closed)
    assert_told(answer, 1, "no permission", str(closed), "Grant read permission")


@pytest.mark.parametrize("named", ["tracking.log", ""])
def test_file_without_permission_is_told_and_the_others_land(
    half: Path, logs: Path, tmp_path: Path, named: str
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "tracking.log").write_text("{}\n")
    (folder / "tracking.log").chmod(0)
    shutil.copy2(sorted(logs.iterdir())[3], folder)
    answer = obedient(half, "land", folder / named)
    assert answer.returncode == 1
    assert f"failed: {folder / 'tracking.log'}: " in answer.stdout
    assert "permission denied" in answer.stdout.lower()
    assert "studium land" in answer.stdout
    assert ("1 new file" in answer.stdout) == (not named)


def test_workspace_without_permission_is_refused(half: Path) -> None:
    (half / "lock").chmod(0o444)
    half.chmod(0o555)
    answer = obedient(half, "run")
    half.chmod(0o755)
    assert_told(answer, 1, "cannot be written", str(half / "lock"), "--workspace")


def test_file_that_vanishes_while_read_is_told_and_the_others_land(
    half: Path, tmp_path: Path
) -> None:
    folder, landing = tmp_path / "logs", half / "landing"
    folder.mkdir()
    for number in range(150):
        event = {"event_type": f"/{number}", "time": "2024-03-01T10:00:00Z", "event": "{}"}
        (folder / f"{number:03}.log").write_text(json.dumps(event) + "\n")
    before = len(list(landing.rglob("*.log")))

    process = start(half, "land", folder)
    until(lambda: len(list(landing.rglob("*.log"))) > before)
    (folder / "149.log").unlink()
    told, errors = process.communicate(timeout=60)

    assert process.returncode == 1, errors
    assert f"failed: {folder / '149.log'}: the file vanished" in told
    assert "149 new files" in told
    assert "studium land" in told
    assert "Traceback" not in errors


def test_workspace_of_a_newer_version_is_refused(half: Path) -> None:
    settings = half / "studium.toml"
    text = settings.read_text()
    settings.write_text(text.replace("version = 1", "version = 99"))
    for command in (["run"], ["status"], ["query", "select 1"]):
        answer = studium(half, *command)
        assert_told(answer, 1, "version 99", "studium.toml:4", "Install the Studium that wrote it")
    settings.write_text(text)
    with sqlite3.connect(half / "ledger.sqlite") as ledger:
        ledger.execute("pragma user_version = 99")
    for name in ("run", "status", "publish"):
        answer = studium(half, name)
        assert_told(answer, 1, "version 99", "ledger.sqlite", "newer Studium that wrote it")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[publish\nkeep_releases = 3\n", ["not valid TOML", "studium.toml:1", "name = value"]),
        ("[publish]\nkeep_relases = 3\n", ["keep_relases", "studium.toml:2", "keep_releases"]),
        ("[publish]\nkeep_releases = -3\n", ["-3", "studium.toml:2", "at least 1"]),
    ],
)
def test_broken_settings_are_misuse(half: Path, text: str, words: list[str]) -> None:
    (half / "studium.toml").write_text(text)
    assert_told(studium(half, "run"), 2, *words)
    (half / "studium.toml").write_bytes(b"\xff\xfe\0")
    assert_told(studium(half, "run"), 2, "not UTF-8", "studium.toml", "studium init")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("delete from video", ["DELETE is refused", "reads"]),
        ("copy video to 'out.csv'", ["COPY is refused", "reads"]),
        ("attach 'x.duckdb'", ["ATTACH is refused", "reads"]),
        ("select 1; drop table video", ["one statement, not 2", "reads"]),
        ("", ["one statement, not 0", "reads"]),
        ("selec 1", ["not valid SQL", "selec", "reads"]),
        ("from read_text('/etc/hostname')", ["nothing else", "studium describe"]),
        ("select * from vidio", ["no table vidio", "release 20", "Did you mean video?"]),
        ("select play from video", ["no column play in video", "release 20", "describe video"]),
    ],
)
def test_bad_query_is_misuse(campus: Path, sql: str, words: list[str]) -> None:
    assert_told(studium(campus, "query", sql), 2, *words)


def test_query_that_the_data_refuse_is_told(campus: Path) -> None:
    answer = studium(campus, "query", "select cast('a' as int)")
    assert_told(answer, 1, "query failed", "release 20", "studium describe")


def test_release_deleted_by_hand_is_told_and_made_again(half: Path) -> None:
    release = (half / "current").resolve()
    shutil.rmtree(release)
    for command in (["query", "select 1"], ["describe"]):
        answer = studium(half, *command)
        assert_told(answer, 1, f"{release.name} was removed", str(release), "studium publish")
    assert release.name in done(half, "status").stdout
    assert_told(studium(half, "rollback"), 1, "no release before", str(release.parent), "publish")
    done(half, "publish")
    assert done(half, "query", "select count(*) from video").stdout


def test_damaged_release_is_told_and_made_again(half: Path) -> None:
    database = (half / "current").resolve() / "courses.duckdb"
    database.chmod(0o644)
    database.write_bytes(b"x" * database.stat().st_size)
    answer = studium(half, "query", "select 1")
    assert_told(answer, 1, "is damaged", str(database.parent), "studium publish")
    told = done(half, "releases").stdout
    assert f"{database.parent.name} is damaged" in told
    assert f"rm -r {database.parent}" in told
    facts = json.loads(done(half, "releases", "--json").stdout)
    assert [item["id"] for item in facts["damaged"]] == [database.parent.name]
    findings = json.loads(studium(half, "doctor", "--json").stdout)
    assert [it["state"] for it in findings if it["subject"] == "release"] == ["bad"]
    done(half, "publish")
    findings = json.loads(studium(half, "doctor", "--json").stdout)
    assert [it["state"] for it in findings if it["subject"] == "release"] == ["good", "note"]
    assert done(half, "query", "select count(*) from video").stdout


def test_link_that_became_a_folder_is_told(half: Path) -> None:
    (half / "current").unlink()
    (half / "current").mkdir()
    for command in (["publish"], ["query", "select 1"]):
        answer = studium(half, *command)
        assert_told(answer, 1, "no link to a release", str(half / "current"), "Move it away")


def test_damaged_ledger_is_told(half: Path) -> None:
    for companion in half.glob("ledger.sqlite-*"):
        companion.unlink()
    (half / "ledger.sqlite").write_bytes(b"no database " * 1000)
    answer: Answer = studium(half, "run")
    assert_told(answer, 1, "damaged", str(half / "ledger.sqlite"), "backup")


def test_folders_above_the_workspace_may_look_like_columns(
    logs: Path, expected: Outcome, tmp_path: Path
) -> None:
    root = tmp_path / "event_date=2020-01-01" / "course_id=x" / "campus"
    done(root, "init", "--source", logs)
    done(root, "run", *sorted(logs.iterdir())[:3])
    done(root, "run")
    assert outcome_of(root) == expected


def test_name_of_the_temporary_folder_may_be_long(logs: Path, tmp_path: Path) -> None:
    """Longer than the path of a socket may be."""
    root, temporary = tmp_path / "campus", tmp_path / ("x" * 60) / ("y" * 60)
    temporary.mkdir(parents=True)
    done(root, "init")
    answer = done(
        root, "land", "--json", *sorted(logs.iterdir())[:2], prefix=["env", f"TMPDIR={temporary}"]
    )
    assert len(json.loads(answer.stdout)["landed"]) == 2
    assert list(temporary.iterdir()) == []


def test_children_run_the_code_of_their_parent(logs: Path, tmp_path: Path) -> None:
    """Also where it is no installed one, and nothing but the current folder says so."""
    root, code = tmp_path / "campus", tmp_path / "code"
    shutil.copytree(ROOT / "studium", code / "studium")
    face = code / "studium" / "lake" / "formats" / "courses" / "tracking_log" / "__init__.py"
    face.write_text(
        re.sub(r'Format\("tracking_log", \d+,', 'Format("tracking_log", 99,', face.read_text())
    )
    done(root, "init")
    command = [sys.executable, "-m", "studium", "--workspace", str(root), "land"]
    subprocess.run(
        [*command, str(min(logs.iterdir()))], cwd=code, env={"PATH": os.environ["PATH"]}, check=True
    )
    with sqlite3.connect(root / "ledger.sqlite") as ledger:
        assert ledger.execute("select parser_version from files").fetchall() == [(99,)]
