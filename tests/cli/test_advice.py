"""What commands advise is true: the step that they name works, and does what they say."""

import json
import os
import re
import sqlite3
from pathlib import Path

import click
import pytest

from studium.cli import all_commands
from studium.cli.answers.description import readable_sql
from studium.cli.session import Session
from studium.cli.steps import tell_landing
from studium.lake import LandedFile, LandReport
from tests.cli.conftest import Answers, call
from tests.lake.deliveries.deliveries import package, write_tar

EVENT = (
    '{"event_type": "play_video", "event_source": "browser", "username": "a", "time": "%s", '
    '"event": "{}", "context": {}}\n'
)


def without_sources(campus: Path) -> Path:
    (campus / "studium.toml").write_text("version = 1\n")
    return campus


def log(folder: Path, name: str, time: str = "2024-03-01T10:00:00+00:00") -> Path:
    file = folder / name
    file.write_text(EVENT % time)
    return file


def test_run_without_sources_publishes_what_was_landed(campus: Path, studium: Answers) -> None:
    without_sources(campus)
    studium("--workspace", campus, "land", log(campus.parent, "late.log"))
    assert "Publish them: studium run" in studium("--workspace", campus, "status")
    told = studium("--workspace", campus, "run")
    assert studium.code == 0
    assert "No path and no [[sources]]" in studium.error
    assert "Published 20" in told
    assert studium.json("--workspace", campus, "status")["not_in_release"] == []


def test_run_without_sources_parses_what_waits(campus: Path, studium: Answers) -> None:
    root = campus.parent / "new"
    studium("--workspace", root, "init")
    studium("--workspace", root, "run")
    assert studium.code == 2
    assert "studium run PATH" in studium.error
    assert "studium run PATH" in studium("--workspace", root, "status")
    studium("--workspace", root, "land", log(campus.parent, "late.log"))
    with sqlite3.connect(root / "ledger.sqlite") as ledger:
        ledger.execute("update files set state = 'stored'")
    (root / "ledger.seal").unlink()  # as a landing that was killed leaves it
    report = studium.json("--workspace", root, "run")
    assert studium.code == 0
    assert len(report["landed"]["landed"]) == 1


def test_rollback_holds_until_there_is_something_new(campus: Path, studium: Answers) -> None:
    first = (campus / "current").resolve().name
    without_sources(campus)
    studium("--workspace", campus, "run", log(campus.parent, "late.log"))
    second = (campus / "current").resolve().name

    told = studium("--workspace", campus, "rollback")
    assert "There it stays until" in told
    for command in ("run", "publish"):
        told = studium("--workspace", campus, command)
        assert studium.code == 0
        assert "Published nothing" in told
        assert f"studium rollback {second}" in told
        assert (campus / "current").resolve().name == first
    facts = studium.json("--workspace", campus, "status")
    assert (facts["release"], facts["newer_release"]) == (first, second)
    assert facts["next_step"] == f"studium rollback {second}"
    assert f"studium rollback {second}" in studium("--workspace", campus, "status")
    assert studium.json("--workspace", campus, "publish")["held_back"] == second

    studium("--workspace", campus, "rollback", second)
    assert studium.json("--workspace", campus, "publish")["held_back"] is None
    studium("--workspace", campus, "rollback")
    report = studium.json(
        "--workspace", campus, "run", log(campus.parent, "later.log", "2024-03-02T10:00:00Z")
    )
    assert report["published"]["is_new"]
    assert (campus / "current").resolve().name == report["published"]["release"]
    assert studium.json("--workspace", campus, "status")["newer_release"] is None


@pytest.mark.parametrize("sign", ["?", "*", "[", "{{", "{%"])
def test_path_that_reads_as_more_than_a_name_is_misuse(
    studium: Answers, tmp_path: Path, sign: str
) -> None:
    root = tmp_path / f"a{sign}b"
    studium("--workspace", root, "init")
    assert studium.code == 2
    assert f"without `{sign}`" in studium.error
    root.mkdir()
    (root / "studium.toml").write_text("version = 1\n")
    studium("--workspace", root, "status")
    assert studium.code == 2


