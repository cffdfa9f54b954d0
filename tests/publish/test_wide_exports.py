"""Exports of scores with a column per problem, and exports that read for too long.

Enters: a small release with the scores of two courses. Leaves: files, or none.
"""

import gzip
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Silent
from studium.publish import Order, Package, export_table, package_scope
from studium.vocabulary import Scope
from tests.publish.conftest import publish_now

SCORES = """
create table marts.person_problem as
    select course_id, user_id, problem_nid, problem_pct_score::double as problem_pct_score from (values
        ('A/B/C', 2, 3, 50.0), ('A/B/C', 1, 3, 100.0), ('A/B/C', 1, 11, 0.0), ('course-v1:A+B+C', 5, 1, 25.0)
    ) as scores(course_id, user_id, problem_nid, problem_pct_score);
create table marts.course_problem as
    select 'A/B/C' as course_id, 3 as problem_nid, 'HW_1__1' as problem_short_id, 'Sums' as problem_name
"""


@pytest.fixture
def scored(workspace: Workspace, change: Callable[[str], None]) -> Workspace:
    """A release with the scores of two courses, whose problems differ."""
    change(SCORES)
    publish_now(workspace)
    return workspace


def test_scores_leave_wide_with_a_column_per_problem(scored: Workspace, tmp_path: Path) -> None:
    order = Order("person_problem_wide", scopes=(Scope("course", "A/B/C"),))
    delivery = export_table(scored, order, tmp_path / "wide.csv", Silent())

    text = (tmp_path / "wide.csv").read_text()
    assert text.splitlines() == ["user_id,y3,y11", "1,100.0,0.0", "2,50.0,"]
    assert delivery.rows == 2
    dictionary = (tmp_path / "wide.csv.dictionary.md").read_text()
    assert "| `y3` | double | percent | Score on HW_1__1 (Sums)" in dictionary
    assert "Score on problem 11" in dictionary

    export_table(scored, Order("person_problem_wide", by="course"), tmp_path / "all", Silent())
    assert (tmp_path / "all" / "A-B-C.csv").read_text() == text
    assert (tmp_path / "all" / "A-B-C~2.csv").read_text().splitlines() == ["user_id,y1", "5,25.0"]
    chosen = Order(
        "person_problem_wide", columns=("y11",), scopes=(Scope("course", "A/B/C"),), where="y3 > 60"
    )
    export_table(scored, chosen, tmp_path / "one.csv", Silent())
    assert (tmp_path / "one.csv").read_text().splitlines() == ["y11", "0.0"]


def test_a_wide_table_is_of_one_course(scored: Workspace, tmp_path: Path) -> None:
    for courses in ((), ("A/B/C", "course-v1:A+B+C")):
        wanted = Order("person_problem_wide", scopes=tuple(Scope("course", key) for key in courses))
        with pytest.raises(MisuseError, match="other columns in each course"):
            export_table(scored, wanted, tmp_path / "wide.csv", Silent())
    with pytest.raises(MisuseError, match="Did you mean A/B/C"):
        export_table(
            scored, Order("person_problem_wide", scopes=(Scope("course", "A/B/X"),)), None, Silent()
        )
    assert not list(tmp_path.glob("*wide*"))


def test_a_package_holds_the_wide_scores_too(scored: Workspace, tmp_path: Path) -> None:
    package_scope(scored, Package(Scope("course", "A/B/C")), tmp_path / "p.zip", Silent())
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("_wide.csv.gz"))
        assert gzip.decompress(archive.read(name)).decode().startswith("user_id,y3,y11")


def test_reading_for_an_export_ends_with_its_time(
    workspace: Workspace, change: Callable[[str], None], tmp_path: Path
) -> None:
    change("create table marts.long as select 'A/B/C' as course_id, range as n from range(3000000)")
    publish_now(workspace)
    slow = " and ".join(f"n + {number} <> n * n" for number in range(1, 60))
    order = Order("long", where=slow, time_limit_seconds=0.01)
    wanted = Package(Scope("course", "A/B/C"), time_limit_seconds=0.001)
    began = time.monotonic()
    with pytest.raises(StudiumError, match=r"took longer than 0\.01 s") as caught:
        export_table(workspace, order, tmp_path / "long.csv", Silent())
    with pytest.raises(StudiumError, match=r"took longer than 0\.001 s"):
        package_scope(workspace, wanted, tmp_path / "p.zip", Silent())
    assert "--time-limit SECONDS" in caught.value.fix
    assert time.monotonic() - began < 10
    assert list(tmp_path.glob("*long*")) + list(tmp_path.glob("p.zip*")) == []
