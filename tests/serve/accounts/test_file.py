"""The file of accounts: whole in itself when a command ends, noticed when it is replaced, refused when it is broken."""

import io
import shutil
import sqlite3
from pathlib import Path

import pytest

from studium.cli import main
from studium.config import Workspace
from studium.serve.accounts import AccountsLostError, accounts_problem, open_desk
from studium.serve.audit import AuditRecord
from studium.vocabulary import Role
from tests.serve.conftest import ALL_SCOPES, Campus, make_workspace, publish_marts

PASSWORD = "correct horse battery staple"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "campus")
    publish_marts(made)
    return made


def command(workspace: Workspace, *words: str) -> int:
    return main(["--workspace", str(workspace.root), *words])


def names_in(file: Path) -> list[str]:
    with sqlite3.connect(file) as connection:
        return [name for (name,) in connection.execute("select username from accounts")]


def test_a_copy_of_the_file_alone_has_what_a_command_wrote(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert command(workspace, "user", "add", "ada", "--role", "analyst") == 0
    copy = shutil.copy(workspace.accounts, tmp_path / "copy.sqlite")
    assert names_in(Path(copy)) == ["ada"]
    left = workspace.root / "accounts.sqlite-wal"
    assert not left.exists() or left.stat().st_size == 0


@pytest.mark.parametrize(
    "words", [("query", "select 1 as one"), ("export", "person_course", "--format", "csv")]
)
def test_a_copy_of_the_file_alone_has_what_left(
    workspace: Workspace, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Such commands do their work in a child, which ends without farewell."""
    assert command(workspace, *words, "--output", str(tmp_path / "rows.csv")) == 0
    copy = shutil.copy(workspace.accounts, tmp_path / "copy.sqlite")
    with sqlite3.connect(copy) as connection:
        actions = connection.execute("select action from audit order by number").fetchall()
    assert actions[-1:] == [("export",)]


def test_closing_leaves_all_of_it_in_the_file_also_beside_others(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = open_desk(workspace)
    assert other.people.list() == []
    desk = open_desk(workspace)
    desk.people.add("ada", Role.ANALYST)
    desk.audit.append([AuditRecord("ada", "read")])
    desk.close()
    assert names_in(Path(shutil.copy(workspace.accounts, tmp_path / "copy"))) == ["ada"]


def test_accounts_replaced_under_a_server_count_at_once(own_campus: Campus, tmp_path: Path) -> None:
    """As a restore does it: a token that is revoked there opens nothing, and reads are recorded there."""
    desk, workspace = own_campus.desk, own_campus.workspace
    client = own_campus.client(Role.ANALYST)
    asked = "/api/v1/datasets/person_course/rows?limit=1"
    assert client.get(asked).status_code == 200
    other = open_desk(workspace)
    other.tokens.revoke(own_campus.tokens[Role.COURSE_STAFF].split("_")[1])
    other.close()
    copy = Path(shutil.copy(workspace.accounts, tmp_path / "copy.sqlite"))
    again = desk.people.find(Role.COURSE_STAFF.value)
    late = desk.tokens.create(again.user_id, "late", ALL_SCOPES, 1)[1]
    for file in workspace.root.glob("accounts.sqlite-*"):
        file.unlink()
    copy.replace(workspace.accounts)
    staff = own_campus.client(Role.COURSE_STAFF)
    assert staff.get(asked).status_code == 401
    staff.headers["authorization"] = f"Bearer {late}"
    assert staff.get(asked).status_code == 401, "it is in the file that was replaced"
    before = len(open_desk(workspace).audit.list(1000))
    assert client.get(asked).status_code == 200
    assert len(open_desk(workspace).audit.list(1000)) > before


def test_accounts_removed_under_a_server_let_nobody_in(own_campus: Campus) -> None:
    client = own_campus.client(Role.ANALYST)
    assert client.get("/api/v1/courses").status_code == 200
    for file in own_campus.workspace.root.glob("accounts.sqlite*"):
        file.unlink()
    answer = client.get("/api/v1/courses")
    assert answer.status_code == 503
    assert not own_campus.workspace.accounts.exists(), "no empty one takes its place"


DAMAGES = {
    "its beginning is overwritten": (0, b"\0" * 100),
    "its schema is overwritten": (100, b"\xff" * 3000),
    "pages are overwritten": (4096, b"\xa5" * 40_000),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_said_so_by_every_command(
    workspace: Workspace, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = open_desk(workspace)
    desk.people.add("ada", Role.ANALYST)
    desk.audit.append([AuditRecord("ada", "read", str(number)) for number in range(50)])
    desk.close()
    assert accounts_problem(workspace) is None
    place, bytes_ = DAMAGES[name]
    with workspace.accounts.open("r+b") as file:
        file.seek(place)
        file.write(bytes_)
    for words in (("user", "list"), ("audit", "verify"), ("token", "list")):
        capsys.readouterr()
        assert command(workspace, *words) == 1, words
        said = capsys.readouterr().err
        assert said.startswith("Error: "), words
        assert "Traceback" not in said, words
    assert accounts_problem(workspace) is not None
    assert command(workspace, "doctor") == 1


def test_doctor_sees_a_log_that_was_cut_and_changes_nothing(workspace: Workspace) -> None:
    assert accounts_problem(workspace) is None
    assert not workspace.accounts.exists()
    desk = open_desk(workspace)
    desk.audit.append([AuditRecord("ada", "read", str(number)) for number in range(5)])
    desk.close()
    with sqlite3.connect(workspace.accounts) as connection:
        connection.execute("drop trigger audit_has_no_delete")
        connection.execute("delete from audit where number = 5")
    before = workspace.accounts.read_bytes()
    problem = accounts_problem(workspace)
    assert problem is not None
    assert "record 5 was written" in problem.problem
    assert workspace.accounts.read_bytes() == before
    workspace.accounts.unlink()
    assert isinstance(accounts_problem(workspace), AccountsLostError)


def test_a_broken_file_put_in_its_place_lets_nobody_in(own_campus: Campus, tmp_path: Path) -> None:
    client, workspace = own_campus.client(Role.ANALYST), own_campus.workspace
    assert client.get("/api/v1/courses").status_code == 200
    broken = tmp_path / "broken"
    broken.write_bytes(b"no database at all " * 500)
    for file in workspace.root.glob("accounts.sqlite-*"):
        file.unlink()
    broken.replace(workspace.accounts)
    answer = client.get("/api/v1/courses")
    assert answer.status_code == 503
    assert "The accounts are damaged" in answer.text
