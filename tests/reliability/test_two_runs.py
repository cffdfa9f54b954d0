"""Two runs at once, and readers while it is published: one writer, and whole releases only."""

import json
import re
import signal
import time
from pathlib import Path

from studium.config import open_workspace
from studium.lock import read_holder
from tests.reliability.processes import (
    Outcome,
    assert_told,
    done,
    outcome_of,
    start,
    studium,
    until,
)

SUMS = (
    "select (select sum(event_count) from event_types_daily) as events, "
    "(select count(*) from person_course_day) as days, "
    "(select count(*) from video_timeline) as segments"
)


def test_second_run_says_who_works_and_since_when_or_waits(half: Path, expected: Outcome) -> None:
    workspace = open_workspace(half, {})
    first = start(half, "run")
    until(lambda: (holder := read_holder(workspace)) and holder.pid == first.pid)
    patient = start(half, "run", "--wait", 60)

    refused = studium(half, "run")

    assert first.poll() is None
    assert_told(refused, 1, "`studium run` is working", f"process {first.pid}", "--wait")
    assert re.search(r"since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", refused.stderr)
    for process in (first, patient):
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert outcome_of(half) == expected


def test_a_run_that_was_stopped_keeps_its_lock(half: Path) -> None:
    """Asleep for as long as one likes, it can never write beside another that took its place."""
    workspace = open_workspace(half, {})
    sleeper = start(half, "run")
    until(lambda: (holder := read_holder(workspace)) and holder.pid == sleeper.pid)
    sleeper.send_signal(signal.SIGSTOP)

    refused = studium(half, "run")

    assert_told(refused, 1, f"process {sleeper.pid}")
    sleeper.send_signal(signal.SIGCONT)
    _, errors = sleeper.communicate(timeout=120)
    assert sleeper.returncode == 0, errors


def test_of_two_runs_started_at_once_one_works(half: Path) -> None:
    both = [start(half, "check") for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in both]

    assert sorted(process.returncode for process in both) == [0, 1]
    told = errors[[process.returncode for process in both].index(1)]
    assert "`studium check` is working on this workspace since" in told


def test_readers_see_whole_releases_while_others_are_published(half: Path, logs: Path) -> None:
    seen = [_sums(half)]
    for file in sorted(logs.iterdir())[3:5]:
        publishing = start(half, "run", file)
        while publishing.poll() is None:
            seen.append(_sums(half))
            time.sleep(0.1)
        _, errors = publishing.communicate(timeout=60)
        assert publishing.returncode == 0, errors
    seen.append(_sums(half))

    releases = json.loads(done(half, "releases", "--json").stdout)["releases"]
    ids = sorted(release["id"] for release in releases)
    whole = [_sums(half, "--release", name) for name in ids]
    assert len(whole) == 3
    steps = [whole.index(found) for found in seen]
    assert steps == sorted(steps)
    assert set(steps) == set(range(3))


def _sums(root: Path, *options: str) -> str:
    return done(root, "query", SUMS, "--format", "csv", *options).stdout
