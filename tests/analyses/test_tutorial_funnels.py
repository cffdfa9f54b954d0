"""Tutorials as funnels from logs to a release: what invented people did is what the table says.

Enters: walks whose bars are known. Leaves: a release of two deliveries, the second with late events, and one of all.
"""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from studium.cli import main
from studium.config import open_workspace
from studium.publish import query
from tests.analyses.walks import bars, invent, structure

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
