"""The truth files of the simulation equal what a naive reading of the log lines gives."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.simulate.simulation_reader import Event, Reading, read_logs, read_table

COUNTERS = {
    "nvideo": ("play_video",),
    "nproblem_check": ("problem_check",),
    "nshow_answer": ("showanswer", "show_answer"),
    "ntranscript": ("show_transcript",),
    "nseq_goto": ("seq_goto",),
    "nseek_video": ("seek_video",),
    "npause_video": ("pause_video",),
}
LIMIT = timedelta(seconds=300)


@pytest.fixture(scope="module", params=[(5, 2_000, 12, 9), (6, 15_000, 120, 26)])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    seed, events, learners, days = request.param
    folder = tmp_path_factory.mktemp("truth") / "out"
    plan = Plan(events=events, files=3, seed=seed, learners=learners, days=days)
    return simulate(plan, folder, Silent()).output


@pytest.fixture(scope="module")
def reading(output: Path) -> Reading:
    return read_logs(output)


def stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S.%f")


def end_of(reading: Reading) -> date:
    last_day: date = reading.events[-1].time.date()
    return last_day + timedelta(days=1)


def weeks_of(reading: Reading, event: Event) -> str | None:
    monday = event.time.date() - timedelta(days=event.time.weekday())
    return monday.isoformat() if monday + timedelta(days=7) <= end_of(reading) else None


def test_person_course_day(output: Path, reading: Reading) -> None:
    groups: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in reading.events:
        if event.username and event.course and "/xblock/" not in event.logged_type:
            groups[event.username, event.course].append(event)
    expected = {}
    for (username, course), events in groups.items():
        before = [None, *events]
        for date_text in sorted({event.date for event in events}):
            today = [event for event in events if event.date == date_text]
            gaps = [
                (event.time - earlier.time) / timedelta(seconds=1)
                for earlier, event in zip(before, events, strict=False)
                if event.date == date_text and earlier and event.time - earlier.time <= LIMIT
            ]
            home = f"/courses/{course}"
            expected[username, course, date_text] = {
                "nevents": len(today),
                "nprogcheck": sum(e.logged_type.startswith(f"{home}/progress") for e in today),
                "nforum": sum(e.logged_type.startswith(f"{home}/discussion/") for e in today),
                **{n: sum(e.event_type in types for e in today) for n, types in COUNTERS.items()},
                "first_event": stamp(today[0].time),
                "last_event": stamp(today[-1].time),
                "n_dt": len(gaps),
                "sum_dt": sum(gaps) if gaps else None,
                "max_dt": max(gaps, default=None),
            }
    table = read_table(output, "person_course_day")
    assert len(table) == len(expected)
    for row in table:
        wanted = expected[row["username"], row["course_id"], row["date"]]
        for name, value in wanted.items():
            if isinstance(value, float):
                assert float(row[name]) == pytest.approx(value, abs=1e-6)
            else:
                assert row[name] == ("" if value is None else str(value)), name


def test_learner_days(output: Path, reading: Reading) -> None:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for event in reading.events:
        if event.username:
            count = counts[event.username, event.date]
            count["events"] += 1
            count["videos"] += event.event_type == "play_video"
            count["problems"] += event.event_type == "problem_check" and event.source == "server"
            count["enrollments"] += event.event_type == "edx.course.enrollment.activated"
    table = read_table(output, "learner_days")
    assert len(table) == len(counts)
    for row in table:
        count = counts[row["username"], row["date"]]
        for name in ("events", "videos", "problems", "enrollments"):
            assert int(row[name]) == count[name]
    times = sum(float(row["sum_dt"] or 0) for row in read_table(output, "person_course_day"))
    assert sum(float(row["seconds"]) for row in table) == pytest.approx(times)


def test_event_types_daily(output: Path, reading: Reading) -> None:
    names: dict[tuple[str, ...], list[str | None]] = defaultdict(list)
    for event in reading.events:
        kind = (event.date, event.course_text, event.logged_type, event.source)
        names[kind].append(event.username)
    found = {
        (row["date"], row["course_id"], row["event_type"], row["event_source"]): (
            int(row["event_count"]),
            int(row["learner_count"]),
        )
        for row in read_table(output, "event_types_daily")
    }
    assert found == {kind: (len(all_), len({*all_} - {None})) for kind, all_ in names.items()}


def test_course_activity(output: Path, reading: Reading) -> None:
    users: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for event in reading.events:
        week = weeks_of(reading, event)
        is_enrollment = event.event_type.startswith("edx.course.enrollment.")
        if not event.user_id or not event.course or event.source == "task" or is_enrollment:
            continue
        labels = {"ACTIVE"}
        if event.event_type == "problem_check" and event.source == "server":
            labels.add("ATTEMPTED_PROBLEM")
        if event.event_type == "play_video" and event.source in ("browser", "mobile"):
            labels.add("PLAYED_VIDEO")
        if event.event_type.startswith("edx.forum.") and event.event_type.endswith(".created"):
            labels.add("POSTED_FORUM")
        for label in labels if week else ():
            users[event.course, str(week), label].add(event.user_id)
    table = read_table(output, "course_activity")
    found = {(r["course_id"], r["interval_start"], r["label"]): int(r["count"]) for r in table}
    assert found == {key: len(ids) for key, ids in users.items()}


def test_active_users_weekly(output: Path, reading: Reading) -> None:
    expected = {
        (week, event.username)
        for event in reading.events
        if event.username and (week := weeks_of(reading, event))
    }
    table = read_table(output, "active_users_weekly")
    assert len(table) == len(expected)
    assert {(row["start_date"], row["username"]) for row in table} == expected


def enrollment_events(reading: Reading) -> dict[tuple[str, int], list[tuple[datetime, str, str]]]:
    found: dict[tuple[str, int], list[tuple[datetime, str, str]]] = defaultdict(list)
    for event in reading.events:
        if event.event_type.startswith("edx.course.enrollment."):
            key = (event.payload["course_id"], event.payload["user_id"])
            kind = event.event_type.rpartition(".")[2]
            found[key].append((event.time, kind, event.payload["mode"]))
    return found


def test_enrollment_daily_and_by_mode(output: Path, reading: Reading) -> None:
    total: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    by_mode: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for (course, _), events in enrollment_events(reading).items():
        day = events[0][0].date()
        while day < end_of(reading):
            past = [event for event in events if event[0].date() <= day]
            states = [kind for _, kind, _ in past if kind != "mode_changed"]
            enrolled = bool(states) and states[-1] == "activated"
            for counts, key in (
                (total, (course, day.isoformat())),
                (by_mode, (day.isoformat(), course, past[-1][2])),
            ):
                counts[key][0] += enrolled
                counts[key][1] += 1
            day += timedelta(days=1)
    for name, keys, expected in (
        ("course_enrollment_daily", ("course_id", "date"), total),
        ("course_enrollment_mode_daily", ("date", "course_id", "mode"), by_mode),
    ):
        found = {
            tuple(row[key] for key in keys): [int(row["count"]), int(row["cumulative_count"])]
            for row in read_table(output, name)
        }
        assert found == dict(expected)


def test_enrollment_summary(output: Path, reading: Reading) -> None:
    expected = {}
    for (course, user_id), events in enrollment_events(reading).items():
        effective: list[tuple[datetime, str, str]] = []
        for event in events:
            enrolled = bool(effective) and effective[-1][1] != "deactivated"
            if (event[1] == "activated") != enrolled:
                effective.append(event)
        joins = [event for event in effective if event[1] != "deactivated"]
        if not joins:
            continue
        leaves = [event[0] for event in effective if event[1] == "deactivated"]
        modes = {mode: time for time, _, mode in reversed(joins)}
        moments = (
            joins[0][0],
            leaves[-1] if leaves else None,
            modes.get("verified"),
            modes.get("credit"),
        )
        expected[course, str(user_id)] = [
            joins[-1][2],
            str(effective[-1][1] != "deactivated").lower(),
            joins[0][2],
            *("" if moment is None else stamp(moment) for moment in moments),
            f"{end_of(reading)} 00:00:00.000000",
        ]
    found = {
        (row["course_id"], row["user_id"]): list(row.values())[2:]
        for row in read_table(output, "course_enrollment_summary")
    }
    assert found == expected
