"""The tables of a data package in tests/world/package, with the events of tests/world, against the golden answers.

STUDIUM_ACCEPT=1 pytest tests/warehouse/package/test_package_answers.py rewrites them. What the traps come to is said
here once more, in words that a person can check against the files.
"""

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import Workspace
from studium.lake import event_partitions
from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from tests.warehouse.package.deliveries import write_delivery, write_package
from tests.warehouse.warehouses import (
    land_paths,
    new_workspace,
    read_csv,
    texts_of,
    write_csv,
)

WORLD = Path(__file__).parents[2] / "world"
EXPECTED = Path(__file__).parents[2] / "expected" / "package"
UNI, MIT = "course-v1:Uni+Data101+2024_T1", "MITx/1.00x/2T2024"
ANSWERED = (
    *("course_modal_language", "enrollday_all", "enrollday_sql", "enrollment_events"),
    *("global_modal_lang", "grade_cutoffs", "grades_persistent", "grades_persistent_subsection"),
    *("grading_policy", "idv_analysis", "language_multi_transcripts", "pc_day_totals", "pc_forum"),
    *("pc_nchapters", "pcday_trlang_counts", "person_course", "person_course_day"),
    *("person_course_idv", "person_course_viewed", "person_enrollment_verified", "roles"),
    *("stats_module_usage", "user_partitions"),
    *("d_user", "d_country", "d_user_course_certificate"),
    *("chapter_grades", "course_item", "course_problem", "ora_events", "person_item"),
    *("person_problem", "person_problem_day", "problem_analysis", "problem_check"),
    *("problem_events", "problem_first_attempt_correct", "problem_grades", "problem_states"),
    *("problems_daily", "show_answer", "show_answer_stats_by_course"),
    *("show_answer_stats_by_user", "stats_attempts_correct"),
    *("course_axis", "video_axis", "video_places", "video_stats", "person_course_video_watched"),
    *("forum", "forum_posts", "forum_events", "forum_person"),
    *("time_on_asset_daily", "time_on_asset_totals", "time_on_task_stats_by_course"),
    *("time_on_task_serial_stats_by_course", "broad_stats_by_course", "overall_stats"),
    *("populations_stats_by_course", "viewed_median_stats_by_course"),
    *("explored_median_stats_by_course", "certified_median_stats_by_course"),
    *("verified_median_stats_by_course", "geographic_distributions", "multi_registrations"),
    *("nregistered_by_wrap", "stats_cert_rates_by_registration", "course_metainfo"),
    *("course_summary_stats", "course_listing_and_metainfo", "stats_course_content", "listings"),
)


