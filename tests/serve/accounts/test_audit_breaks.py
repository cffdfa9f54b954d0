"""The audit log cannot be cut, emptied, edited, reordered or replaced without a break that stays visible for ever."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from studium.cli import main
from studium.config import Workspace
from studium.serve.accounts import Desk, open_desk
from studium.serve.audit import AuditRecord
from tests.serve.conftest import make_workspace

Attack = Callable[[Workspace], None]
TRIGGERS = ("audit_has_no_update", "audit_has_no_delete")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A log of 20 records, and a copy of the database after the first 10 of them."""
    made = make_workspace(tmp_path / "campus")
    fill(made, 10)
    shutil.copy(made.accounts, made.root / "copy.sqlite")
    fill(made, 10)
    return made


def fill(workspace: Workspace, count: int) -> None:
    desk = open_desk(workspace)
    for number in range(count):
        desk.audit.append([AuditRecord("ada", "read", f"table {number}", row_count=number)])
    settle(desk)


def settle(desk: Desk) -> None:
    """All of it in the one file, as after a server that ended."""
    with desk.people.engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    desk.people.engine.dispose()


def sql(*statements: str) -> Attack:
    """As somebody who can write the database, past its triggers."""

    def attack(workspace: Workspace) -> None:
        with sqlite3.connect(workspace.accounts) as connection:
            for trigger in TRIGGERS:
                connection.execute(f"drop trigger {trigger}")
            for statement in statements:
                connection.execute(statement)

    return attack


def remove_database(workspace: Workspace) -> None:
    for file in workspace.root.glob("accounts.sqlite*"):
        file.unlink()


def put_back_copy(workspace: Workspace) -> None:
    remove_database(workspace)
    shutil.copy(workspace.root / "copy.sqlite", workspace.accounts)
    workspace.accounts.chmod(0o600)


def remove_head(workspace: Workspace) -> None:
    (workspace.keys / "audit_head").unlink()


def replay_head(workspace: Workspace) -> None:
    head = workspace.keys / "audit_head"
    head.write_text(head.read_text().replace("20", "10", 1))


ATTACKS: dict[str, Attack] = {
    "the end is cut": sql("delete from audit where number > 15"),
    "one record is cut": sql("delete from audit where number = 20"),
    "the middle is cut": sql("delete from audit where number between 7 and 9"),
    "the beginning is cut": sql("delete from audit where number < 4"),
    "the middle is closed up": sql(
        "delete from audit where number = 7",
        "update audit set number = number - 1 where number > 7",
    ),
    "a record is edited": sql("update audit set username = 'eve' where number = 12"),
    "two are swapped": sql(
        "update audit set number = -1 where number = 5",
        "update audit set number = 5 where number = 6",
        "update audit set number = 6 where number = -1",
    ),
    "one is put in twice": sql(
        "insert into audit select 21, at, username, credential, address, action, subject, detail, row_count, "
        "previous, hash from audit where number = 20"
    ),
    "records are emptied": sql("delete from audit"),
    "all is emptied": sql("delete from audit", "delete from audit_head"),
    "the head is emptied": sql("delete from audit_head"),
    "the head is put back with the cut": sql(
        "delete from audit where number > 10",
        "update audit_head set number = 10, hash = (select hash from audit where number = 10)",
    ),
    "the database is removed": remove_database,
    "an earlier copy takes its place": put_back_copy,
    "the head apart is removed": remove_head,
    "the head apart is edited": replay_head,
}


def verify(workspace: Workspace) -> str:
    return open_desk(workspace).audit.verify().problem


def test_a_log_as_it_was_written_is_sound(workspace: Workspace) -> None:
    assert verify(workspace) == ""
    assert main(["--workspace", str(workspace.root), "audit", "verify"]) == 0


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_done_to_the_log_is_found_before_and_after_more_is_written(
    workspace: Workspace, name: str
) -> None:
    """Also after somebody went on as if nothing had been: the seal of new records hides nothing."""
    ATTACKS[name](workspace)
    assert verify(workspace), "at once"
    fill(workspace, 3)
    assert verify(workspace), "after more"
    fill(workspace, 1)
    assert verify(workspace), "for ever"
    assert main(["--workspace", str(workspace.root), "audit", "verify"]) == 1


def test_numbers_of_records_that_were_cut_are_given_to_no_others(workspace: Workspace) -> None:
    ATTACKS["the end is cut"](workspace)
    fill(workspace, 2)
    entries = open_desk(workspace).audit.list(3)
    assert [entry.number for entry in entries] == [23, 22, 21]
    assert entries[-1].record.action == "audit log broken"
    assert "records 16 to 20 are not in it" in entries[-1].record.subject


def test_a_restore_names_the_cut_and_is_no_break(workspace: Workspace) -> None:
    put_back_copy(workspace)
    desk = open_desk(workspace)
    desk.audit.append([], restored=AuditRecord("ada", "", "backup of yesterday"))
    desk.audit.append([AuditRecord("ada", "read")])
    found = desk.audit.verify()
    assert found.problem == ""
    assert found.restored == (found.restored[0],)
    assert "backup of yesterday: records 11 to 20 are not in it" in found.restored[0]
    settle(desk)
    sql("delete from audit where number between 9 and 10")(workspace)
    assert verify(workspace) == "record 9 is missing"


def test_who_has_no_key_cannot_write_a_restore_over_a_cut(workspace: Workspace) -> None:
    sql(
        "delete from audit where number > 15",
        "insert into audit select 21, at, username, '', '', 'audit log restored', '', '{}', null, hash, "
        "hash from audit where number = 15",
    )(workspace)
    assert verify(workspace) == "record 16 is missing"


def test_a_kill_between_the_database_and_the_head_apart_is_no_break(workspace: Workspace) -> None:
    """The database has one record more than is noted apart: it was written first."""
    head = workspace.keys / "audit_head"
    before = head.read_bytes()
    fill(workspace, 1)
    head.write_bytes(before)
    assert verify(workspace) == ""
    fill(workspace, 1)
    assert verify(workspace) == ""


def test_records_are_flushed_to_the_disk_before_append_returns(
    workspace: Workspace, tmp_path: Path
) -> None:
    """SQLite flushes a commit only with `synchronous` full or more; the connection that commits is asked."""
    desk, asked = open_desk(workspace), list[tuple[str, int]]()

    def committing(connection: object) -> None:
        cursor = connection.connection.cursor()  # type: ignore[attr-defined]
        (mode,) = cursor.execute("pragma journal_mode").fetchone()
        (level,) = cursor.execute("pragma synchronous").fetchone()
        asked.append((mode, level))

    event.listen(desk.people.engine, "commit", committing)
    desk.audit.append([AuditRecord("ada", "read")])
    assert isinstance(desk.people.engine, Engine)
    assert asked
    assert set(asked) <= {("wal", 2), ("wal", 3)}


def test_two_processes_that_append_at_once_break_nothing(workspace: Workspace) -> None:
    program = (
        "import sys; from pathlib import Path; from studium.config import open_workspace; "
        "from studium.serve.accounts import open_desk; from studium.serve.audit import AuditRecord; "
        "desk = open_desk(open_workspace(Path(sys.argv[1]), {})); "
        "[desk.audit.append([AuditRecord('ada', 'read', str(n))]) for n in range(30)]"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(workspace.root)]) for _ in range(3)
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    found = open_desk(workspace).audit.verify()
    assert (found.records, found.problem) == (110, "")
    assert int((workspace.keys / "audit_head").read_text().split()[0]) == 110
