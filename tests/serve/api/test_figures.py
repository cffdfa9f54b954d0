"""A figure is the same on its page, in its CSV and in the API, and what an independent count gives.

Enters: small marts in which what went wrong before would go wrong again: a course that ended, two runs of one
title, url_names that end in each other, items without a model, answers that the browser told too, no forum dump.
"""

import csv
import io
import itertools
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from studium.serve.rights import Role
from tests.serve.api.classified import classify_marts
from tests.serve.api.conftest import publish_rich
from tests.serve.api.marts import CLASSIFIED, MARTS
from tests.serve.conftest import COURSES, ONE, Campus, make_workspace, open_campus
from tests.serve.conftest import MARTS as OTHERS

OLD = COURSES[2]
NEXT = "course-v1:Uni+One+2025"  # another run with the title of ONE
WEEK = date(2024, 2, 19)  # the last complete one before the fixture's as-of, Sunday 3 March 2024
CHANGE = f"""
insert into marts.course_activity values
    ('{OLD}', timestamp '2023-11-06', timestamp '2023-11-13', 'ACTIVE', 25),
    ('{OLD}', timestamp '2023-11-20', timestamp '2023-11-27', 'ACTIVE', 9);
insert into marts.course_enrollment_daily values
    ('{NEXT}', date '2024-03-02', 11, 11), ('{ONE}', date '2024-02-25', 38, 38);
insert into marts.course_axis values
    ('{ONE}', 'course', 1, 'c', 'Markets and Choice', 'Uni/One/course/c', null, null, null),
    ('{NEXT}', 'course', 1, 'c', 'Markets and Choice', 'Uni/One/course/d', null, null, null);
insert into marts.video
    select '{ONE}|' || id, '{ONE}', id, 60, 5, started, ended, 900
    from (values ('i4x-Uni-One-video-intro', 20, 10), ('i4x-Uni-One-video-week1_intro', 16, 4),
        ('i4x-Uni-One-video-two-parts', 3, 9)) as rows (id, started, ended);
create table marts.video_places as
    select '{ONE}|i4x-Uni-One-video-' || name as pipeline_video_id, '{ONE}' as course_id,
        name as video_id, place as index_video, title as name, 'Week 1' as chapter_name
    from (values ('intro', 6, 'Intro'), ('week1_intro', 7, 'Start of week 1'), ('two-parts', 8, 'Two parts'))
        as rows (name, place, title);
create table marts.person_problem as
    select '{ONE}' as course_id, 1000 + number as user_id, 1 as problem_nid, 1 + number % 3 as n_attempts,
        case when number % 2 = 0 then 100.0 else 0.0 end as problem_pct_score,
        timestamp '2024-03-01 09:00:00' as date
    from range(1, 31) as numbers (number);
create table marts.problem_first_attempt_correct as
    select '{ONE}' as course_id, 1 as problem_nid, 2 as n_first_attempt_correct_by_explored,
        3 as n_explored_users_attempted, 66.7 as pct_correct_first_attempt_by_explored,
        count(*) filter (n_attempts = 1 and problem_pct_score = 100) as n_first_attempt_correct,
        count(*) as n_users_attempted,
        100.0 * count(*) filter (n_attempts = 1 and problem_pct_score = 100) / count(*)
            as pct_correct_first_attempt
    from marts.person_problem;
create table marts.item_reliabilities as
    select '{ONE}' as course_id, number as problem_nid, 0.5 as item_test, number / 10.0 as item_rest, 0.7 as alpha
    from range(1, 4) as numbers (number);
create table marts.item_irt_grm as
    select '{ONE}' as course_id, item as problem_nid, step as cutnum, difficulty as irt_diff, 1.5 as irt_disc,
        error as diff_se, 0.2 as disc_se
    from (values (1, 1, -3.43, 0.5), (1, 2, 2.51, 0.5), (2, 1, 9.9, 4.0)) as rows (item, step, difficulty, error);
create table marts.problem_check as
    select '{ONE}' as course_id, 'learner' || number as username, date '2024-03-01' as date
    from range(1, 4) as numbers (number), range(2);
drop table marts.forum_posts;
create table marts.forum_posts as select '{ONE}' as course_id, 't' as thread_id, '' as title, 'x' as username,
    'initial_post' as slug_type, timestamp '2024-03-01' as first_time where false;
create table marts.forum_events as
    select '{ONE}' as course_id, 'learner' || number as username, date '2024-02-01' + number::int as event_date,
        case number % 3 when 0 then 'created_thread' when 1 then 'created_response' else 'read' end as forum_action
    from range(1, 31) as numbers (number);
"""
MORE = classify_marts(CHANGE, before=OTHERS + MARTS)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    workspace = make_workspace(tmp_path_factory.mktemp("figures") / "campus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.serve.api.conftest.CLASSIFIED", CLASSIFIED | MORE)
        publish_rich(workspace, CHANGE)
    return open_campus(workspace)


