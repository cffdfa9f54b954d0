"""Nothing that was there at the backup is lost, whoever was at work; a restore says in the audit log what it cut."""

import json
import os
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium import backups
from studium.backups import back_up, check_backup, put_back
from studium.cli import main
from studium.config import open_workspace
from studium.errors import MisuseError, StudiumError
from studium.serve.accounts import Desk, open_desk
from studium.serve.audit import AuditRecord
from studium.vocabulary import Role, Scope, TokenScope
from tests.cli.conftest import few_tables, small_campus
from tests.running import copied

__all__ = ["few_tables"]  # what commands compute here is little too
COUNT = "select count(*), sum(hash(person_course)::hugeint) from person_course"


@pytest.fixture
def root(tmp_path: Path, few_tables: None) -> Path:
    """A workspace with a release, accounts and an audit log."""
    made = copied(small_campus, tmp_path / "copy") / "campus"
    desk = open_desk(open_workspace(made, {}))
    desk.people.add("ada", Role.RESEARCHER, [Scope("course", "course-v1:A+B+C")])
    append(desk, 10)
    desk.close()
    return made


def append(desk: Desk, number: int) -> None:
    for place in range(number):
        desk.audit.append([AuditRecord("ada", "read", f"table {place}")])


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for folder in ("landing", "keys")
        for path in (root / folder).rglob("*")
        if path.is_file() and path.name != "audit_head.lock"
    }


def rows(root: Path) -> Any:
    (database,) = (root / "current").resolve().glob("*.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(COUNT).fetchone()


def studium(root: Path, *words: object) -> None:
    assert main(["--workspace", str(root), *map(str, words)]) == 0


@pytest.mark.parametrize("with_raw", [True, False])
def test_nothing_that_was_there_is_lost(root: Path, tmp_path: Path, with_raw: bool) -> None:
    target, again = tmp_path / "backup", tmp_path / "again"
    studium(root, "backup", target, *(["--with-raw"] if with_raw else []))
    before, seen = files(root), rows(root)
    if with_raw:
        shutil.move(root, tmp_path / "lost")  # all that there is now is the backup
    assert main(["restore", str(target), str(again)]) == 0
    found = files(again)
    del before["keys/audit_head"], found["keys/audit_head"]
    assert found == before
    modes = {
        path.stat().st_mode & 0o077 for folder in (target, again) for path in folder.rglob("*")
    }
    assert modes == {0}
    desk = open_desk(open_workspace(again, {}))
    (account,) = desk.people.list()
    assert (account.username, account.grants) == ("ada", (Scope("course", "course-v1:A+B+C"),))
    verified = desk.audit.verify()
    assert (verified.problem, verified.records, len(verified.restored)) == ("", 11, 1)
    assert "no record was cut" in verified.restored[0]
    studium(again, "doctor", "--repair")
    studium(again, "run")
    assert rows(again) == seen


def test_a_restore_over_a_log_that_went_on_names_the_cut_and_is_no_break(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "backup"
    studium(root, "backup", target)
    desk = open_desk(open_workspace(root, {}))
    desk.people.add("eve", Role.ANALYST)
    append(desk, 5)
    desk.close()
    assert main(["restore", str(target), str(root)]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["restore", str(target), str(root), "--force"]) == 0
    studium(root, "audit", "verify")
    assert "records 11 to 15 are not in it" in capsys.readouterr().out
    with sqlite3.connect(root / "before_restore" / "accounts.sqlite") as former:
        assert former.execute("select count(*) from accounts").fetchone() == (2,)
    assert [it.username for it in open_desk(open_workspace(root, {})).people.list()] == ["ada"]


def test_a_backup_beside_a_server_that_writes_is_of_one_moment(root: Path, tmp_path: Path) -> None:
    desk, stop = open_desk(open_workspace(root, {})), threading.Event()
    user = desk.people.find("ada").user_id

    def work() -> None:
        while not stop.is_set():
            desk.tokens.create(user, "x", [TokenScope.READ], 1)
            desk.audit.append([AuditRecord("ada", "token created")])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for number in range(5):
            target, again = tmp_path / f"backup{number}", tmp_path / f"again{number}"
            back_up(open_workspace(root, {}), target, with_raw=False)
            assert put_back(target, again) == []
            found = open_desk(open_workspace(again, {}))
            said = [it for it in found.audit.list(100_000) if it.record.action == "token created"]
            assert found.audit.verify().problem == ""
            assert 0 <= len(found.tokens.list()) - len(said) <= 1
            found.close()
    finally:
        stop.set()
        thread.join()
        desk.close()


def test_a_backup_that_was_killed_is_none_and_the_next_one_goes_on(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, workspace, copy = tmp_path / "backup", open_workspace(root, {}), backups._copy
    left = [0]

    def killed(source: Path, to: Path) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        copy(source, to)

    monkeypatch.setattr(backups, "_copy", killed)
    for number in range(1, 40):
        left[0] = number
        try:
            back_up(workspace, target, with_raw=True)
        except KeyboardInterrupt:
            assert not target.exists()
            continue
        break
    assert number > 5
    monkeypatch.undo()
    assert check_backup(target).files
    with pytest.raises(MisuseError):
        back_up(workspace, target, with_raw=True)


def test_a_restore_that_was_killed_anywhere_ends_when_it_is_begun_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, again = tmp_path / "backup", tmp_path / "again"
    back_up(open_workspace(root, {}), target, with_raw=True)
    replace = backups._replace
    for number in range(
        len(check_backup(target).files) - 1
    ):  # the head of the log is put back once
        done = iter(range(number))

        def killed(*given: Any, done: Any = done) -> None:
            if next(done, None) is None:
                raise KeyboardInterrupt
            replace(*given)

        monkeypatch.setattr(backups, "_replace", killed)
        with pytest.raises(KeyboardInterrupt):
            put_back(target, again)
        assert not (again / "studium.toml").exists(), "a workspace when it is whole, not before"
    monkeypatch.undo()
    assert put_back(target, again) == []
    assert files(again) == files(root)
    assert not (again / "restoring").exists()


def test_a_backup_with_a_flipped_bit_is_not_restored(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    back_up(open_workspace(root, {}), target, with_raw=True)
    for kept in check_backup(target).files:
        path = target / "data" / kept.path
        if not kept.bytes:
            continue
        with path.open("r+b") as stream:
            stream.seek(kept.bytes // 2)
            (byte,) = stream.read(1)
            stream.seek(-1, os.SEEK_CUR)
            stream.write(bytes([byte ^ 1]))
        with pytest.raises(StudiumError, match="damaged"):
            put_back(target, tmp_path / "again")
        assert not (tmp_path / "again").exists()
        with path.open("r+b") as stream:
            stream.seek(kept.bytes // 2)
            stream.write(bytes([byte]))


def test_a_backup_that_names_files_elsewhere_is_refused(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    back_up(open_workspace(root, {}), target, with_raw=False)
    said = json.loads((target / "backup.json").read_text())
    said["files"][0]["path"] = "../../outside"
    (target / "backup.json").write_text(json.dumps(said))
    with pytest.raises(StudiumError, match="outside"):
        put_back(target, tmp_path / "again")