def test_variable_that_sets_nothing_is_named(published: Path) -> None:
    answer = call(
        ["status", "--json"],
        published,
        STUDIUM_WORKSPCE="elsewhere",
        STUDIUM_X="1",
        STUDIUM_EMPTY="",
    )
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["files"] == 2
    assert "STUDIUM_WORKSPCE is set" in answer.stderr
    assert "did you mean STUDIUM_WORKSPACE?" in answer.stderr
    assert "STUDIUM_X is set" in answer.stderr
    assert "EMPTY" not in answer.stderr


def test_quarantine_counts_what_it_was_asked_for(published: Path, studium: Answers) -> None:
    everything = studium.json("--workspace", published, "quarantine")["reasons"]
    assert len(everything) > 1
    for reason, lines in everything.items():
        facts = studium.json("--workspace", published, "quarantine", "--reason", reason)
        assert facts["reasons"] == {reason: lines}
        assert len(facts["rejects"]) == lines
    files = studium.json("--workspace", published, "status", "--files")["file_list"]
    summed: dict[str, int] = {}
    for file in files:
        facts = studium.json(
            "--workspace", published, "quarantine", "--file", file["path"], "--sample", 1
        )
        assert sum(facts["reasons"].values()) == file["quarantined"]
        assert len(facts["rejects"]) == 1
        for reason, lines in facts["reasons"].items():
            summed[reason] = summed.get(reason, 0) + lines
    assert summed == everything
    studium("--workspace", published, "quarantine", "--reason", "no_such")
    assert studium.code == 2
    assert next(iter(everything)) in studium.error


@pytest.mark.parametrize("form", ["absolute", "relative", "up", "name", "tail", "hash", "prefix"])
def test_retract_takes_every_form_of_a_name(
    campus: Path, logs: Path, monkeypatch: pytest.MonkeyPatch, studium: Answers, form: str
) -> None:
    file = studium.json("--workspace", campus, "status", "--files")["file_list"][0]
    path = Path(file["path"])
    monkeypatch.chdir(path.parent)
    (campus / "below").mkdir()
    names = {
        "absolute": str(path),
        "relative": f"./{path.name}",
        "up": os.path.relpath(path, campus / "below"),
        "name": path.name,
        "tail": f"{path.parent.name}/{path.name}",
        "hash": file["sha256"],
        "prefix": file["sha256"][:8],
    }
    if form == "up":
        monkeypatch.chdir(campus / "below")
    told = studium.json("--workspace", campus, "retract", names[form])
    assert studium.code == 0
    assert told["sha256"] == file["sha256"]


def test_retract_takes_an_archive_for_the_files_in_it(tmp_path: Path, studium: Answers) -> None:
    campus, delivered = tmp_path / "campus", tmp_path / "mitx-2017-09-03.tar.gz"
    studium("--workspace", campus, "init")
    write_tar(delivered, package(1, 2))
    studium("--workspace", campus, "land", delivered)

    told = studium.json("--workspace", campus, "retract", delivered)

    assert studium.code == 0
    assert sorted(Path(fact["file"]).name for fact in told["files"]) == sorted(package(1, 2))
    assert studium.json("--workspace", campus, "status")["packages"] == []
    studium("--workspace", campus, "land", delivered)
    assert len(studium.json("--workspace", campus, "retract", delivered)["files"]) == 4


def test_naming_what_does_not_exist_is_misuse_everywhere(published: Path, studium: Answers) -> None:
    for command in (
        ["query", "from vidio"],
        ["query", "select plais from video"],
        ["query", "drop table video"],
        ["query", "from video", "--release", "no"],
        ["describe", "vidio"],
        ["rollback", "no"],
        ["retract", "no.log"],
        ["quarantine", "--file", "no.log"],
        ["check", "--show", "no"],
    ):
        studium("--workspace", published, *command)
        assert studium.code == 2, command
    studium(
        "--workspace",
        published,
        "query",
        "select cast(video_duration as int) from (select 'a' as video_duration)",
    )
    assert studium.code == 1
    studium("--workspace", published, "retract", "trackin-0001.log.gz")
    assert "Did you mean tracking-0001" in studium.error
    assert "studium status --files" in studium.error


def test_gate_gives_each_advice_once(campus: Path, studium: Answers) -> None:
    studium("--workspace", without_sources(campus), "land", log(campus.parent, "late.log"))
    studium("--workspace", campus, "publish")
    advice = studium.error.splitlines()[-1]
    assert advice.startswith("Next:")
    commands = re.split(r"[:·] ", advice.removeprefix("Next:"))
    assert len(commands) == len(set(commands))
    assert advice.count("studium build") == 1


