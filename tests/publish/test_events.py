"""The events of a release: linked, counted as the log has them, held while read, and nothing else in reach."""

import errno
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.lake.ledger import open_ledger
from studium.progress import Silent
from studium.publish import (
    DEVICE_RULES,
    DIMENSIONS,
    DamagedReleaseError,
    Device,
    EventQuestion,
    Publication,
    Release,
    hold_open,
    publish,
    query_events,
    verify_release,
)
from studium.publish.courses.events.devices import device_sql
from studium.publish.release import Limits, OpenRelease, open_release
from studium.vocabulary import EventDay
from tests.publish.conftest import make_candidate, make_clock

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/109.0"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Version/16.5 Mobile/15E148 Safari/604.1"
EVENTS = [
    # day, type, user, course, agent, payload, new time, line
    (1, "jump", "ada", "c1", WINDOWS, '{"new_time": 7, "page": "a\'b"}', 7.0, 1),
    (1, "jump", "bob", "c1", IPAD, '{"new_time": 9.5}', 9.5, 2),
    (1, "jump", "bob", "c1", IPAD, '{"new_time": 9.5}', 9.5, 3),  # named a duplicate below
    (2, "jump", "ada", "c2", WINDOWS, '{"state": {"a b": "x"}}', None, 4),
    (2, "jump", None, None, None, None, None, 5),
    (2, "walk", "ada", "c1", WINDOWS, '{"new_time": 7}', 7.0, 6),
    (3, "jump", "eve", "c1", WINDOWS, '{"new_time": 7}', 7.0, 7),  # after as_of
]


def write_lake(workspace: Workspace) -> list[EventDay]:
    with open_ledger(workspace):
        pass  # it notes no checksums, as before there were any
    days = []
    for day in (1, 2, 3):
        rows = [row for row in EVENTS if row[0] == day]
        folder = workspace.lake / "events" / f"event_date=2024-03-0{day}"
        folder.mkdir(parents=True)
        table = pa.table(
            {
                "event_time": pa.array(
                    [datetime(2024, 3, day, row[7], tzinfo=UTC) for row in rows],
                    pa.timestamp("us", "UTC"),
                ),
                "event_type": [row[1] for row in rows],
                "username": pa.array([row[2] for row in rows], pa.string()),
                "user_id": pa.array([None] * len(rows), pa.int64()),
                "course_id": pa.array([row[3] for row in rows], pa.string()),
                "org_id": pa.array([row[3] and "o" for row in rows], pa.string()),
                "event_source": ["browser"] * len(rows),
                "host": ["h"] * len(rows),
                "user_agent": pa.array([row[4] for row in rows], pa.string()),
                "payload": pa.array([row[5] for row in rows], pa.string()),
                "context": pa.array(['{"path": "/event"}'] * len(rows), pa.string()),
                "video_new_time": pa.array([row[6] for row in rows], pa.float64()),
                "source_file": ["f"] * len(rows),
                "source_line": [row[7] for row in rows],
            }
        )
        pq.write_table(table, folder / "f-0000.parquet")
        days.append(EventDay(date(2024, 3, day), f"fp{day}", (folder / "f-0000.parquet",)))
    duplicates = workspace.lake / "duplicates" / "event_date=2024-03-01" / "fp1.parquet"
    duplicates.parent.mkdir(parents=True)
    pq.write_table(pa.table({"source_file": ["f"], "source_line": [3]}), duplicates)
    days[0] = msgspec.structs.replace(days[0], duplicates=duplicates)
    return days


def publish_events(workspace: Workspace, days: list[EventDay], second: int = 0) -> Publication:
    candidate = make_candidate(event_days=days)
    return publish(workspace, candidate, Silent(), make_clock(second))