@pytest.fixture(scope="module", params=[False, True], ids=["fixed", "compat"])
def compat(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def world(compat: bool, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("world")
    workspace = new_workspace(folder)
    land_paths(workspace, WORLD / "tracking", WORLD / "package" / "tracking.log")
    dumps = write_package(WORLD / "package", folder / "package")
    contents = Contents(event_partitions(workspace), dumps)
    build(workspace, Interval(compat=compat), Silent(), contents=contents)
    return workspace


@pytest.mark.parametrize("mart", ANSWERED)
def test_marts_equal_the_golden_answers(mart: str, compat: bool, world: Workspace) -> None:
    table = texts_of(world, mart)
    plain, special = EXPECTED / f"{mart}.csv", EXPECTED / f"{mart}.compat.csv"
    if os.environ.get("STUDIUM_ACCEPT"):
        EXPECTED.mkdir(exist_ok=True)
        if not compat:
            write_csv(plain, table)
            special.unlink(missing_ok=True)
        elif table != read_csv(plain):
            write_csv(special, table)

    assert table == read_csv(special if compat and special.is_file() else plain)


def test_person_course_has_who_enrolled_or_has_a_certificate(world: Workspace) -> None:
    """frank only has an account, 9 has none; ivan is known by his certificate alone."""
    found = rows(world, "select course_id, user_id, username from marts.person_course")

    assert {row[1:] for row in found if row[0] == UNI} == {
        *((1, "amy"), (2, "bob"), (3, "carol"), (4, "dave"), (5, "erin"), (6, "bjørn")),
        *((10, "ivan"), (201, "u201")),
    }
    assert {row[1:] for row in found if row[0] == MIT} == {(1, "amy"), (2, "bob"), (8, "gina")}


def test_grades_follow_the_rules(compat: bool, world: Workspace) -> None:
    """Pass is 0.6 at Uni; at MITx B is 0.7, and in compat nothing is called Pass."""
    found = rows(
        world,
        "select course_id, username, grade, passing_grade, certified, completed "
        "from marts.person_course where grade is not null",
    )

    lowest = None if compat else 0.7
    assert set(found) == {
        (UNI, "amy", 0.6, 0.6, False, True),
        (UNI, "bob", 0.4, 0.6, True, True),
        (UNI, "bjørn", 0.7, 0.6, False, True),  # the report is later than the dump
        (UNI, "erin", 0.7, 0.6, False, True),  # the report is earlier
        (UNI, "dave", 0.59, 0.6, False, False),  # there is only the report
        (UNI, "ivan", 0.9, 0.6, True, True),
        (MIT, "amy", 0.75, lowest, False, not compat),
    }


def test_half_of_the_chapters_is_explored(compat: bool, world: Workspace) -> None:
    """Uni has three chapters and one for staff; MITx two. In compat all were seen by few: none counts."""
    found = rows(
        world,
        "select course_id, username, nchapters, explored from marts.person_course where viewed",
    )

    assert set(found) == {
        (UNI, "amy", 2, True),
        (UNI, "bob", 1, compat),
        (UNI, "carol", 3, True),
        (UNI, "bjørn", 1, compat),
        (MIT, "amy", 1, True),
    }


def test_a_community_ta_is_staff_unless_in_compat(compat: bool, world: Workspace) -> None:
    found = dict(
        rows(world, "select username, roles from marts.person_course order by course_id desc")
    )

    assert found["dave"] == ("Student" if compat else "Staff")
    assert (found["carol"], found["bjørn"], found["erin"]) == ("Staff", "Student", "Student")
    assert found["ivan"] is None


def test_raw_tables_stand_in_schema_personal(compat: bool, world: Workspace) -> None:
    """One state for each line of the dump; as many addresses as a learner has; the last line of a person."""
    lines = read_csv(WORLD / "package" / "courseware_studentmodule.csv")
    keys = [lines[0].index(name) for name in ("course_id", "student_id", "module_id", "state")]
    states = "select course_id, student_id::varchar, module_id, state from personal.studentmodule"
    assert set(rows(world, states)) == {tuple(line[key] for key in keys) for line in lines[1:]}

    counted = "select course_id, username, sum(ipcount)::bigint, count(distinct ip) from {} group by all order by all"
    learners = rows(world, counted.format("personal.pcday_ip_counts where ip is not null"))
    several = "select course_id, username, n_different_ip from marts.course_modal_ip"
    if not compat:
        assert {(*row[:2], row[3]) for row in learners} == set(rows(world, several))
    assert rows(world, "select name, role from personal.staff order by role") == [
        ("Bjørn Boss", "instructor"),
        ("Bjørn B.", "staff"),
    ]
    assert rows(world, "select distinct course_id from personal.staff") == [(UNI,)]


def test_no_mart_holds_what_identifies_a_person(world: Workspace) -> None:
    """Addresses and names are in schema personal only."""
    secrets = ("amy@example.org", "Amy A.", "k5", "certificates.example", "two\nlines", "Bjørn B")
    assert rows(world, "select email from personal.user_info_combo where username = 'amy'")
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
        for (table,) in tables:
            for secret in secrets:
                hits = connection.execute(
                    f"select count(*) from marts.{table} as mart where contains(mart::varchar, $1)",
                    [secret],
                ).fetchone()
                assert hits == (0,), (table, secret)


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_package_that_landed_gives_the_same_learners(
    compat: bool, world: Workspace, tmp_path: Path
) -> None:
    """The tables of MITx as tab-separated files through the whole lake; its content did not come with them."""
    workspace = new_workspace(tmp_path)
    delivered = write_delivery(WORLD / "package", MIT, tmp_path / "mitx-2024-03-17")
    assert len(delivered) == 7

    land_paths(workspace, tmp_path / "mitx-2024-03-17")
    build(workspace, Interval(compat=compat), Silent())

    learners = (
        "select course_id, user_id, username, viewed, certified, nchapters, LoE, YoB, gender, grade, start_time, "
        "roles, mode, is_active, cert_status, cert_created_date, email_domain, forumRoles_isStudent "
        f"from marts.person_course where course_id = '{MIT}' order by all"
    )
    assert rows(workspace, learners) == rows(world, learners)
