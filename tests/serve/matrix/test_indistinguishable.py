"""Two workspaces that differ only in what a role may not know: it gets the same from both, byte for byte.

The same keys, the same clock. Pseudonyms are replaced by the learner they stand for; rows may change places then, since
they stand in the order of pseudonyms. How rows stand must follow from what stands in them.
"""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.serve.rights import Role
from studium.vocabulary import Table
from tests.serve.conftest import COURSES, GRANTED, Campus, make_workspace, open_campus
from tests.serve.matrix.campus import PEOPLE, learner_name, models_of, publish_all, write_marts
from tests.serve.matrix.test_datasets import everything
from tests.serve.matrix.test_endpoints import asked_of

_ROWS = "/api/v1/datasets/{}/rows"
_OF_ACCOUNTS = re.compile("/api/v1/(tokens|accounts|audit)|/account")  # they hold no data
_PSEUDONYM = re.compile("[0-9a-f]{32}")
# Made anew at each start, or for each answer, from keys and chance: no function of data.
_OF_CHANCE = re.compile(r'name="(?:form_token|csrf\w*)"[^>]*|"token_id": ?"[^"]*"')
_CUTS = re.compile(r"(?=<tr)|(?<=</tr>)|(?=\{)|(?<=\})|\n")


def twin(whole: Campus, root: Path, change: Callable[[Table], str]) -> Campus:
    """The campus once more, with the marts that `change` leaves and the keys of the other."""
    workspace = make_workspace(root)
    models = models_of(workspace)
    write_marts(workspace, models)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        for model in models:
            connection.execute(change(model) or "select 1")
    publish_all(workspace, models)
    shutil.copytree(whole.workspace.keys, workspace.keys)
    return open_campus(workspace)


def swap_names(model: Table) -> str:
    """Who was n-th in a course is n-th from its end, under every name."""
    rights = model.rights
    if rights is None:
        return ""
    kinds = {column.name: column.type for column in model.columns}
    changes = [
        f""""{name}" = regexp_replace("{name}", '[0-9]+$', '')
            || ({PEOPLE + 1} - cast(regexp_extract("{name}", '[0-9]+$') as integer))"""
        if kinds[name] == "string"
        else f'"{name}" = ("{name}" // 1000) * 1000 + {PEOPLE + 1} - "{name}" % 1000'
        for name in rights.learner
    ]
    return f'update marts."{model.name}" set {", ".join(changes)}' if changes else ""


def move_hidden_counts(model: Table) -> str:
    """Of each whole, the two smallest counts change places; both are too small to be shown."""
    groups = model.rights.groups if model.rights else None
    if groups is None:
        return ""
    changes = [
        f'"{name}" = case "{name}" when 3 then 6 when 6 then 3 else "{name}" end'
        for name in groups.counts
    ]
    return f'update marts."{model.name}" set {", ".join(changes)}'


def change_other_courses(model: Table) -> str:
    """Each row of the courses that the role has no grant for: another name, twice, or gone."""
    rights = model.rights
    if rights is None or rights.scope is None or rights.level in {"institution", "operations"}:
        return ""
    own = f"contains(\"{rights.scope.column}\", '{COURSES[0]}')"
    table = f'marts."{model.name}"'
    kinds = {column.name: column.type for column in model.columns}
    names = [name for name in rights.learner if kinds[name] == "string"]
    renamed = ", ".join(f'"{name}" = \'zz\' || "{name}"' for name in names)
    return (f"update {table} set {renamed} where not {own};" if renamed else "") + (
        f"insert into {table} from {table} where not {own} and hash({table.split('.')[1]}) % 3 = 1;"
    )


def learners(campus: Campus, is_swapped: bool) -> dict[str, str]:
    """Each pseudonym, and for whom it stands."""
    inner, outer = campus.app.state.server.bounds.pads

    def pseudonym(text: str) -> str:
        digest = hashlib.sha256(inner + text.encode()).digest()
        return hashlib.sha256(outer + digest).hexdigest()[:32]

    found = {}
    for place in range(len(COURSES)):
        for number in range(1, PEOPLE + 1):
            person = f"<{place}, {PEOPLE + 1 - number if is_swapped else number}>"
            found[pseudonym(f"text:{learner_name(place, number)}")] = person
            found[pseudonym(f"number:{place * 1000 + number}")] = f"#{person}"
    return found


def said(text: str, names: Mapping[str, str]) -> Counter[str]:
    """An answer in pieces, rows among them, whatever their order."""
    plain = _OF_CHANCE.sub("", text)
    known = _PSEUDONYM.sub(lambda found: names.get(found[0], "(no learner)"), plain)
    return Counter(piece.strip(" ,[]") for piece in _CUTS.split(known))


