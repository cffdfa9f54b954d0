"""Accounts of yesterday become those of today in one transaction; those of tomorrow are refused."""

import itertools
import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from studium.config import Workspace
from studium.errors import StudiumError
from studium.serve.accounts import open_desk
from studium.serve.accounts.store import migration
from studium.vocabulary import Role, Scope, TokenScope
from tests.serve.conftest import ONE, TWO, make_workspace

FORMER = f"""
create table accounts (user_id integer primary key, username varchar(150) not null unique, password_hash text,
    role varchar(30) not null, issuer text, subject text, created_at float not null);
create table grants (user_id integer not null references accounts (user_id) on delete cascade,
    course_id varchar(255) not null, primary key (user_id, course_id));
insert into accounts values (1, 'ada', null, 'administrator', null, null, 1.0),
    (2, 'bob', null, 'course_staff', null, null, 2.0), (3, 'eve', null, 'researcher', null, null, 3.0);
insert into grants values (2, '{ONE}'), (2, '{TWO}'), (3, '{TWO}');
"""


@pytest.fixture
def former(tmp_path: Path) -> Workspace:
    """A workspace with the accounts of a Studium that knew courses alone."""
    workspace = make_workspace(tmp_path / "former")
    with sqlite3.connect(workspace.accounts) as connection:
        connection.executescript(FORMER)
    workspace.accounts.chmod(0o600)
    return workspace


def grants_in(workspace: Workspace) -> dict[str, tuple[Scope, ...]]:
    return {account.username: account.grants for account in open_desk(workspace).people.list()}


MEANT = {
    "ada": (),
    "bob": (Scope("course", ONE), Scope("course", TWO)),
    "eve": (Scope("course", TWO),),
}


def test_grants_of_courses_become_grants_of_scopes(former: Workspace) -> None:
    assert grants_in(former) == MEANT
    assert grants_in(former) == MEANT, "a second opening changes nothing"


def _die_at(workspace: Workspace, number: int) -> None:
    """Migrate and die, as by SIGKILL, before the statement of that number or the commit behind the last."""
    seen = itertools.count(1)

    def counted(*_: object) -> None:
        if next(seen) == number:
            os._exit(9)

    event.listen(Engine, "before_cursor_execute", counted)
    event.listen(Engine, "commit", counted)
    open_desk(workspace)
    os._exit(0)


def test_killed_anywhere_the_accounts_are_as_before_or_as_after(former: Workspace) -> None:
    """At each statement in turn: what is there opens, and nothing of it is lost."""
    fork = multiprocessing.get_context("fork")
    before = former.accounts.read_bytes()
    for number in range(1, 200):
        for file in former.root.glob("accounts.sqlite*"):
            file.unlink()
        former.accounts.write_bytes(before)
        former.accounts.chmod(0o600)
        process = fork.Process(target=_die_at, args=(former, number))
        process.start()
        process.join()
        with sqlite3.connect(former.accounts) as connection:
            names = {name for (name,) in connection.execute("select name from sqlite_master")}
        assert ("scope_grants" in names) == ("versions" in names), number
        assert grants_in(former) == MEANT, number
        if process.exitcode == 0:
            break
    assert number > 20, "the migration has many statements, and each was tried"


def test_tokens_of_before_they_had_a_cause_go_on(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "second")
    desk = open_desk(workspace)
    user = desk.people.add("ada", Role.ADMINISTRATOR).user_id
    _, text = desk.tokens.create(user, "old", [TokenScope.READ], 1)
    desk.close()
    with sqlite3.connect(workspace.accounts) as connection:
        connection.executescript(
            "drop view grants; alter table tokens drop column parent; alter table attempts drop column tries;"
            'update versions set version = 2; create view grants as select * from "newer";'
        )
    again = open_desk(workspace)
    assert again.tokens.resolve(text) is not None
    assert [it.parent for it in again.tokens.list()] == [None]
    assert again.lockout.begin("ada", "192.0.2.1") == []


def test_accounts_of_a_newer_studium_are_refused_and_not_touched(former: Workspace) -> None:
    open_desk(former)
    with sqlite3.connect(former.accounts) as connection:
        connection.execute("update versions set version = version + 1")
    with pytest.raises(StudiumError) as refused:
        open_desk(former)
    assert "newer Studium" in refused.value.problem
    assert str(migration.VERSION) in refused.value.problem
    assert "Update Studium" in refused.value.fix


def test_an_older_studium_is_told_why_it_cannot_open_them(former: Workspace) -> None:
    """It looks whether its table `grants` is there, and shows people what the database answers."""
    open_desk(former)
    with (
        sqlite3.connect(former.accounts) as connection,
        pytest.raises(sqlite3.OperationalError, match="belong to a newer Studium"),
    ):
        connection.execute('pragma main.table_info("grants")')


def test_new_accounts_are_of_this_version(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "new")
    open_desk(workspace).people.add("ada", Role.ADMINISTRATOR)
    with sqlite3.connect(workspace.accounts) as connection:
        assert connection.execute("select version from versions").fetchall() == [
            (migration.VERSION,)
        ]
