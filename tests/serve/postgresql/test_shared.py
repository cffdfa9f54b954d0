"""Two servers share one database of accounts; accounts of yesterday are brought up to date; a broken log is found."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from studium.config import Workspace
from studium.errors import StudiumError
from studium.serve.accounts import Desk, open_desk
from studium.serve.accounts.store.migration import VERSION
from studium.serve.audit import AuditRecord
from studium.vocabulary import Role, Scope, TokenScope
from tests.serve.conftest import make_workspace, with_settings

KEYS = {
    "serve__secret": "Zb7vQ2mX9rLw4TkC8nYf3HsJ6pDg1eUa5xVo",
    "serve__audit_key": "Tq3nW8yB5jRk2MzX7cVd4GhL9pFs6aUe1oIw",
}
FORMER = """
create table accounts (user_id bigserial primary key, username varchar(150) not null unique, password_hash text,
    role varchar(30) not null, issuer text, subject text, created_at float not null);
create table grants (user_id bigint not null references accounts (user_id) on delete cascade,
    course_id varchar(255) not null, primary key (user_id, course_id));
create table attempts (number bigserial primary key, subject varchar(200) not null, at float not null);
insert into accounts (username, role, created_at) values ('ada', 'administrator', 1), ('bob', 'course_staff', 2);
insert into grants values (2, 'course-v1:Uni+One+2024');
"""
# As somebody may who has the database's password, and no key.
ATTACKS = {
    "cut": "delete from audit where number > 15",
    "edited": "update audit set subject = 'nothing' where number = 7",
    "emptied": "delete from audit; delete from audit_head",
    "reordered": "update audit set number = -number where number in (3, 4);"
    " update audit set number = 7 + number where number < 0",
}


@pytest.fixture
def two(tmp_path: Path, url: str) -> tuple[Desk, Desk]:
    """Servers on two machines: each has a workspace, they have keys and accounts in common."""
    made = (make_workspace(tmp_path / name) for name in ("one", "other"))
    one, other = (open_desk(with_settings(it, serve__accounts_url=url, **KEYS)) for it in made)
    return one, other


def plainly(url: str, statements: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements.split(";"):
            connection.execute(statement.strip().encode())


def test_what_one_server_does_the_other_knows_at_once(two: tuple[Desk, Desk]) -> None:
    one, other = two
    user = one.people.add("ada", Role.ANALYST, password="correct horse battery staple").user_id
    _, token = other.tokens.create(user, "x", [TokenScope.READ], 1)
    session = one.sessions.begin(user, None)
    assert one.tokens.resolve(token)
    assert other.sessions.resolve(session.value)
    one.people.set_password("ada", "another long passphrase")
    assert other.tokens.resolve(token) is None
    assert other.sessions.resolve(session.value) is None
    for number in range(5):
        (one, other)[number % 2].check_password("ada", "a wrong one, again", "192.0.2.1")
    with pytest.raises(StudiumError, match="Too many"):
        one.check_password("ada", "another long passphrase", "192.0.2.1")


def test_two_servers_that_write_at_once_make_one_chain(two: tuple[Desk, Desk]) -> None:
    def write(number: int) -> None:
        two[number % 2].audit.append([AuditRecord("ada", "read", f"table {number}")] * 3)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(40)))
    assert [desk.audit.verify().problem for desk in two] == ["", ""]
    assert two[0].audit.verify().records == 121  # and the one that joined


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_to_the_log_is_found_by_both(
    two: tuple[Desk, Desk], url: str, attack: str
) -> None:
    for number in range(20):
        two[number % 2].audit.append([AuditRecord("ada", "read", f"table {number}")])
    plainly(url, f"alter table audit disable trigger all; {ATTACKS[attack]}")
    assert all(desk.audit.verify().problem for desk in two)
    two[0].audit.append([AuditRecord("ada", "read", "one more")])
    assert all(desk.audit.verify().problem for desk in two)


def test_a_server_that_joins_says_so_and_breaks_nothing(two: tuple[Desk, Desk]) -> None:
    for desk in two:
        desk.audit.append([AuditRecord("ada", "read", "a table")] * 2)
    found = two[0].audit.verify()
    assert (found.problem, found.records, len(found.joined)) == ("", 5, 1)


def test_accounts_of_before_are_brought_up_to_date_by_one_of_two(tmp_path: Path, url: str) -> None:
    plainly(url, FORMER.strip().rstrip(";"))
    workspaces = [
        with_settings(make_workspace(tmp_path / name), serve__accounts_url=url, **KEYS)
        for name in ("one", "other")
    ]
    with ThreadPoolExecutor(2) as pool:
        desks = list(pool.map(open_desk, workspaces))
    for desk in desks:
        grants = {account.username: account.grants for account in desk.people.list()}
        assert grants == {"ada": (), "bob": (Scope("course", "course-v1:Uni+One+2024"),)}
        assert desk.lockout.begin("ada", "192.0.2.1") == []
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("select version from versions").fetchall() == [(VERSION,)]


def test_accounts_of_a_newer_studium_are_refused(workspace: Workspace, url: str) -> None:
    open_desk(workspace)
    plainly(url, "update versions set version = version + 1")
    with pytest.raises(StudiumError, match="newer Studium"):
        open_desk(workspace)


def test_a_server_that_does_not_answer_is_said_without_its_password(workspace: Workspace) -> None:
    there = workspace.settings.serve.accounts_url
    nowhere = with_settings(workspace, serve__accounts_url=there.rsplit(":", 1)[0] + ":1/accounts")
    with pytest.raises(StudiumError) as refused:
        open_desk(nowhere)
    said = f"{refused.value.problem} {refused.value.where} {refused.value.fix}"
    assert "cannot be opened" in said
    assert "tests" not in said.replace("%20", " ")
