"""What a pseudonym hides by setting: two researchers join nothing by it, and what they know of a person is coarse."""

import csv
import io
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from fastapi.testclient import TestClient

from studium.config import SETTINGS_FILE, open_workspace
from studium.serve.release import Reader
from studium.serve.rights import Principal, Role, TokenScope
from tests.serve.api.classified import classify_marts
from tests.serve.conftest import (
    INVENTED,
    MARTS,
    ONE,
    TWO,
    Campus,
    make_workspace,
    of,
    open_campus,
    publish_marts,
    run,
)

ROWS = "/api/v1/datasets/person_course/rows?format=csv"
PROFILES = """
alter table marts.person_course add column "YoB" bigint;
alter table marts.person_course add column gender varchar;
update marts.person_course set "YoB" = 1970 + user_id % 20, gender = case when user_id % 7 = 0 then 'f' else 'm' end;
"""


def campus_with(folder: Path, settings: str) -> Campus:
    workspace = make_workspace(folder / "campus")
    file = workspace.root / SETTINGS_FILE
    file.write_text(file.read_text() + f"\n{settings}")
    workspace = open_workspace(workspace.root, {})
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(PROFILES)
    publish_marts(workspace, classified=INVENTED | classify_marts(MARTS + PROFILES, INVENTED))
    return open_campus(workspace)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """A campus with all of [privacy] set, and a second researcher of the same course."""
    settings = 'pseudonyms = "recipient"\nyear_step = 10\nhidden_traits = ["gender"]\n'
    campus = campus_with(tmp_path_factory.mktemp("strict"), settings)
    campus.desk.people.add("second", Role.RESEARCHER, of(TWO))
    return campus


def second(campus: Campus) -> TestClient:
    account, client = campus.desk.people.find("second"), campus.client()
    token = campus.desk.tokens.create(account.user_id, "test", list(TokenScope), 1)[1]
    client.headers["authorization"] = f"Bearer {token}"
    return client


def asked_for(campus: Campus, name: str, pseudonym: str) -> int:
    """How many rows of a learner somebody finds by a pseudonym."""
    server, account = campus.app.state.server, campus.desk.people.find(name)
    principal = Principal(account.user_id, name, account.role, of(TWO))
    reader = Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)
    sql = "select grade from person_course where course_id = $course_id and username = $username"
    return len(reader.rows(sql, {"course_id": TWO, "username": pseudonym}))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_two_researchers_share_no_pseudonym_and_find_nobody_by_that_of_the_other(
    strict: Campus,
) -> None:
    one, other = strict.client(Role.RESEARCHER), second(strict)
    first, others = table(one.get(ROWS).text), table(other.get(ROWS).text)
    names = {row["username"] for row in first}
    assert len(names) == len(first) == len(others) > 20
    assert not names & {row["username"] for row in others}
    assert not {row["user_id"] for row in first} & {row["user_id"] for row in others}
    by_values = [
        sorted((row["grade"], row["certified"]) for row in rows) for rows in (first, others)
    ]
    assert by_values[0] == by_values[1]  # of the same people: values may still be joined
    places = [[row["grade"] for row in rows] for rows in (first, others)]
    assert places[0] != places[1]  # and how rows stand joins nothing
    known = first[0]["username"]
    assert asked_for(strict, Role.RESEARCHER.value, known) == 1  # now the server knows whose it is
    assert asked_for(strict, "second", known) == 0


def test_what_a_researcher_is_told_of_a_person_is_as_coarse_as_it_is_set(strict: Campus) -> None:
    rows = table(strict.client(Role.RESEARCHER).get(ROWS).text)
    assert {row["YoB"] for row in rows} == {"1970", "1980"}
    assert {row["gender"] for row in rows} == {""}
    full = table(strict.client(Role.ANALYST).get(ROWS).text)
    assert len({row["YoB"] for row in full}) == 20
    assert {row["gender"] for row in full} == {"f", "m"}
    by = {"params": {"order_by": "YoB", "column": ["YoB"], "limit": 3, "format": "csv"}}
    assert set(strict.client(Role.RESEARCHER).get(ROWS, **by).text.split()) == {"YoB", "1970"}


def test_an_export_for_somebody_is_what_their_account_is_shown(
    strict: Campus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--course", TWO, "--output", str(tmp_path / "a.csv"))
    given = ("export", "person_course", "--for", "researcher", *out)
    assert run(strict, *given) == 2
    assert "--recipient NAME" in capsys.readouterr().err
    assert run(strict, *given, "--recipient", "Second") == 0
    assert (tmp_path / "a.csv").read_text() == second(strict).get(ROWS).text
    readme = (tmp_path / "a.csv.README.md").read_text()
    for words in (
        "for Second alone",
        "multiples of 10",
        "Empty for everybody: gender",
        "joined with other files",
    ):
        assert words in readme
    people = len(table((tmp_path / "a.csv").read_text()))
    assert f"Of {people} people in `person_course` 0 are alone with their YoB, gender" in readme
    noted = [entry.record.detail.get("recipient") for entry in strict.desk.audit.list(3)]
    assert "Second" in noted


def test_a_readme_says_how_many_are_alone_with_what_they_are_known_by(tmp_path: Path) -> None:
    campus = campus_with(tmp_path, "")
    out = tmp_path / "a.csv"
    asked = ("export", "person_course", "--for", "researcher", "--course", ONE)
    assert run(campus, *asked, "--output", out) == 0
    people = table(out.read_text())
    traits = [(row["YoB"], row["gender"]) for row in people]
    alone = sum(traits.count(pair) == 1 for pair in traits)
    assert 0 < alone < len(people) == 40
    said = f"Of 40 people in `person_course` {alone} are alone with their YoB, gender"
    assert said in (tmp_path / "a.csv.README.md").read_text()
    assert run(campus, "package", ONE, "--output", tmp_path / "p.zip") == 0
    with ZipFile(tmp_path / "p.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/README.md"))
        assert said in archive.read(name).decode()


def test_by_default_a_person_is_the_same_for_all_researchers(tmp_path: Path) -> None:
    campus = campus_with(tmp_path, "")
    campus.desk.people.add("second", Role.RESEARCHER, of(TWO))
    assert campus.client(Role.RESEARCHER).get(ROWS).text == second(campus).get(ROWS).text
