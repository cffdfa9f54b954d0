"""Events without a pipeline, over the API and on the page: by device, by a field of their own, within one's courses."""

import csv
import io
from pathlib import Path

import pytest

from studium.serve.rights import Role
from tests.serve.api.conftest import publish_again, publish_rich
from tests.serve.conftest import ONE, TWO, Campus, make_workspace, open_campus

ASKED = "play_video?by=os&field=new_time"


def test_an_event_is_counted_by_device_and_by_its_own_field(rich: Campus) -> None:
    answer = rich.client(Role.ANALYST).get(f"/api/v1/events/{ASKED}").json()

    assert (answer["total"]["events"], answer["total"]["learners"]) == (5, 5)
    assert sorted((row["os"], row["new_time"], row["events"]) for row in answer["groups"]) == [
        ("Windows", str(value), 1) for value in range(5)
    ]
    (field,) = answer["fields"]
    assert (field["name"], field["values"]) == ("new_time", 5)
    assert (field["least"], field["median"], field["greatest"]) == (0, 2, 4)


def test_types_are_listed_and_groups_come_as_csv(rich: Campus) -> None:
    client = rich.client(Role.ANALYST)
    types = [item["event_type"] for item in client.get("/api/v1/events").json()["items"]]
    assert types == ["play_video", "problem_check"]
    text = client.get(
        "/api/v1/events/play_video?by=os&field=code", headers={"Accept": "text/csv"}
    ).text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["os"], row["code"], row["events"]) == ("Windows", "'=cmd()", "5")


def test_course_staff_count_the_events_of_their_courses(rich: Campus) -> None:
    client = rich.client(Role.COURSE_STAFF)
    assert client.get(f"/api/v1/events/{ASKED}").json()["total"]["events"] == 3
    other = client.get("/api/v1/events/play_video", params={"course_id": TWO})
    unknown = client.get("/api/v1/events/play_video", params={"course_id": "course-v1:No+Such+1"})
    assert (other.status_code, other.json()["title"]) == (404, unknown.json()["title"])
    mine = client.get("/api/v1/events/play_video", params={"course_id": ONE})
    assert mine.json()["total"]["events"] == 3


@pytest.fixture
def own_rich(tmp_path: Path) -> Campus:
    """The same for one test, which may break it."""
    workspace = make_workspace(tmp_path / "campus")
    publish_rich(workspace)
    return open_campus(workspace)


def test_events_that_were_removed_are_told_with_what_helps(own_rich: Campus) -> None:
    client, workspace = own_rich.client(Role.ANALYST), own_rich.workspace
    assert client.get("/api/v1/events/play_video").status_code == 200
    gone = workspace.current.resolve()
    gone.rename(workspace.root / "aside")
    answer = client.get("/api/v1/events/play_video")
    assert answer.status_code == 503
    assert "studium publish" in answer.json()["fix"]
    assert "Ask again" not in answer.text
    assert str(workspace.root) not in answer.text
    assert "studium publish" in client.get("/events?type=play_video").text

    publish_again(workspace)
    assert client.get("/api/v1/events/play_video").status_code == 200


@pytest.mark.parametrize("role", [Role.INSTITUTION_VIEWER, Role.RESEARCHER])
def test_who_sees_no_learners_by_name_counts_no_events(role: Role, rich: Campus) -> None:
    for path in ("/api/v1/events", f"/api/v1/events/{ASKED}", "/events"):
        assert rich.client(role).get(path).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        "by=shoe_size",
        "start=2024-03-02&end=2024-03-01",
        "by=os&by=os&by=os&by=os&by=os",
    ],
)
def test_what_cannot_be_asked_is_said(asked: str, rich: Campus) -> None:
    answer = rich.client(Role.ANALYST).get(f"/api/v1/events/play_video?{asked}")
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_page_has_the_same_answer(rich: Campus) -> None:
    client = rich.client(Role.ANALYST)
    text = client.get("/events?type=play_video&by=os&field=new_time").text
    assert "Windows · 4" in text
    groups = client.get("/events?type=play_video&by=os&field=new_time&csv=groups").text
    assert len(list(csv.DictReader(io.StringIO(groups)))) == 5
    refused = client.get("/events?type=play_video&by=shoe_size")
    assert refused.status_code == 200
    assert "shoe_size" in refused.text
