"""One condition that does not hold, and `current` stays where it was."""

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from studium.config import PublishSettings, Workspace
from studium.errors import StudiumError
from studium.progress import Silent
from studium.publish import current_release, publish
from studium.vocabulary import CheckOutcome, InputFile
from tests.publish.conftest import DAY, make_candidate, make_clock, publish_now

Change = Callable[[str], None]


def bounded(workspace: Workspace, **bounds: float | list[str]) -> Workspace:
    settings = msgspec.structs.replace(workspace.settings, publish=PublishSettings(**bounds))  # type: ignore[arg-type]
    return msgspec.structs.replace(workspace, settings=settings)


def refuse(workspace: Workspace, **changed: object) -> StudiumError:
    before = current_release(workspace)
    with pytest.raises(StudiumError) as caught:
        publish(workspace, make_candidate(**changed), Silent(), make_clock(30))
    after = current_release(workspace)
    assert (before and before.id) == (after and after.id)
    assert caught.value.exit_code == 1
    return caught.value


def test_failing_check_is_named_with_rows_and_command(workspace: Workspace) -> None:
    publish_now(workspace)
    checks = [
        CheckOutcome("every_video_has_a_course", "fail", failures=3, model="video"),
        CheckOutcome("another", "pass"),
    ]
    error = refuse(workspace, checks=checks)
    assert "every_video_has_a_course (3 rows)" in error.problem
    assert "studium check --show every_video_has_a_course" in error.fix


def test_no_check_at_all_is_refused(workspace: Workspace) -> None:
    assert "no check ran" in refuse(workspace, checks=[]).problem


def test_warning_does_not_stop(workspace: Workspace) -> None:
    assert publish_now(workspace, checks=[CheckOutcome("odd", "warn", failures=1)]).is_new


def test_lines_that_do_not_add_up_stop(workspace: Workspace) -> None:
    error = refuse(workspace, mismatches=["tracking.log: 9 lines, 8 accounted for"])
    assert "every_line_is_accounted_for: tracking.log: 9 lines" in error.problem


def test_event_missing_in_the_tables_stops(workspace: Workspace) -> None:
    error = refuse(workspace, events={DAY: 6, date(2024, 3, 2): 3})
    assert "the lake has 9 events, the tables count 8" in error.problem
    assert "studium build" in error.fix


def test_too_few_events_stop(workspace: Workspace) -> None:
    error = refuse(bounded(workspace, minimum_events=9))
    assert "8 events, publish.minimum_events is 9" in error.problem
    assert publish_now(bounded(workspace, minimum_events=8)).is_new, "as many as the least"


def test_shrinking_table_stops_and_the_way_to_mean_it_is_said(
    workspace: Workspace, change: Change
) -> None:
    publish_now(workspace)
    change("delete from marts.video where video_id > 'v3'")
    error = refuse(workspace)
    assert "video fell from 10 to 4 rows" in error.problem
    assert "MAY_SHRINK='[\"video\"]' studium publish" in error.fix
    meant = bounded(workspace, may_shrink=["video"])
    assert publish_now(meant, second=40).is_new


def test_table_of_the_last_days_may_shrink(workspace: Workspace, change: Change) -> None:
    publish_now(workspace)
    change("delete from marts.video where video_id > 'v3'")
    assert publish_now(workspace, second=30, video={"window_days": 7}).is_new


def test_vanished_table_stops(workspace: Workspace, change: Change) -> None:
    publish_now(workspace)
    change("drop table marts.video")
    assert "video fell from 10 to 0 rows" in refuse(workspace).problem


def test_age_counts_from_the_given_day(workspace: Workspace) -> None:
    aged = bounded(workspace, maximum_age_days=1)
    assert "2 days ago; publish.maximum_age_days is 1" in refuse(aged).problem
    assert publish_now(bounded(workspace, maximum_age_days=2)).is_new


def test_events_of_the_future_stop_when_they_should(workspace: Workspace) -> None:
    early = make_clock(today=date(2024, 2, 1))
    strict = bounded(workspace, maximum_days_ahead=29)
    with pytest.raises(StudiumError, match="30 days after 2024-02-01") as caught:
        publish(strict, make_candidate(), Silent(), early)
    assert "no_event_is_far_ahead" in caught.value.problem
    assert "--as-of" in caught.value.fix
    assert publish(bounded(workspace, maximum_days_ahead=30), make_candidate(), Silent(), early)
    assert not publish(workspace, make_candidate(), Silent(), early).is_new


def test_too_much_quarantine_stops(workspace: Workspace) -> None:
    inputs = [InputFile("tracking.log", "a" * 64, 10, events=8, quarantined=2)]
    strict = bounded(workspace, maximum_quarantined_percent=10)
    assert "2 of 10 lines (20.0 %)" in refuse(strict, inputs=inputs).problem
    allowed = bounded(workspace, maximum_quarantined_percent=20)
    assert publish_now(allowed, inputs=inputs).is_new, "exactly the allowed share"


def test_all_broken_conditions_are_listed_at_once(workspace: Workspace) -> None:
    error = refuse(workspace, checks=[], mismatches=["x"], events={})
    assert "3 of 11 conditions" in error.problem