@pytest.mark.parametrize(
    "value", ["9999-12-31", "2200-01-02", "2024-03-01T24:00:00", "+25:00", "20240301", "2024-W09-5"]
)
def test_date_that_is_none_or_too_late_is_misuse(
    published: Path, studium: Answers, value: str
) -> None:
    studium("--workspace", published, "build", "--as-of", value)
    assert studium.code == 2
    answer = call(["status"], published, STUDIUM_BUILD__AS_OF=value)
    assert answer.returncode == 2
    assert "STUDIUM_BUILD__AS_OF" in answer.stderr or "as_of" in answer.stderr


def test_describe_names_a_few_inputs_and_shows_plain_sql(campus: Path, studium: Answers) -> None:
    folder = campus.parent / "many"
    folder.mkdir()
    for number in range(9):
        log(folder, f"{number}.log", f"2024-03-01T10:00:0{number}Z")
    studium("--workspace", without_sources(campus), "run", folder)
    shown = studium("--workspace", campus, "describe", "person_course_day")
    assert "Inputs of the release: 11 files, 1," in shown
    assert "and 6 more" in shown
    assert "from int_person_course_days" in shown
    assert "{{" not in shown
    assert "{%" not in shown
    manifest = studium.json("--workspace", campus, "describe")
    (area,) = manifest["areas"]
    assert len(area["inputs"]) == 11
    assert all("{{" not in readable_sql(table["sql"]) for table in area["tables"])


def test_events_of_a_wrong_clock_are_remarked(campus: Path, studium: Answers) -> None:
    assert studium.json("--workspace", campus, "status")["far_ahead"] is None
    late = log(campus.parent, "late.log", "2198-12-31T10:00:00Z")
    without_sources(campus)
    studium("--workspace", campus, "land", late)
    assert "Events are dated up to 2198-12-31" in studium("--workspace", campus, "status")
    (campus / "studium.toml").write_text("version = 1\n[build]\nas_of = 2024-04-08\n")
    assert studium.json("--workspace", campus, "status")["far_ahead"] is None


def test_files_are_listed_below_headings(published: Path, studium: Answers) -> None:
    shown = studium("--workspace", published, "status", "--files").splitlines()
    headings = shown[shown.index("Files") + 1].split()
    assert headings == [
        *("sha256", "state", "lines", "events", "duplicates", "quarantined", "skipped", "file"),
    ]
    assert any(line.endswith("tracking-0001.log.gz") for line in shown)


def test_check_without_broken_rows_says_so(campus: Path, studium: Answers) -> None:
    checks = studium.json("--workspace", campus, "check")
    name = next(check["name"] for check in checks if check["model"] == "video")
    assert studium("--workspace", campus, "check", "--show", name) == f"No row breaks {name}.\n"


def test_retry_says_that_files_were_parsed_again(campus: Path, studium: Answers) -> None:
    told = studium("--workspace", campus, "quarantine", "--retry")
    assert "Parsed    2 files again" in told
    assert "new file" not in told


def test_every_option_says_what_it_does() -> None:
    for name, command in all_commands().items():
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.opts}"
                assert option.help.endswith("."), f"{name} {option.opts}"
                says_default = option.is_flag or option.required or option.show_default
                assert says_default or "default" in option.help, f"{name} {option.opts}"


def test_outdated_files_of_the_lake_are_told_apart_from_lost_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = LandedFile("new.log", "a" * 64, "landed", 7, 7, 0, None)
    again = LandedFile("old.sql", "b" * 64, "landed", 90, 90, 0, None)
    report = LandReport([file, again], outdated=["x", "y"], read_again=["b" * 64])
    tell_landing(Session(), report)
    told = capsys.readouterr().out
    assert "Landed    1 new file with 7 lines" in told
    assert "2 outdated files of the lake made again" in told
    assert "lost" not in told
    report = LandReport([file, again], repaired=["x"], read_again=["b" * 64])
    tell_landing(Session(), report)
    told = capsys.readouterr().out
    assert "1 lost or damaged file of the lake made again" in told
    assert "outdated" not in told
