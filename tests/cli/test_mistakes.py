"""What people type by mistake: each is told what is wrong, and the nearest that would be right."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from studium.config import open_workspace
from studium.lake import left_out
from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.cli.conftest import Answers

MISTAKES = {
    "a column of another table": (
        ["query", "select forum_id from video"],
        ["There is no column forum_id in video", "studium describe video"],
    ),
    "a column that other tables have": (
        ["query", "select grade from video"],
        ["There is no column grade in video", "person_course has it"],
    ),
    "a column that is near": (["query", "select durations from video"], ["Did you mean duration?"]),
    "single events": (["query", "from events"], ["studium events TYPE"]),
    "a dataset of the lake": (["query", "from course_axis_raw"], ["There is no table"]),
    "a type that is near": (
        ["events", "seek_vid"],
        ["No event of type", "Did you mean seek_video?"],
    ),
    "a type that is none": (["events", "nothing"], ["No event of type nothing", "List the types"]),
    "a field that is near": (
        ["events", "seek_video", "--field", "newtime"],
        ["No seek_video has a field newtime", "Did you mean new_time?", "old_time"],
    ),
    "a course that is a part": (
        ["events", "seek_video", "--course", "STAT101"],
        ["No seek_video of course STAT101", "Did you mean course-v1:", "Courses that have: "],
    ),
    "a check that is near": (
        ["check", "--show", "every_event_is_counted_onc"],
        ["Did you mean every_event_is_counted_once?"],
    ),
    "a file without rejects": (
        ["quarantine", "--file", "tracking-9999.log"],
        ["Did you mean tracking-000", "studium quarantine"],
    ),
    "a spreadsheet": (
        ["export", "video", "--output", "video.xlsx"],
        ["Studium writes no .xlsx", "--output video.csv", ".dta"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_the_nearest(name: str, published: Path, studium: Answers) -> None:
    arguments, said = MISTAKES[name]
    studium("--workspace", published, *arguments)
    assert studium.code == 2
    assert [part for part in said if part not in studium.error] == [], studium.error
    assert len(studium.error) < 1500


def test_a_day_that_leaves_nothing_is_refused(campus: Path, studium: Answers) -> None:
    at = ("--workspace", campus, "build", "--as-of", "2020-01-01")
    studium(*at)
    assert (studium.code, "No event is before 2020-01-01: the first is of " in studium.error) == (
        2,
        True,
    )
    assert "--force" in studium.error
    assert "No event is before 2020-01-01" in studium(*at, "--force")
    assert studium.code == 0


def test_a_day_before_the_packages_is_refused_and_told(tmp_path: Path, studium: Answers) -> None:
    plan = Plan(events=400, files=1, learners=25, days=6, courses=2, packages=True, truth=False)
    invented, root = simulate(plan, tmp_path / "invented", Silent()).output, tmp_path / "ws"
    studium("--workspace", root, "init", "--source", invented)
    studium("--workspace", root, "land")
    studium("--workspace", root, "run", "--as-of", "2024-03-01")
    assert (studium.code, "packages of 2024-03-03 are later" in studium.error) == (2, True)
    assert "No package is left of " in studium.error
    assert not (root / "releases").exists()
    assert left_out(open_workspace(root, {}), date(2024, 3, 3)).said() == []  # type: ignore[union-attr]


def test_files_in_quarantine_are_listed_by_count(published: Path, studium: Answers) -> None:
    found = studium.json("--workspace", published, "quarantine")
    assert sum(found["files"].values()) == sum(found["reasons"].values()) > 0
    assert list(found["files"].values()) == sorted(found["files"].values(), reverse=True)
    assert "tracking-0001.log.gz" in studium("--workspace", published, "quarantine")


def test_every_reason_says_what_it_means(published: Path, studium: Answers) -> None:
    found = studium.json("--workspace", published, "quarantine", "--sample", "500")
    assert {it["reason"] for it in found["rejects"] if not it["detail"]} == set()
    assert "no_time" in found["reasons"]


def test_a_file_of_which_no_line_is_an_event_is_named(
    campus: Path, studium: Answers, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.log.gz"
    odd.write_bytes(gzip.compress(b'{"no": "time"}\n' * 3))
    said = studium("--workspace", campus, "land", odd)
    assert f"every line of {odd} is in quarantine" in said
    assert "studium retract " in said


def test_a_source_that_is_gone_is_named_with_its_setting(tmp_path: Path, studium: Answers) -> None:
    root, gone = tmp_path / "ws", tmp_path / "gone"
    assert f"Not there yet: {gone}" in studium("--workspace", root, "init", "--source", gone)
    studium("--workspace", root, "land")
    assert studium.code != 0
    assert "studium.toml, [[sources]] logs, path" in studium.error


def test_settings_are_explained_as_they_are(tmp_path: Path, studium: Answers) -> None:
    studium("--workspace", tmp_path, "init")
    file = tmp_path / "studium.toml"
    lines = file.read_text().splitlines()
    assert any(line.startswith("# as_of = 2024-03-01  # not set") for line in lines)
    file.write_text("version = 1\n[build]\nas_of = 2024-3-1\n")
    studium("--workspace", tmp_path, "status")
    assert "Write the date as 2024-03-01" in studium.error


def test_an_account_without_courses_is_told(campus: Path, studium: Answers) -> None:
    said = studium("--workspace", campus, "user", "add", "carl", "--role", "course_staff", "--oidc")
    assert "sees no course yet: studium user courses carl --course KEY" in said