HOLDER = """
import sys
from pathlib import Path
from studium.publish import hold_open
from studium.publish.manifest import read_release

with hold_open(read_release(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def days(workspace: Workspace) -> list[EventDay]:
    return write_lake(workspace)


@pytest.fixture
def release(workspace: Workspace, days: list[EventDay]) -> Release:
    return publish_events(workspace, days).release


def test_events_are_links_of_the_days_inside_the_interval(
    release: Release, days: list[EventDay]
) -> None:
    folder = release.path / "events"
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.parquet"))
    assert names == [
        "2024-03-01_f-0000.parquet",
        "2024-03-02_f-0000.parquet",
        "duplicates/2024-03-01_fp1.parquet",
    ]
    linked = folder / "2024-03-01_f-0000.parquet"
    assert linked.stat().st_ino == days[0].paths[0].stat().st_ino
    assert release.manifest.event_files == 3


def test_duplicates_and_other_types_are_not_counted(release: Release) -> None:
    answer = query_events(release, EventQuestion("jump", by=("os",), fields=("new_time",)))
    assert answer.columns == ["os", "new_time", "events", "learners", "first_at", "last_at"]
    assert [row[:4] for row in answer.rows] == [
        ("Windows", "7", 1, 1),
        ("Windows", None, 1, 1),
        ("iOS", "9.5", 1, 1),
        ("unknown", None, 1, 0),
    ]
    assert (answer.total["events"], answer.total["learners"]) == (4, 2)
    (field,) = answer.fields
    assert field == ("new_time", 2, 2, 7.0, 8.25, 9.5)


def test_columns_payload_and_context_can_be_meant(release: Release) -> None:
    def values(field: str) -> Counter[str | None]:
        rows = query_events(release, EventQuestion("jump", fields=(field,))).rows
        return Counter({row[0]: row[1] for row in rows})

    assert values("video_new_time") == {"7.0": 1, "9.5": 1, None: 2}
    assert values("state.a b") == {"x": 1, None: 3}
    assert values("payload.page") == {"a'b": 1, None: 3}
    assert values("context.path") == {"/event": 4}
    assert values("source_line") == {None: 4}, "what names a line is no field"


def test_dates_course_and_rights_limit_what_counts(release: Release) -> None:
    def events(**asked: object) -> int:
        question = EventQuestion("jump", **asked)  # type: ignore[arg-type]
        return int(query_events(release, question).total["events"])

    assert events(start=date(2024, 3, 2)) == 2
    assert events(end=date(2024, 3, 2)) == 2
    assert events(start=date(2030, 1, 1)) == 0
    assert events(course="c1") == 2
    assert events(courses=frozenset({"c1"})) == 2
    assert events(courses=frozenset({"c1"}), course="c2") == 0
    assert events(courses=frozenset()) == 0


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_dimension_adds_up(release: Release, name: str) -> None:
    answer = query_events(release, EventQuestion("jump", by=(name,)))
    assert sum(row[1] for row in answer.rows) == answer.total["events"] == 4


def test_what_the_lake_takes_back_stays_in_the_release(
    release: Release, days: list[EventDay]
) -> None:
    for day in days:
        day.paths[0].unlink()
    assert query_events(release, EventQuestion("jump")).total["events"] == 4


def test_same_events_make_no_new_release_and_other_events_do(
    workspace: Workspace, release: Release, days: list[EventDay]
) -> None:
    assert publish_events(workspace, days, 1).release.id == release.id
    days[1] = msgspec.structs.replace(days[1], fingerprint="another")
    assert publish_events(workspace, days, 2).is_new


def test_without_hard_links_files_are_copied(
    workspace: Workspace, days: list[EventDay], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    release = publish_events(workspace, days).release
    linked = release.path / "events" / "2024-03-01_f-0000.parquet"
    assert linked.stat().st_ino != days[0].paths[0].stat().st_ino
    assert query_events(release, EventQuestion("jump")).total["events"] == 4


def test_missing_files_are_told(
    workspace: Workspace, release: Release, days: list[EventDay]
) -> None:
    (release.path / "events" / "2024-03-02_f-0000.parquet").unlink()
    with pytest.raises(DamagedReleaseError, match="files of its events are missing"):
        query_events(release, EventQuestion("jump"))
    days[0].paths[0].unlink()
    days[1] = msgspec.structs.replace(days[1], fingerprint="another")
    with pytest.raises(StudiumError, match="a file of the lake is gone"):
        publish_events(workspace, days, 1)
    assert workspace.current.resolve().name == release.id


@pytest.mark.parametrize("name", ["2024-03-02_f-0000.parquet", "courses.xxh3"])
def test_changed_files_are_told_and_not_linked_on(
    workspace: Workspace, release: Release, days: list[EventDay], name: str
) -> None:
    file = release.path / "events" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink()  # the lake's own is another link of it
    file.write_bytes(content)
    with pytest.raises(DamagedReleaseError, match=r"changed since it was made"):
        query_events(release, EventQuestion("jump"))
    with pytest.raises(DamagedReleaseError, match=r"changed since it was made"):
        verify_release(release)
    made = publish_events(workspace, days, 1).release
    assert made.id != release.id
    assert query_events(made, EventQuestion("jump")).total["events"] == 4


def test_a_release_may_leave_its_events_out(workspace: Workspace, days: list[EventDay]) -> None:
    without = msgspec.structs.replace(
        workspace,
        settings=msgspec.structs.replace(
            workspace.settings,
            publish=msgspec.structs.replace(workspace.settings.publish, events=False),
        ),
    )
    release = publish_events(without, days).release
    assert not (release.path / "events").exists()
    with pytest.raises(StudiumError, match="published without its events"):
        query_events(release, EventQuestion("jump"))
    assert publish_events(workspace, days, 1).is_new, "switched on, they come with the next one"


def test_release_that_is_asked_is_not_removed(workspace: Workspace, days: list[EventDay]) -> None:
    few = msgspec.structs.replace(
        workspace,
        settings=msgspec.structs.replace(
            workspace.settings,
            publish=msgspec.structs.replace(workspace.settings.publish, keep_releases=1),
        ),
    )
    first = publish_events(few, days).release
    command = [sys.executable, "-c", HOLDER, str(first.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        days[0] = msgspec.structs.replace(days[0], fingerprint="second")
        assert publish_events(few, days, 1).removed == []
        assert first.path.is_dir()
        holder.communicate()
    days[0] = msgspec.structs.replace(days[0], fingerprint="third")
    assert first.id in publish_events(few, days, 2).removed
    with pytest.raises(DamagedReleaseError, match="it was removed"), hold_open(first):
        pass


AGENTS = {
    WINDOWS: ("computer", "Windows", "Firefox"),
    IPAD: ("tablet", "iOS", "Safari"),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1": ("phone", "iOS", "Chrome"),
    "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 "
    "Mobile Safari/537.36": ("phone", "Android", "Chrome"),
    "Mozilla/5.0 (Linux; Android 12; SM-T500) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 "
    "Safari/537.36": ("tablet", "Android", "Chrome"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 "
    "Safari/537.36 Edg/112.0.1722.39": ("computer", "Windows", "Edge"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.9 Safari/605.1.15": ("computer", "macOS", "Safari"),
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 "
    "Safari/537.36": ("computer", "ChromeOS", "Chrome"),
    "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko": (
        "computer",
        "Windows",
        "Internet Explorer",
    ),
    "Dalvik/2.1.0 (Linux; U; Android 11; Pixel 4) edX/org.edx.mobile/3.1": (
        "phone",
        "Android",
        "app",
    ),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": (
        "bot",
        "other",
        "other",
    ),
    "python-requests/2.31.0": ("program", "other", "other"),
    "": ("unknown", "unknown", "unknown"),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_agents_are_told_apart(agent: str) -> None:
    rules = ", ".join(device_sql(device, "$agent") for device in Device)
    assert duckdb.execute(f"select {rules}", {"agent": agent}).fetchone() == AGENTS[agent]


def test_names_of_rules_are_plain() -> None:
    """They are written into SQL as they stand."""
    for rules in DEVICE_RULES.values():
        assert all("'" not in name + pattern for name, pattern in rules)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(max_size=40)
    | st.sampled_from(["' or 1=1 --", '"; drop table x', "a' union select 1", '$."x"', "a..b", "*"])
)
def test_what_people_type_is_never_sql(release: Release, text: str) -> None:
    """A type, course or field means itself: never all rows, never an error of the database."""
    for question in (
        EventQuestion(text or "-"),
        EventQuestion("jump", course=text),
        EventQuestion("jump", by=(text,)),
    ):
        try:
            found = query_events(release, question).total["events"]
        except MisuseError:
            continue
        assert found == (4 if text in DIMENSIONS and question.by else 0)
    try:
        answer = query_events(release, EventQuestion("jump", fields=(text,)))
    except MisuseError:
        return
    assert answer.total["events"] == sum(row[1] for row in answer.rows) == 4


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 10**9},
        {"by": ("os",) * 5},
        {"event_type": "x" * 100_000},
        {"fields": ("x" * 100_000,)},
        {"start": date(2024, 1, 2), "end": date(2024, 1, 2)},
    ],
)
def test_absurd_questions_are_refused_at_once(release: Release, asked: dict[str, object]) -> None:
    began = time.monotonic()
    with pytest.raises(MisuseError):
        query_events(release, EventQuestion(**{"event_type": "jump", **asked}))  # type: ignore[arg-type]
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    "sql",
    [
        "from read_text('/etc/hostname')",
        "from read_parquet('{release}/courses.duckdb')",
        "from read_text('{release}/manifest.json')",
        "from read_text('{release}/events/../manifest.json')",
        "attach '{release}/courses.duckdb' as marts",
        "install httpfs",
        "set enable_external_access = true",
        "copy (select 1) to '/tmp/written-by-studium'",
    ],
)
def test_connection_reaches_the_events_alone(release: Release, sql: str) -> None:
    limits = Limits(20.0, 1000, 1000, 2, None)
    with (
        open_release(OpenRelease, release, limits, [release.path / "events"]) as opened,
        pytest.raises(duckdb.Error),
    ):
        opened.connection.execute(sql.format(release=release.path)).fetchall()
