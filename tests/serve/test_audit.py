"""The audit log: everything about learners is in it before it is answered, and nothing in it can change."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from sqlalchemy.exc import DatabaseError

from studium.serve.accounts.store import AUDIT, writing
from studium.serve.audit import AuditLog, AuditRecord, HeadFile
from studium.serve.rights import Role, Rule, rule
from studium.serve.web import Reading
from tests.serve.conftest import ONE, Campus, sign_in

router = APIRouter()


@router.get("/api/v1/test/learners")
@rule(Rule.LEARNERS)
def learners(reader: Reading, course_id: str) -> list[dict[str, Any]]:
    sql = "select username from person_course where course_id = $course_id"
    return reader.rows(sql, {"course_id": course_id})


@router.get("/api/v1/test/totals")
@rule(Rule.COURSE)
def totals(reader: Reading) -> list[dict[str, Any]]:
    return reader.rows("select * from course_enrollment_daily")


@router.get("/api/v1/test/export")
@rule(Rule.EXPORT)
def export(reader: Reading) -> int:
    _schema, batches = reader.arrow("select * from course_enrollment_daily")
    return sum(batch.num_rows for batch in batches)


def client_of(campus: Campus, role: Role) -> TestClient:
    campus.app.include_router(router)
    return campus.client(role)


def records(campus: Campus) -> list[AuditRecord]:
    return [entry.record for entry in campus.desk.audit.list(100)]


def change(campus: Campus, sql: str) -> None:
    """As somebody who can write the file would, past the triggers."""
    with sqlite3.connect(campus.workspace.accounts) as connection:
        connection.execute("drop trigger audit_has_no_update")
        connection.execute("drop trigger audit_has_no_delete")
        connection.execute(sql)


def fill(log: AuditLog, count: int) -> None:
    for number in range(count):
        log.append([AuditRecord("ada", "read", f"table {number}", row_count=number)])


def test_a_read_of_learners_says_who_when_what_which_and_how_many(own_campus: Campus) -> None:
    found = client_of(own_campus, Role.ANALYST).get(
        "/api/v1/test/learners", params={"course_id": ONE}
    )
    (record,) = [record for record in records(own_campus) if record.action == "read"]
    assert record.username == "analyst"
    assert record.subject == "person_course"
    assert record.row_count == len(found.json()) > 0
    assert record.detail["filter"] == {"course_id": ONE}
    assert record.detail["path"] == "/api/v1/test/learners"
    assert record.credential.startswith("token ")


def test_totals_are_no_read_of_learners_and_every_export_is_kept(own_campus: Campus) -> None:
    client = client_of(own_campus, Role.ANALYST)
    assert client.get("/api/v1/test/totals").status_code == 200
    assert [record.action for record in records(own_campus)] == []
    assert client.get("/api/v1/test/export").json() == 3
    (record,) = records(own_campus)
    assert (record.action, record.subject, record.row_count) == (
        "export",
        "course_enrollment_daily",
        3,
    )


def test_changes_of_rights_and_sign_ins_are_kept(own_campus: Campus) -> None:
    admin = own_campus.client(Role.ADMINISTRATOR)
    admin.patch("/api/v1/accounts/analyst", json={"role": "researcher", "courses": [ONE]})
    admin.post("/api/v1/tokens", json={"label": "mine", "scopes": ["read"]})
    sign_in(own_campus.client(), "analyst", "a wrong password")
    sign_in(own_campus.client(), "a password typed as a name", "x")
    own_campus.browser(Role.ANALYST)
    admin.delete("/api/v1/accounts/analyst")
    acts = [(record.username, record.action) for record in reversed(records(own_campus))]
    assert acts == [
        ("administrator", "role changed"),
        ("administrator", "courses changed"),
        ("administrator", "token created"),
        ("analyst", "sign-in refused"),
        ("(unknown)", "sign-in refused"),
        ("analyst", "sign-in"),
        ("administrator", "account removed"),
    ]
    assert "a password typed" not in str(records(own_campus))
    assert own_campus.desk.audit.verify().problem == ""


def test_an_answer_that_cannot_be_written_down_is_not_given(
    own_campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(own_campus, Role.ANALYST)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(AuditLog, "append", fail)
    answer = client.get("/api/v1/test/learners", params={"course_id": ONE})
    assert answer.status_code == 500
    assert "learner" not in answer.text.replace("learners", "")
    assert client.get("/api/v1/test/totals").status_code == 200


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("update audit set username = 'eve' where number = 3", "record 3 was changed"),
        ("update audit set row_count = 7 where number = 2", "record 2 was changed"),
        ("update audit set at = '2020' where number = 1", "record 1 was changed"),
        ("delete from audit where number = 3", "record 3 is missing"),
        ("delete from audit where number = 1", "record 1 is missing"),
        ("delete from audit where number = 5", "the log ends with record 4"),
        ("delete from audit", "the log ends with record 0"),
        ("update audit set hash = previous where number = 4", "record 4 was changed"),
        ("delete from audit_head", "the end of the log is not sealed"),
        ("update audit_head set number = 4", "the seal of the log was changed"),
    ],
)
def test_a_changed_record_is_found(own_campus: Campus, sql: str, problem: str) -> None:
    fill(own_campus.desk.audit, 5)
    assert own_campus.desk.audit.verify().problem == ""
    change(own_campus, sql)
    assert problem in own_campus.desk.audit.verify().problem


def test_history_cannot_be_written_anew_without_the_key(own_campus: Campus, tmp_path: Path) -> None:
    fill(own_campus.desk.audit, 3)
    change(own_campus, "delete from audit")
    key = b"another key, as the right one is not known"
    forger = AuditLog(own_campus.desk.people.engine, key, HeadFile(tmp_path / "forged"))
    with sqlite3.connect(own_campus.workspace.accounts) as connection:
        connection.execute("delete from audit_head")
    fill(forger, 3)
    assert forger.verify().problem == ""
    assert own_campus.desk.audit.verify().problem == "record 1 was changed"


def test_a_log_that_was_put_back_lacks_the_hash_that_was_noted(own_campus: Campus) -> None:
    log = own_campus.desk.audit
    fill(log, 2)
    noted = log.verify().head
    fill(log, 1)
    assert log.verify(noted).problem == ""
    assert "records are missing" in log.verify("0" * 64).problem


@pytest.mark.parametrize("statement", ["update audit set username = 'eve'", "delete from audit"])
def test_the_database_itself_refuses_changes(own_campus: Campus, statement: str) -> None:
    fill(own_campus.desk.audit, 1)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        writing(own_campus.desk.people.engine) as connection,
    ):
        connection.exec_driver_sql(statement)


def test_many_at_once_make_one_chain(own_campus: Campus) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fill(own_campus.desk.audit, 5), range(8)))
    found = own_campus.desk.audit.verify()
    assert (found.records, found.problem) == (40, "")


def test_what_is_written_is_cut_but_whole(own_campus: Campus) -> None:
    own_campus.desk.audit.append(
        [AuditRecord("x" * 999, "read", "\0" + "y" * 9999, detail={"a": "\ud800" * 9999})]
    )
    assert own_campus.desk.audit.verify().problem == ""
    with own_campus.desk.people.engine.connect() as connection:
        row = connection.execute(AUDIT.select()).one()
    assert len(row.subject) == 4000


@contextmanager
def server_of(campus: Campus) -> Iterator[tuple[str, int]]:
    """A server in a process of its own, with the routes of this file; (address, process)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import sys, uvicorn; from pathlib import Path; from studium.config import open_workspace; "
        "from studium.serve import create_application; from tests.serve.test_audit import router; "
        "app = create_application(open_workspace(Path(sys.argv[1]), {})); app.include_router(router); "
        "uvicorn.run(app, port=int(sys.argv[2]), log_level='error')"
    )
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-W", "ignore", "-c", code, str(campus.workspace.root), str(port)]
    with subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address)
            yield address, process.pid
        finally:
            process.kill()


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{address}/api/v1/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def test_what_was_answered_is_in_the_log_after_a_kill(own_campus: Campus) -> None:
    """The process is killed the moment that the first byte of the answer is here."""
    token = own_campus.tokens[Role.ANALYST]
    with server_of(own_campus) as (address, process):
        url = f"{address}/api/v1/test/learners"
        headers = {"authorization": f"Bearer {token}"}
        with httpx.stream(
            "GET", url, params={"course_id": ONE}, headers=headers, timeout=30
        ) as answer:
            os.kill(process, signal.SIGKILL)
            assert answer.status_code == 200
    found = own_campus.desk.audit.verify()
    (record,) = records(own_campus)
    assert found.problem == ""
    assert (record.action, record.subject, record.row_count) == ("read", "person_course", 40)


def test_a_long_address_leaves_the_filter_in_the_log(own_campus: Campus) -> None:
    asked = [("course_id", "A" * 6_000), ("course_id", ONE)]  # the last one counts
    client_of(own_campus, Role.ANALYST).get("/api/v1/test/learners", params=asked)
    (record,) = [record for record in records(own_campus) if record.action == "read"]
    assert record.detail["filter"] == {"course_id": ONE}
    assert record.detail["path"] == "/api/v1/test/learners"
