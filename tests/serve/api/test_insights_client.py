"""The published Python client of the edX Analytics Data API works against a real server, unchanged."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from analyticsclient.client import Client
from analyticsclient.constants import data_formats, demographics
from analyticsclient.exceptions import ClientError, InvalidRequestError, NotFoundError

from studium.serve.rights import Role, TokenScope
from tests.serve.api.conftest import publish_rich
from tests.serve.api.marts import PROBLEM, VIDEO
from tests.serve.conftest import ONE, TWO, Campus, make_workspace, open_campus

CREATED = "2024-03-04T101500"


@pytest.fixture
def client(rich: Campus, server: str) -> Client:
    """The client as an analyst uses it."""
    return Client(f"{server}/api/v0", rich.tokens[Role.ANALYST], timeout=30)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_status_tells_life_token_and_health(client: Client, server: str) -> None:
    assert client.status.alive
    assert client.status.authenticated
    assert client.status.healthy
    assert not Client(f"{server}/api/v0", "studium_none", timeout=30).status.authenticated


def test_enrollment_is_of_the_last_date_unless_dates_are_given(client: Client) -> None:
    course = client.courses(ONE)
    (last,) = course.enrollment(demographics.GENDER)
    assert last == {
        "course_id": ONE,
        "date": "2024-03-02",
        "female": 25,
        "male": 0,
        "other": 0,
        "unknown": 12,
        "created": CREATED,
    }
    (row,) = course.enrollment("mode")
    assert row == {
        "course_id": ONE,
        "date": "2024-03-02",
        "count": 47,
        "cumulative_count": 51,
        "created": CREATED,
        "audit": 30,
        "credit": 0,
        "honor": 0,
        "professional": 5,
        "verified": 12,
        "masters": 0,
    }
    several = course.enrollment("mode", start_date="2024-02-24", end_date="2024-03-02")
    assert [(it["date"], it["audit"]) for it in several] == [("2024-02-24", 20), ("2024-03-01", 28)]
    (plain,) = course.enrollment()
    assert set(plain) == {"course_id", "date", "count", "created"}


def test_demographics_have_their_fields(client: Client) -> None:
    course = client.courses(ONE)
    assert course.enrollment(demographics.BIRTH_YEAR)[0]["birth_year"] == 1990
    assert course.enrollment(demographics.EDUCATION)[0]["education_level"] == "masters"
    rows = course.enrollment(demographics.LOCATION)
    assert [(row["country"], row["count"]) for row in rows] == [
        ({"alpha2": None, "alpha3": None, "name": "UNKNOWN"}, 15),
        ({"alpha2": "DE", "alpha3": "DEU", "name": "Germany"}, 20),
    ]


def test_csv_has_sorted_and_flattened_columns(client: Client) -> None:
    text = client.courses(ONE).enrollment(demographics.LOCATION, data_format=data_formats.CSV)
    assert list(table(text)[0]) == [
        *("count", "country.alpha2", "country.alpha3", "country.name"),
        *("course_id", "created", "date"),
    ]


def test_csv_needs_a_token_that_may_export(rich: Campus, server: str) -> None:
    user_id = rich.desk.people.find("analyst").user_id
    token = rich.desk.tokens.create(user_id, "reads", [TokenScope.READ], 1)[1]
    course = Client(f"{server}/api/v0", token, timeout=30).courses(ONE)
    assert course.enrollment(demographics.LOCATION)
    with pytest.raises(ClientError, match="403"):
        course.enrollment(demographics.LOCATION, data_format=data_formats.CSV)
    answer = requests.get(
        f"{server}/api/v0/courses/{ONE}/enrollment/location/",
        headers={"Authorization": f"Token {token}", "Accept": "text/csv"},
        timeout=30,
    )
    assert answer.json() == {"detail": "This token does not have the scope `export`."}


def test_activity_is_by_week(client: Client) -> None:
    course = client.courses(ONE)
    assert course.activity() == [
        {
            "interval_start": "2024-02-19T000000",
            "interval_end": "2024-02-26T000000",
            "course_id": ONE,
            "any": 40,
            "attempted_problem": 20,
            "played_video": None,
            "posted_forum": None,
            "created": CREATED,
        }
    ]
    assert len(course.activity(start_date="2024-02-12", end_date="2024-02-27")) == 2
    assert len(course.activity(start_date="2024-02-12", end_date="2024-02-26")) == 1
    with pytest.warns(DeprecationWarning, match="deprecated"):
        recent = course.recent_activity("attempted_problem")
    assert (recent["count"], recent["activity_type"]) == (20, "attempted_problem")


def test_problems_and_tags(client: Client) -> None:
    course = client.courses(ONE)
    assert course.problems() == [
        {
            "module_id": PROBLEM,
            "total_submissions": 14,
            "correct_submissions": 13,
            "part_ids": ["p1_2_1", "p1_3_1"],
            "created": CREATED,
        }
    ]
    (tagged,) = course.problems_and_tags()
    assert tagged["tags"] == {"difficulty": ["Easy"], "skill": ["a", "b"]}


def test_videos_and_their_timelines(client: Client) -> None:
    (video,) = client.courses(ONE).videos()
    assert (video["users_at_start"], video["users_at_end"]) == (30, 15)
    timeline = client.modules(ONE, video["pipeline_video_id"]).video_timeline()
    assert timeline[1] == {"segment": 1, "num_users": 29, "num_views": 39, "created": CREATED}
    assert client.modules(ONE, VIDEO).video_timeline() == timeline


def test_distributions_of_a_module(client: Client) -> None:
    module = client.modules(ONE, PROBLEM)
    rows = module.answer_distribution()
    first = [row for row in rows if row["part_id"] == "p1_2_1"]
    assert [(it["answer_value"], it["last_response_count"], it["variant"]) for it in first] == [
        ("4", 16, None),
        ("5", 3, None),
    ]
    assert all(row["consolidated_variant"] for row in first)
    assert rows[-1]["value_id"] == "choice_1"
    assert rows[-1]["consolidated_variant"] is False
    assert module.grade_distribution()[0]["count"] == 12
    assert module.sequential_open_distribution()[0]["count"] == 23


def test_summaries_by_get_and_by_post_are_the_same(client: Client) -> None:
    summaries = client.course_summaries()
    found = summaries.course_summaries(course_ids=[ONE])
    many = summaries.course_summaries(course_ids=[ONE, *(f"Uni/C{n}/2024" for n in range(500))])
    assert found == many
    (course,) = found
    assert (course["count"], course["count_change_7_days"]) == (47, 27)
    assert course["enrollment_modes"]["professional"]["count"] == 5
    assert "programs" not in course
    assert len(summaries.course_summaries()) == 2
    few = summaries.course_summaries(fields=["course_id", "count"], exclude=["count"])
    assert [set(row) for row in few] == [{"course_id"}, {"course_id"}]
    change = summaries.course_summaries(recent_date=date(2024, 3, 1), course_ids=[ONE])
    assert change[0]["recent_count_change"] == 47, "no count on that day: from 0"
    with pytest.raises(InvalidRequestError):
        summaries.course_summaries(recent_date="2999-01-01")
    rows = table(summaries.course_summaries(data_format=data_formats.CSV))
    assert rows[0]["enrollment_modes.audit.count"] == "30"


def test_totals_and_programs(client: Client) -> None:
    assert client.course_totals().course_totals() == {
        "count": 70,
        "cumulative_count": 75,
        "count_change_7_days": 50,
        "verified_enrollment": 12,
    }
    (program,) = client.programs().programs(fields=["program_id", "course_ids"])
    assert program == {"program_id": "prog-1", "course_ids": [ONE, TWO]}


def test_reports_point_at_their_file(client: Client, rich: Campus) -> None:
    found = client.courses(ONE).reports("problem_response")
    assert found["report_name"] == "problem_response"
    header = {"Authorization": f"Token {rich.tokens[Role.ANALYST]}"}
    file = requests.get(found["download_url"], headers=header, timeout=30)
    assert table(file.text)[0]["question"] == "'@SUM(A1)"
    with pytest.raises(NotFoundError):
        client.courses(ONE).reports("passwords")


def test_nothing_is_a_404_and_wrong_keys_a_400(client: Client) -> None:
    with pytest.raises(NotFoundError):
        client.courses("course-v1:No+Such+Course").enrollment()
    with pytest.raises(NotFoundError):
        client.courses(TWO).videos()
    with pytest.raises(InvalidRequestError):
        client.courses("nonsense").enrollment()
    with pytest.raises(InvalidRequestError):
        client.courses(ONE).enrollment(start_date="tomorrow")


def test_rights_hold_for_the_client(rich: Campus, server: str) -> None:
    staff = Client(f"{server}/api/v0", rich.tokens[Role.COURSE_STAFF], timeout=30)
    assert [row["course_id"] for row in staff.course_summaries().course_summaries()] == [ONE]
    with pytest.raises(NotFoundError):
        staff.courses(TWO).enrollment()
    with pytest.raises(ClientError, match="401"):
        Client(f"{server}/api/v0", "", timeout=30).courses(ONE).enrollment()


def test_small_groups_stay_hidden_in_sums(rich: Campus, server: str) -> None:
    viewer = Client(f"{server}/api/v0", rich.tokens[Role.INSTITUTION_VIEWER], timeout=30)
    countries = viewer.courses(ONE).enrollment(demographics.LOCATION)
    assert {row["country"]["alpha2"]: row["count"] for row in countries} == {None: None, "DE": 20}
    (problem,) = viewer.courses(ONE).problems()
    assert (problem["total_submissions"], problem["correct_submissions"]) == (None, None)
    answers = viewer.modules(ONE, PROBLEM).answer_distribution()
    assert None in {row["last_response_count"] for row in answers}


def get(rich: Campus, path: str, role: Role = Role.ANALYST) -> Any:
    return rich.client(role).get(f"/api/v0/{path}")


def test_learners_are_paged_filtered_and_sorted(rich: Campus) -> None:
    page = get(rich, f"learners/?course_id={ONE}&page_size=10&page=2".replace("+", "%2B")).json()
    assert (page["count"], page["num_pages"], len(page["results"])) == (40, 4, 10)
    assert "page=3" in page["next"]
    assert "page=1" in page["previous"]
    course = ONE.replace("+", "%2B")
    struggling = get(rich, f"learners/?course_id={course}&segments=struggling").json()
    assert struggling["count"] == 20
    rest = get(rich, f"learners/?course_id={course}&ignore_segments=struggling").json()
    assert rest["count"] == 20
    both = get(rich, f"learners/?course_id={course}&segments=inactive&ignore_segments=struggling")
    assert (both.status_code, both.json()["error_code"]) == (400, "parameter_malformed")
    most = get(
        rich, f"learners/?course_id={course}&order_by=problems_attempted&sort_order=desc"
    ).json()
    assert most["results"][0]["engagements"]["problems_attempted"] == 40
    assert get(rich, "learners/").json()["error_code"] == "course_not_specified"
    assert get(rich, "learners/?course_id=x").json()["error_code"] == "course_key_malformed"
    one = get(rich, f"learners/learner2/?course_id={course}").json()
    assert one["segments"] == ["highly_engaged", "struggling"]
    assert one["cohort"] == "Group A"


def test_timelines_have_no_gaps(rich: Campus) -> None:
    course = ONE.replace("+", "%2B")
    days = get(rich, f"engagement_timelines/learner1/?course_id={course}").json()["days"]
    assert [day["date"] for day in days] == ["2024-02-27", "2024-02-28", "2024-02-29"]
    assert days[0]["problems_completed"] == 1
    assert days[1]["videos_viewed"] == 0
    metadata = get(rich, f"course_learner_metadata/{ONE}/").json()
    assert metadata["segments"]["struggling"] == 20
    assert metadata["cohorts"] == {"Group A": 2}
    ranges = metadata["engagement_ranges"]
    assert ranges["videos_viewed"]["class_rank_top"] == [9.0, None]
    assert ranges["problem_attempts_per_completed"]["class_rank_bottom"] == [5.0, None]


def test_engagement_of_learners_is_the_same_as_json_and_as_csv(rich: Campus) -> None:
    path = f"courses/{ONE}/user_engagement/"
    rows = get(rich, path).json()
    assert rows[1] == {
        "course_id": ONE,
        "username": "learner2",
        "videos_overall": 2,
        "date_last_active": "2024-03-01",
    }
    accept = {"Accept": "text/csv"}
    text = rich.client(Role.ANALYST).get(f"/api/v0/{path}", headers=accept).text
    assert [line.split(",") for line in text.splitlines()[1:]] == [
        [row["course_id"], row["date_last_active"], row["username"], str(row["videos_overall"])]
        for row in rows
    ]
    researcher = get(rich, path.replace(ONE, TWO), Role.RESEARCHER)
    assert researcher.status_code == 404


@pytest.fixture
def without_person_course(tmp_path: Path) -> Campus:
    """A release of a workspace that builds no person_course."""
    workspace = make_workspace(tmp_path / "campus")
    publish_rich(workspace, "drop table marts.person_course")
    return open_campus(workspace)


def test_learners_have_the_fields_of_that_api_without_person_course(
    without_person_course: Campus,
) -> None:
    campus, course = without_person_course, ONE.replace("+", "%2B")
    page = get(campus, f"learners/?course_id={course}&page_size=2").json()
    assert set(page) == {"count", "num_pages", "next", "previous", "results"}
    engagements = {
        *("discussion_contributions", "problems_attempted", "problems_completed"),
        *("problem_attempts_per_completed", "videos_viewed"),
    }
    fields = {
        *("user_id", "username", "enrollment_mode", "name", "account_url", "email", "language"),
        *("location", "year_of_birth", "level_of_education", "gender", "mailing_address", "city"),
        *("country", "goals", "segments", "engagements", "enrollment_date", "cohort"),
        "last_updated",
    }
    for learner in page["results"]:
        assert set(learner) == fields
        assert set(learner["engagements"]) == engagements
        assert get(campus, f"learners/{learner['username']}/?course_id={course}").json() == learner
    text = campus.client(Role.ANALYST).get(
        f"/api/v0/learners/?course_id={course}&fields=username,segments.0,engagements.videos_viewed",
        headers={"accept": "text/csv"},
    )
    assert list(table(text.text)[0]) == ["engagements.videos_viewed", "segments.0", "username"]
    metadata = get(campus, f"course_learner_metadata/{ONE}/").json()
    assert set(metadata) == {"cohorts", "segments", "enrollment_modes", "engagement_ranges"}
    assert None not in metadata["enrollment_modes"]
    ranks = {"class_rank_bottom", "class_rank_average", "class_rank_top"}
    for metric in engagements & set(metadata["engagement_ranges"]):
        assert set(metadata["engagement_ranges"][metric]) == ranks
    assert get(campus, f"engagement_timelines/learner1/?course_id={course}").status_code == 200
