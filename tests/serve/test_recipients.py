"""What the operator takes out for a role is what the role would get by itself, and is remembered."""

import csv
import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from isal import igzip

from studium.serve.rights import Role
from tests.serve.conftest import ONE, TWO, Campus, run

ROWS = "/api/v1/datasets/{}/rows"
NOBODY_ELSES = ("learner1", "10.0.0.", "tracking.log", TWO)


def packaged(path: Path) -> dict[str, str]:
    """The files of a package by name, as text."""
    with ZipFile(path) as archive:
        content = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    return {
        name: (igzip.decompress(data) if name.endswith(".gz") else data).decode()
        for name, data in content.items()
    }


@pytest.mark.parametrize("name", ["person_course", "course_enrollment_by_gender"])
def test_an_export_for_a_researcher_is_what_the_researcher_downloads(
    own_campus: Campus, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out.csv"
    asked = ("export", name, "--for", "researcher", "--course", TWO, "--output", out)
    assert run(own_campus, *asked) == 0
    answer = own_campus.client(Role.RESEARCHER).get(ROWS.format(name), params={"format": "csv"})
    assert out.read_text() == answer.text
    rows = list(csv.reader(io.StringIO(answer.text)))[1:]
    assert rows
    assert rows == sorted(rows)
    for word in NOBODY_ELSES[:3]:
        assert word not in out.read_text() + (tmp_path / "out.csv.README.md").read_text()


def test_a_package_is_for_a_researcher_unless_it_is_said_otherwise(
    own_campus: Campus, tmp_path: Path
) -> None:
    assert run(own_campus, "package", ONE, "--output", tmp_path / "p.zip") == 0
    files = packaged(tmp_path / "p.zip")
    assert "data/person_course.csv.gz" in files
    assert "data/unclassified.csv.gz" not in files
    for name, text in files.items():
        assert [word for word in NOBODY_ELSES if word in text] == [], name
    header, *rows = csv.reader(io.StringIO(files["data/person_course.csv.gz"]))
    assert "ip" not in header
    assert len({row[header.index("username")] for row in rows}) == len(rows) == 40
    assert rows == sorted(rows)
    gender = list(csv.DictReader(io.StringIO(files["data/course_enrollment_by_gender.csv.gz"])))
    assert {row["gender"]: row["count"] for row in gender} == {"f": "30", "m": "", "o": ""}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), {"username": True, "ip": False}),
        (("--personal",), {"username": True, "ip": True}),
        (("--for", "operator", "--personal"), {"username": True, "ip": True}),
        (("--for", "course_staff"), {"username": True, "ip": False}),
        (("--for", "researcher"), {"username": False, "ip": False}),
    ],
)
def test_personal_columns_leave_where_they_are_asked_for_alone(
    own_campus: Campus, tmp_path: Path, given: tuple[str, ...], expected: dict[str, bool]
) -> None:
    assert run(own_campus, "export", "person_course", *given, "--output", tmp_path / "a.csv") == 0
    text = (tmp_path / "a.csv").read_text()
    assert {"username": "learner1" in text, "ip": "10.0.0.1" in text} == expected


def test_nobody_else_gets_personal_columns(
    own_campus: Campus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("package", ONE, "--personal", "--output", tmp_path / "p.zip")
    assert run(own_campus, *asked) == 2
    assert "--for operator --personal" in capsys.readouterr().err
    other = ("export", "unclassified", "--for", "researcher", "--output", tmp_path / "u.csv")
    assert run(own_campus, *other) == 2
    assert not list(tmp_path.glob("*.csv"))
    assert not list(tmp_path.glob("*.zip"))


def test_a_readme_names_files_and_not_where_they_lay(own_campus: Campus, tmp_path: Path) -> None:
    assert run(own_campus, "export", "overall", "--output", tmp_path / "a.csv") == 0
    assert "| tracking.log |" in (tmp_path / "a.csv.README.md").read_text()
    asked = ("export", "person_course", "--course", ONE, "--output", tmp_path / "b.csv")
    assert run(own_campus, *asked) == 0
    readme = (tmp_path / "b.csv.README.md").read_text()
    assert "tracking.log" not in readme
    assert "Content `" not in readme


def test_what_commands_take_out_is_in_the_audit_log(own_campus: Campus, tmp_path: Path) -> None:
    sql = "select username from person_course limit 1"
    assert run(own_campus, "query", sql, "--format", "csv", "--output", tmp_path / "q.csv") == 0
    assert (
        run(own_campus, "export", "person_course", "--personal", "--output", tmp_path / "e.csv")
        == 0
    )
    assert run(own_campus, "package", ONE, "--output", tmp_path / "p.zip") == 0
    run(own_campus, "events", "play_video", "--field", "username")
    run(own_campus, "report", "problem_response", "--emails", "--output", tmp_path / "r")
    found: dict[str, Any] = {
        entry.record.subject: entry.record.detail for entry in own_campus.desk.audit.list(10)
    }
    assert found["export person_course"] == {"for": "operator", "personal": True}
    assert found[f"package {ONE}"] == {"for": "researcher"}
    assert found["events play_video"] == {"fields": ["username"]}
    assert found["report problem_response"] == {"emails": True}
    asked = next(detail for subject, detail in found.items() if subject.startswith("query "))
    assert asked["sql"] == sql
    assert {entry.record.action for entry in own_campus.desk.audit.list(5)} == {"export"}
    assert own_campus.desk.audit.verify().problem == ""