def table_of(campus: Campus, page: str, name: str, role: Role = Role.ANALYST) -> list[Any]:
    """Rows of the CSV of a table of a page."""
    separator = "&" if "?" in page else "?"
    answer = campus.browser(role).get(f"{page}{separator}csv={name}")
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.DictReader(io.StringIO(answer.text)))


def items_of(campus: Campus, path: str, role: Role = Role.ANALYST) -> list[Any]:
    separator = "&" if "?" in path else "?"
    answer = campus.client(role).get(f"/api/v1/{path}{separator}limit=1000")
    assert answer.status_code == 200, answer.text[:500]
    found: list[Any] = answer.json()["items"]
    return found


def released(campus: Campus, sql: str) -> list[Any]:
    """An independent query of the released tables."""
    folder = (campus.workspace.root / "current").resolve()
    (database,) = folder.glob("*.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def number(text: str) -> float | None:
    return float(text) if text else None


def test_last_week_is_the_complete_week_before_as_of_and_nobody_is_0(told: Campus) -> None:
    rows = {row["course_id"]: row for row in items_of(told, "courses")}
    of_week = released(
        told,
        f"select course_id, count from course_activity where label = 'ACTIVE' and interval_start = '{WEEK}'",
    )
    expected = dict.fromkeys(rows, 0) | dict(of_week)
    assert expected[ONE] == 40
    assert expected[OLD] == 0, "it ended in 2023"
    assert {key: row["active_last_week"] for key, row in rows.items()} == expected
    listed = table_of(told, "/", "courses")
    assert sum(int(row["active_last_week"]) for row in listed) == sum(expected.values())
    page = told.browser(Role.ANALYST).get(f"/courses/{OLD}").text
    assert ", 0 learners active last week." in page


def test_weeks_without_anybody_stand_on_the_axis_as_0(told: Campus) -> None:
    weeks = items_of(told, f"courses/{OLD}/activity")
    starts = [date.fromisoformat(week["interval_start"][:10]) for week in weeks]
    assert starts[0] == date(2023, 11, 6)
    assert starts[-1] == WEEK
    assert {later - earlier for earlier, later in itertools.pairwise(starts)} == {timedelta(days=7)}
    known = {date(2023, 11, 6): 25, date(2023, 11, 20): 9}
    assert [week["active"] for week in weeks] == [known.get(start, 0) for start in starts]
    for page in (f"/courses/{OLD}", f"/courses/{OLD}/engagement"):
        drawn = table_of(told, page, "activity_weekly")
        assert [row["week"] for row in drawn] == [str(start) for start in starts]
        assert [int(row["active"]) for row in drawn] == [week["active"] for week in weeks]


def test_a_share_of_the_active_is_of_those_enrolled_at_the_end_of_the_week(told: Campus) -> None:
    ((enrolled,),) = released(
        told,
        f"select count from course_enrollment_daily where course_id = '{ONE}' and date = '2024-02-25'",
    )
    of_one = next(row for row in items_of(told, "courses") if row["course_id"] == ONE)
    assert of_one["active_percent"] == pytest.approx(100 * 40 / enrolled)
    shown = table_of(told, f"/courses/{ONE}/engagement", "active_share")[-1]
    assert float(shown["active_share"]) == pytest.approx(40 / enrolled)


def test_videos_have_one_name_each_whatever_theirs_end_in(told: Campus) -> None:
    drawn = {row["name"]: row for row in table_of(told, f"/courses/{ONE}/videos", "videos")}
    names = {row["name"] for row in items_of(told, f"courses/{ONE}/videos") if row["name"]}
    assert names == {"Intro", "Start of week 1", "Two parts"}
    assert names <= set(drawn)
    ((videos, started),) = released(
        told, f"select count(*), sum(users_at_start) from video where course_id = '{ONE}'"
    )
    assert len(drawn) == videos
    assert sum(int(row["users_at_start"]) for row in drawn.values()) == started


def test_nobody_completes_more_than_all_of_a_video(told: Campus) -> None:
    shares = {
        row["name"]: row["completion_percent"] for row in items_of(told, f"courses/{ONE}/videos")
    }
    assert shares["Intro"] == 50
    assert shares["Two parts"] == 100, "9 came to the end, 3 were there at the start"
    drawn = table_of(told, f"/courses/{ONE}/videos", "videos")
    assert {number(row["completion"]) for row in drawn if row["name"] in shares} == {
        share / 100 for name, share in shares.items() if name
    }


def test_item_statistics_are_those_of_the_api_with_their_errors(told: Campus) -> None:
    of_api = items_of(told, f"courses/{ONE}/problems")
    names = ("item_rest", "difficulty", "difficulty_error", "discrimination_error")
    drawn = table_of(told, f"/courses/{ONE}/problems", "problems")
    assert [[number(row[name]) for name in names] for row in drawn] == [
        [row[name] for name in names] for row in of_api
    ]
    assert [row["item_rest"] for row in of_api] == pytest.approx([0.1, 0.2, 0.3])
    assert of_api[0]["difficulty"] == pytest.approx((-3.43 + 2.51) / 2)
    assert of_api[0]["difficulty_error"] == pytest.approx(0.5)
    assert of_api[0]["discrimination"] == 1.5
    assert of_api[1]["difficulty"] is None, "estimated, but with an error of 4"
    assert of_api[2]["difficulty"] is None, "not estimated"


@pytest.mark.parametrize("problem", ["p1", "p2", "p3"])
def test_one_problem_shows_what_the_list_says(told: Campus, problem: str) -> None:
    of_list = next(
        row for row in items_of(told, f"courses/{ONE}/problems") if row["problem_id"] == problem
    )
    page = f"/courses/{ONE}/problems/{problem}"
    assert told.browser(Role.ANALYST).get(page).status_code == 200
    rows = table_of(told, page, "statistics")
    assert {number(row["item_rest"]) for row in rows} == {of_list["item_rest"]}
    steps = released(
        told, f"select count(*) from item_irt_grm where problem_nid = {of_list['position']}"
    )
    assert len(rows) == max(steps[0][0], 1)


def test_right_at_once_is_of_all_who_tried(told: Campus) -> None:
    tried = [
        (1 + n % 3, n % 2 == 0) for n in range(1, 31)
    ]  # as CHANGE says: attempts, right in the end
    right = sum(attempts == 1 and is_right for attempts, is_right in tried)
    first = items_of(told, f"courses/{ONE}/problems")[0]
    assert first["first_attempt_learners"] == len(tried)
    assert first["first_attempt_correct_percent"] == pytest.approx(100 * right / len(tried))
    drawn = table_of(told, f"/courses/{ONE}/problems", "scores")[0]
    assert float(drawn["first_right"]) == pytest.approx(right / len(tried))
    assert int(drawn["first_attempt_learners"]) == len(tried)


@pytest.mark.parametrize(
    ("name", "by"), [("gender", "gender"), ("education", "education"), ("age", "age")]
)
def test_breakdowns_are_of_one_population_for_every_role(told: Campus, name: str, by: str) -> None:
    sums = {
        sum(
            int(row["learners"] or 0)
            for row in table_of(told, f"/courses/{ONE}/enrollment", name, role)
        )
        for role in (Role.ANALYST, Role.COURSE_STAFF, Role.INSTITUTION_VIEWER)
    }
    of_api = items_of(told, f"courses/{ONE}/enrollment?by={by}")
    last = max(row["date"] for row in of_api)
    assert sums == {sum(row["count"] for row in of_api if row["date"] == last)}
    page = told.browser(Role.ANALYST).get(f"/courses/{ONE}/enrollment").text
    assert "Of the learners who are enrolled on the last day." in page


def test_the_list_of_courses_is_that_of_the_api(told: Campus) -> None:
    keys = {row["course_id"] for row in items_of(told, "courses")}
    assert NEXT in keys
    assert len(table_of(told, "/", "courses")) == len(keys)


def test_two_runs_of_one_title_are_two_lines(told: Campus) -> None:
    page = f"/compare?course={ONE.replace('+', '%2B')}&course={NEXT.replace('+', '%2B')}"
    drawn = table_of(told, page, "compare_enrollment")
    assert set(drawn[0]) == {"week", ONE, NEXT}
    text = told.browser(Role.ANALYST).get(page).text
    assert "Markets and Choice (2024)" in text
    assert "Markets and Choice (2025)" in text


def test_checks_are_the_servers(told: Campus) -> None:
    counts = dict(
        released(
            told,
            f"select username, count(*) from problem_check where course_id = '{ONE}' group by all",
        )
    )
    drawn = {
        row["username"]: int(row["problem_checks"])
        for row in table_of(told, f"/courses/{ONE}/learners", "learners")
    }
    assert drawn == dict.fromkeys(drawn, 0) | counts
    of_api = items_of(told, f"courses/{ONE}/learners")
    assert {row["username"]: row["problem_checks"] for row in of_api} == drawn
    days = items_of(told, f"courses/{ONE}/learners/learner1/days")
    assert [day["problem_checks"] for day in days] == [counts["learner1"]]


def test_segments_of_a_renamed_learner_are_found_by_number(told: Campus) -> None:
    drawn = {
        row["username"]: row["segment"]
        for row in table_of(told, f"/courses/{ONE}/learners", "learners")
    }
    of_api = {
        row["username"]: row["segments"] or "" for row in items_of(told, f"courses/{ONE}/learners")
    }
    words = {name: text.replace("_", " ").replace(",", ", ") for name, text in of_api.items()}
    assert drawn == words
    assert "highly engaged, struggling" in drawn.values()


def test_the_forum_of_logs_alone_has_its_posts(told: Campus) -> None:
    wrote = [n for n in range(1, 31) if n % 3 in {0, 1}]
    found = told.client(Role.ANALYST).get(f"/api/v1/courses/{ONE}/forum/totals").json()
    assert (found["source"], found["posts"], found["writers"]) == ("logs", len(wrote), len(wrote))
    assert found["readers"] == 30 - len(wrote)
    weeks = table_of(told, f"/courses/{ONE}/forum", "forum_weekly")
    assert sum(int(week["threads"]) + int(week["responses"]) for week in weeks) == len(wrote)
    page = told.browser(Role.ANALYST).get(f"/courses/{ONE}/forum").text
    assert "your role" not in page
    assert "dump has not landed" in page


def test_a_share_of_few_people_says_of_how_many(told: Campus) -> None:
    page = told.browser(Role.ADMINISTRATOR).get(f"/courses/{ONE}/videos").text
    table = page[page.index('id="videos-table"') :]
    row = table[table.index("Two parts") :]
    assert ">of 9<" in row[: row.index("</tr>")]
    row = table[table.index(">Intro<") :]
    assert ">of " not in row[: row.index("</tr>")]
