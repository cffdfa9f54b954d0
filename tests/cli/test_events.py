"""`studium events` counts what the tables count, and explains what it cannot."""

from pathlib import Path

from tests.cli.conftest import Answers


def test_events_of_every_type_are_those_of_the_daily_table(
    published: Path, studium: Answers
) -> None:
    listed = studium.json("--workspace", published, "events")["types"]
    assert sum(row["events"] for row in listed) == 1500
    for row in listed[:3]:
        found = studium.json("--workspace", published, "events", row["event_type"], "--by", "date")
        assert found["total"]["events"] == row["events"]
        assert sum(group["events"] for group in found["groups"]) == row["events"]
        assert found["total"]["first_at"].startswith(row["first_date"])
        daily = studium.json(
            *("--workspace", published, "query"),
            f"select sum(event_count)::bigint as n from event_types_daily "
            f"where event_type = '{row['event_type']}' and date = '{found['groups'][0]['date']}'",
        )
        assert daily == [{"n": found["groups"][0]["events"]}]


def test_field_of_one_event_is_counted_by_device(published: Path, studium: Answers) -> None:
    asked = ("--workspace", published, "events", "seek_video", "--by", "os", "--field", "new_time")
    found = studium.json(*asked, "--limit", 3)
    (field,) = found["fields"]
    assert field["events"] == found["total"]["events"] > 0
    assert field["least"] <= field["median"] <= field["greatest"]
    assert [set(group) for group in found["groups"]] == [
        {"os", "new_time", "events", "learners", "first_at", "last_at"}
    ] * 3
    shown = studium(*asked, "--limit", 3)
    assert "events with it" in shown
    assert "The largest 3 groups; more: --limit" in shown


def test_what_cannot_be_asked_is_explained(published: Path, studium: Answers) -> None:
    at = ("--workspace", published, "events")
    studium(*at, "seek_video", "--by", "oss")
    assert (studium.code, "Did you mean os?" in studium.error) == (2, True)
    studium(*at, "seek_video", "--field", "a..b")
    assert (studium.code, "is no name of a field" in studium.error) == (2, True)
    studium(*at, "seek_video", "--from", "2024-03-02", "--until", "2024-03-01")
    assert (studium.code, "No day is left" in studium.error) == (2, True)


def test_a_limit_holds_for_types_too(campus: Path, studium: Answers) -> None:
    found = studium.json("--workspace", campus, "events", "--limit", "2")
    assert len(found["types"]) == 2
