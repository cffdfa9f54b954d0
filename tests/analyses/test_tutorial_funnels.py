"""Tutorials as funnels from logs to a release: what invented people did is what the table says.

Enters: walks whose bars are known. Leaves: a release of two deliveries, the second with late events, and one of all.
"""

import json
import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from studium.cli import main
from studium.config import open_workspace
from studium.publish import page_view_funnel, query
from studium.vocabulary import Role
from tests.analyses.funnel_search import Asked, Event, filled
from tests.analyses.walks import COURSE, bars, invent, key, structure
from tests.serve.conftest import Campus, open_campus

pytestmark = pytest.mark.timeout(900)
BARS = """
    select month, regexp_extract(node_id, 'block@(.*)$', 1), step, class, users,
        round(median_seconds, 6), complete
    from tutorial_funnels
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two thirds of the lines first, the others later."""
    folder = tmp_path_factory.mktemp("walks")
    world = invent(seed=4, people=120)
    drawn = random.Random(1)
    late = {number for number in range(len(world.lines)) if drawn.random() < 0.33}
    package = folder / "Bees-B1-2024-2024-03-20"
    package.mkdir()
    (package / "Bees-B1-2024-course_structure-prod-analytics.json").write_bytes(structure())
    for name, wanted in (("first", False), ("later", True)):
        (folder / f"{name}.log").write_bytes(
            b"".join(it + b"\n" for at, it in enumerate(world.lines) if (at in late) is wanted)
        )
    root = folder / "workspace"
    for command in (
        ["init"],
        ["run", "--as-of", "2024-03-21", str(package), str(folder / "first.log")],
        ["run", "--as-of", "2024-03-21", str(folder / "later.log")],
    ):
        assert main(["--workspace", str(root), *command]) == 0
    return root


@pytest.fixture(scope="module")
def campus(workspace: Path) -> Campus:
    """A server of the workspace, with an account for every role."""
    return open_campus(open_workspace(workspace, {}))


def rows_of(root: Path) -> set[tuple[Any, ...]]:
    with query(open_workspace(root, {}), BARS) as answer:
        return set(answer.rows())


def test_bars_are_those_of_the_walks_also_when_a_third_of_them_comes_late(workspace: Path) -> None:
    expected = bars(invent(seed=4, people=120).views, datetime(2024, 3, 21, tzinfo=UTC))
    found = rows_of(workspace)

    assert {row[3] for row in expected} == {"phantom", "new", "logged_in", "all"}
    assert {row[6] for row in expected} == {True, False}
    assert max(row[2] for row in expected) == 6
    assert found == expected


def test_an_increment_is_a_full_rebuild(workspace: Path) -> None:
    before = rows_of(workspace)
    assert (
        main(["--workspace", str(workspace), "run", "--full-refresh", "--as-of", "2024-03-21"]) == 0
    )
    assert rows_of(workspace) == before


def asked(root: Path, capfd: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """What `studium funnel` answers as JSON."""
    assert main(["--workspace", str(root), "funnel", "--json", *options]) == 0
    answer: dict[str, Any] = json.loads(capfd.readouterr().out)
    return answer


@pytest.mark.parametrize("tutorial", ["Start", "middle", key("sequential", "end")])
def test_the_command_says_what_the_table_says(
    workspace: Path, capfd: pytest.CaptureFixture[str], tutorial: str
) -> None:
    name = tutorial.split("@")[-1].casefold()
    table = {row[2:6]: row[6] for row in rows_of(workspace) if row[:2] == (date(2024, 2, 1), name)}

    found = asked(workspace, capfd, tutorial, "--month", "2024-02", "--by", "class")

    middles = {
        (
            it["step"],
            it["people"],
            it["users"],
            it["median_seconds"] and round(it["median_seconds"], 6),
        )
        for it in found["steps"]
        if it["users"]
    }
    assert middles == set(table)
    assert set(table.values()) == {found["is_complete"]}
    assert found["release"] == (workspace / "current").resolve().name


OPTIONS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--order", "strict"], {"order": "strict"}),
    (["--order", "any"], {"order": "any"}),
    (["--tie", "strict"], {"is_tie_order": False}),
    (["--optional", "2"], {"optional": (1,)}),
    (["--gaps", "1h,2d"], {"gaps": (3600, 2 * 86_400)}),
    (["--exclude", "middle3"], {"exclude": "3"}),
    (["--window", "1h"], {"window": 3600}),
    (
        ["--from", "2024-02-01", "--until", "2024-02-10"],
        {"entries": (date(2024, 2, 1), date(2024, 2, 10))},
    ),
]


@pytest.mark.parametrize(("options", "meant"), OPTIONS, ids=[" ".join(it[0]) for it in OPTIONS])
def test_any_funnel_is_what_trying_every_chain_finds(
    workspace: Path,
    capfd: pytest.CaptureFixture[str],
    options: list[str],
    meant: dict[str, Any],
) -> None:
    pages = [key("vertical", f"middle{step}") for step in (0, 1, 2)]
    given = [key("vertical", it) if it == "middle3" else it for it in options]
    days = meant.get("entries")
    if days:
        moments = [datetime(it.year, it.month, it.day, tzinfo=UTC).timestamp() for it in days]
        meant = {"entries": tuple(map(int, moments))}
    question = Asked("012", 7 * 86_400, entries=(0, 2**40))._replace(**meant)
    people: dict[str, list[Event]] = defaultdict(list)
    for number, view in enumerate(invent(seed=4, people=120).views):
        page = str(view.step) if view.tutorial == "middle" else "x"
        people[view.person].append(Event(int(view.at.timestamp()), number, page))
    expected = Counter(step for events in people.values() for step in filled(events, question))

    found = asked(workspace, capfd, "--course", COURSE, "--steps", ",".join(pages), *given)

    assert [it["users"] for it in found["steps"]] == [expected[step] for step in range(3)]
    assert expected[2] > 0