def answers(campus: Campus, role: Role) -> Iterator[tuple[str, int, str, str]]:
    """(address and form, status, cursor, text) of all that a role reads, and of every dataset as a file."""
    client = campus.client(role)
    asked = list(asked_of(campus, role))
    asked += [(_ROWS.format(name), "application/x-ndjson") for name in everything(campus)]
    for path, form in asked:
        if not _OF_ACCOUNTS.match(path):
            answer = client.get(path, headers={"accept": form}, follow_redirects=False)
            following = answer.headers.get("studium-next", "")
            yield f"{path} {form}", answer.status_code, following, answer.text


def key_of(row: Mapping[str, Any]) -> list[tuple[bool, Any]]:
    """A row as DuckDB sorts it: NULL last, texts by their bytes."""
    return [
        (value is None, value.encode() if isinstance(value, str) else value or 0)
        for value in row.values()
    ]


def differing(one: Campus, other: Campus, role: Role) -> list[str]:
    """What a role gets otherwise from the other."""
    return [
        first[0]
        for first, second in zip(answers(one, role), answers(other, role), strict=True)
        if first[:3] != second[:3] or _OF_CHANCE.sub("", first[3]) != _OF_CHANCE.sub("", second[3])
    ]


@pytest.fixture(scope="module")
def swapped(whole: Campus, tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """Everybody has the name of somebody else."""
    return twin(whole, tmp_path_factory.mktemp("swapped") / "campus", swap_names)


@pytest.fixture(scope="module")
def moved(whole: Campus, tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """Hidden counts stand in other hidden cells."""
    return twin(whole, tmp_path_factory.mktemp("moved") / "campus", move_hidden_counts)


@pytest.fixture(scope="module")
def foreign(whole: Campus, tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """Other courses than the first have other people."""
    return twin(whole, tmp_path_factory.mktemp("foreign") / "campus", change_other_courses)


def test_true_names_change_nothing_that_a_researcher_gets(whole: Campus, swapped: Campus) -> None:
    names, others = learners(whole, False), learners(swapped, True)
    pairs = list(
        zip(answers(whole, Role.RESEARCHER), answers(swapped, Role.RESEARCHER), strict=True)
    )
    assert [one[:3] for one, _ in pairs] == [other[:3] for _, other in pairs]
    told = [one[0] for one, other in pairs if said(one[3], names) != said(other[3], others)]
    assert told == []
    assert sum(one[3] != other[3] for one, other in pairs) > 20  # pseudonyms stood in them


@pytest.mark.parametrize("role", [Role.INSTITUTION_VIEWER, Role.RESEARCHER])
def test_hidden_counts_change_nothing_that_is_shown(
    whole: Campus, moved: Campus, role: Role
) -> None:
    assert differing(whole, moved, role) == []


def test_other_courses_change_nothing_that_staff_get(whole: Campus, foreign: Campus) -> None:
    assert GRANTED[Role.COURSE_STAFF] == [COURSES[0]]
    assert differing(whole, foreign, Role.COURSE_STAFF) == []


@pytest.mark.parametrize(
    "role", [Role.INSTITUTION_VIEWER, Role.RESEARCHER, Role.COURSE_STAFF], ids=str
)
@pytest.mark.parametrize("limit", [None, 5])
def test_rows_stand_in_the_order_of_what_stands_in_them(
    whole: Campus, role: Role, limit: int | None
) -> None:
    client, sorted_ones = whole.client(role), 0
    for name in everything(whole):
        asked = {"format": "jsonl"} | ({"limit": limit} if limit else {})
        answer = client.get(_ROWS.format(name), params=asked)
        if answer.status_code != 200:
            continue
        rows = [json.loads(line) for line in answer.text.splitlines()]
        sorted_ones += len(rows) > 1
        if not is_whole(client, name):
            assert rows == sorted(rows, key=key_of), name
    assert sorted_ones > 30


def is_whole(client: Any, name: str) -> bool:
    """Whether the role is shown all of a dataset, so that how it lies tells nothing."""
    return client.get(f"/api/v1/datasets/{name}").json()["rows"] is not None


def test_what_a_role_chooses_to_sort_by_is_what_it_sees(whole: Campus) -> None:
    client = whole.client(Role.RESEARCHER)
    asked = {"format": "jsonl", "order_by": "username", "column": ["grade", "username"]}
    rows = [
        json.loads(line)
        for line in client.get(_ROWS.format("person_course"), params=asked).text.splitlines()
    ]
    assert [row["username"] for row in rows] == sorted(row["username"] for row in rows)
    hidden = client.get(_ROWS.format("person_course"), params={"order_by": "ip"})
    assert hidden.status_code == 422