PAGE = key("vertical", "middle0")
REFUSED = [
    (["nothing"], "No subsection is called nothing"),
    (["Start", "--window", "0d"], "A window of 0 seconds holds nothing"),
    (["Start", "--window", "-1d"], "A window of -86400 seconds holds nothing"),
    (["Start", "--window", "soon"], "soon is no time"),
    (["Start", "--order", "strikt"], "Did you mean strict?"),
    (["Start", "--tie", "strict", "--order", "any"], "goes with order = ordered alone"),
    (["Start", "--optional", "1"], "Steps 1 cannot be optional"),
    (["Start", "--gaps", "1d"], "1 gaps do not fit 4 steps"),
    (
        ["Start", "--by", "class", "--order", "strict"],
        "Classes are told where each entry has one chain",
    ),
    (["Start", "--month", "2024-13"], "2024-13 is no month"),
    (["--course", COURSE, "--steps", ",".join([PAGE] * 1000)], "A funnel of 1000 steps is none"),
    (["--course", COURSE, "--steps", PAGE[:-1]], f"Did you mean {PAGE[:-1]}"),
    (["--course", "course-v1:Bees+B1+2025", "--steps", PAGE], f"Did you mean {COURSE}?"),
    (["--steps", PAGE], "Give SUBSECTION, or --course KEY and --steps"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_cannot_be_asked_names_the_field_and_what_is_near(
    workspace: Path, capfd: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["--workspace", str(workspace), "funnel", *options]) == 2
    assert said in capfd.readouterr().err


def test_a_page_twice_and_a_month_without_anybody_have_an_answer(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    twice = asked(workspace, capfd, "--course", COURSE, "--steps", f"{PAGE},{PAGE}")
    assert twice["steps"][0]["users"] > twice["steps"][1]["users"] > 0
    nobody = asked(workspace, capfd, "Start", "--month", "2023-12", "--by", "class")
    assert {it["users"] for it in nobody["steps"]} == {0}
    assert nobody["is_complete"]
    assert main(["--workspace", str(workspace), "funnel", "Start", "--csv"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "step,page_id,title,people,users,median_seconds"
    assert len(lines) == 5


SAME = [
    "--window 2d",
    "--order strict",
    "--order any",
    "--tie strict --by class",
    "--optional 2,3",
    "--gaps 1h,2d,1d,1d,1d",
    f"--exclude {key('vertical', 'start0')}",
    "--month 2024-02 --by class",
    "--counting totals",
    "--reentry first",
]


@pytest.mark.parametrize("options", SAME)
def test_the_api_answers_what_the_command_answers(
    workspace: Path, campus: Campus, capfd: pytest.CaptureFixture[str], options: str
) -> None:
    """For who knows people by name; a refusal names the field and the nearest name."""
    given = options.split()
    found = asked(workspace, capfd, "Middle", *given)
    said = {given[at].strip("-"): given[at + 1] for at in range(0, len(given), 2)}
    address = f"/api/v1/courses/{COURSE}/funnel"
    with campus.client(Role.ADMINISTRATOR) as client:
        answer = client.get(address, params={"tutorial": key("sequential", "middle"), **said})
        wrong = client.get(address, params={"steps": key("vertical", "midle1")})
    assert answer.status_code == 200, answer.text
    assert answer.json()["steps"] == found["steps"]
    assert [answer.json()[name] for name in ("definition", "release", "is_complete")] == [
        found[name] for name in ("definition", "release", "is_complete")
    ]
    assert wrong.status_code == 400
    assert "middle1" in wrong.text
    with campus.client(Role.RESEARCHER) as client:
        assert client.get(address).status_code in {403, 404}


def test_people_behind_a_bar_are_as_many_as_it_says(campus: Campus) -> None:
    """Of each step who came, and who stopped before it, each once; by name where there is one."""
    tutorial = {"tutorial": key("sequential", "middle"), "window": "2d"}
    address = f"/api/v1/courses/{COURSE}/funnel"
    with campus.client(Role.ANALYST) as client:
        bars = [it["users"] for it in client.get(address, params=tutorial).json()["steps"]]
        behind: list[set[str]] = []
        for step, users in enumerate(bars, start=1):
            asked = tutorial | {"step": step, "limit": 200}
            found = client.get(f"{address}/people", params=asked).json()
            people = {it["actor_id"] for it in found["items"]}
            assert found["total"] == len(people) == users
            if step > 1:
                asked = asked | {"kind": "dropped"}
                left = client.get(f"{address}/people", params=asked).json()["items"]
                assert {it["actor_id"] for it in left} == behind[-1] - people
            behind.append(people)
        assert client.get(f"{address}/people", params={"step": 9}).status_code == 400
    for role in (Role.RESEARCHER, Role.INSTITUTION_VIEWER):
        with campus.client(role) as client:
            assert client.get(f"{address}/people", params=tutorial).status_code in {403, 404}
    assert bars[0] > bars[-1] > 0


def test_python_says_what_the_command_says(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pages = [key("vertical", f"middle{step}") for step in range(6)]
    february = date(2024, 2, 1), date(2024, 3, 1)
    answer = page_view_funnel(open_workspace(workspace, {}), COURSE, pages, february, by_class=True)
    found = asked(workspace, capfd, "Middle", "--month", "2024-02", "--by", "class")
    assert [it._asdict() for it in answer.steps] == found["steps"]
    assert (answer.definition, answer.release) == (found["definition"], found["release"])
