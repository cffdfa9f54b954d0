"""Every command does what it says, for people and as JSON, with the exit code that scripts need."""

import json
import re
import shutil
from pathlib import Path

import click
import pytest

from studium.cli import all_commands
from studium.cli.session import Command
from tests.cli.conftest import FEW_TABLES, Answers

COMMANDS = sorted(all_commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_one_sentence_with_two_examples_and_json(name: str, studium: Answers) -> None:
    command = all_commands()[name]
    assert isinstance(command, Command)
    assert command.help is not None
    assert command.help.endswith(".")
    assert "\n" not in command.help
    assert len(command.examples) == 2
    assert all(line.startswith("studium ") and name in line for line in command.examples)
    assert "--json" in {option for parameter in command.params for option in parameter.opts}
    shown = studium(*name.split(), "--help")
    assert studium.code == 0
    assert all(line in shown for line in command.examples)


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_name_only_options_that_exist(name: str) -> None:
    command = all_commands()[name]
    assert isinstance(command, Command)
    known = {option for parameter in command.params for option in parameter.opts}
    for line in command.examples:
        used = {word for word in line.split() if word.startswith("--") and word != "--workspace"}
        assert used <= known


def test_every_option_is_explained_by_help_or_default() -> None:
    for name, command in all_commands().items():
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help or option.show_default, f"{name} {option.opts}"


def test_status_adds_up_and_names_the_release(published: Path, studium: Answers) -> None:
    facts = studium.json("--workspace", published, "status")
    parts = ("events", "duplicates", "quarantined", "skipped")
    assert facts["lines"] == sum(facts[part] for part in parts)
    assert facts["events"] == 1500
    assert facts["files"] == 2
    assert sum(facts["events_by_day"].values()) == 1500
    assert facts["release"] == (published / "current").resolve().name
    assert facts["not_in_release"] == []
    shown = studium("--workspace", published, "status", "--types", "--files")
    assert "Every landed file is in it." in shown
    assert "event type" in shown


def test_status_tells_what_is_not_in_the_release(campus: Path, studium: Answers) -> None:
    extra = campus.parent / "late.log"
    extra.write_text(
        '{"event_type": "play_video", "event_source": "browser", "username": "a", '
        '"time": "2024-03-01T10:00:00+00:00", "event": "{}", "context": {}}\n'
    )
    studium("--workspace", campus, "land", extra)
    assert studium.code == 0
    facts = studium.json("--workspace", campus, "status")
    assert facts["not_in_release"] == [str(extra)]
    assert facts["events"] == 1501
    assert "late.log" in studium("--workspace", campus, "status")
    report = studium.json("--workspace", campus, "run", extra)
    assert report["published"]["is_new"]
    assert set(report["seconds"]) == {"land", "build", "check", "publish"}
    assert studium.json("--workspace", campus, "status")["not_in_release"] == []
    assert len(studium.json("--workspace", campus, "releases")["releases"]) == 2
    back = studium.json("--workspace", campus, "rollback")
    assert (campus / "current").resolve().name == back["release"]


def test_publishing_before_building_is_refused(campus: Path, studium: Answers) -> None:
    log = next(Path(campus / "landing").rglob("*.gz"))
    before = (campus / "current").resolve()
    name = studium.json("--workspace", campus, "status", "--files")["file_list"][0]["path"]
    assert log.exists()
    studium("--workspace", campus, "retract", Path(name).name)
    assert studium.code == 0
    studium("--workspace", campus, "publish")
    assert studium.code == 1
    assert "every_event_is_counted" in studium.error
    assert "studium build" in studium.error
    assert (campus / "current").resolve() == before


def test_running_again_changes_nothing(campus: Path, studium: Answers) -> None:
    report = studium.json("--workspace", campus, "run")
    assert not report["published"]["is_new"]
    assert report["landed"]["landed"] == []
    shown = studium("--workspace", campus, "run")
    assert "Published nothing new" in shown
    assert "Took" in shown


def test_query_prints_a_table_and_every_format(published: Path, studium: Answers) -> None:
    ask = ("--workspace", published, "query", "select 1 as one, 'a' as letter")
    assert studium(*ask).splitlines()[0] == "one  letter"
    assert studium(*ask, "--format", "csv") == "one,letter\n1,a\n"
    assert studium.json(*ask) == [{"one": 1, "letter": "a"}]


def test_query_writes_files_by_their_suffix(
    published: Path, studium: Answers, tmp_path: Path
) -> None:
    for suffix in ("csv", "json", "parquet"):
        output = tmp_path / f"answer.{suffix}"
        studium("--workspace", published, "query", "from video", "--output", output)
        assert studium.code == 0
        assert output.stat().st_size > 0
        assert studium.out == ""
    studium("--workspace", published, "query", "from video", "--output", tmp_path / "answer")
    assert studium.code == 2
    studium("--workspace", published, "query", "from video", "--format", "parquet")
    assert studium.code == 2


def test_query_of_what_is_not_there_is_misuse_and_names_the_nearest(
    published: Path, studium: Answers
) -> None:
    studium("--workspace", published, "query", "from vidio")
    assert studium.code == 2
    assert studium.error.splitlines() == [
        "Error: There is no table vidio",
        f"Where: release {(published / 'current').resolve().name}",
        "Next:  Did you mean video? List all: studium describe",
    ]
    studium("--workspace", published, "query", "drop table video")
    assert studium.code == 2


def test_describe_explains_every_table(published: Path, studium: Answers) -> None:
    (area,) = studium.json("--workspace", published, "describe")["areas"]
    assert {table["name"] for table in area["tables"]} >= set(json.loads(FEW_TABLES[1]))
    for table in area["tables"]:
        shown = studium("--workspace", published, "describe", table["name"])
        assert table["grain"].startswith("One row per ")
        assert all(column["description"] for column in table["columns"])
        assert "Inputs of the release" in shown
        assert "SQL, with the names of macros" in shown
    studium("--workspace", published, "describe", "vidio")
    assert studium.code == 2


def test_quarantine_lists_and_samples(published: Path, studium: Answers) -> None:
    facts = studium.json("--workspace", published, "quarantine", "--sample", 2)
    standing = studium.json("--workspace", published, "status")
    assert sum(facts["reasons"].values()) == standing["quarantined"] > 0
    assert len(facts["rejects"]) == 2
    assert facts["rejects"][0]["line"] > 0
    assert facts["rejects"][0]["file"] in studium(
        "--workspace", published, "quarantine", "--sample", 2
    )


def test_quarantine_is_tried_again(campus: Path, studium: Answers) -> None:
    before = studium.json("--workspace", campus, "status")
    studium("--workspace", campus, "quarantine", "--retry")
    assert studium.code == 0
    after = studium.json("--workspace", campus, "status")
    assert (before["lines"], before["quarantined"]) == (after["lines"], after["quarantined"])


def test_check_shows_the_rows_of_a_promise(campus: Path, studium: Answers) -> None:
    results = studium.json("--workspace", campus, "check")
    assert {result["status"] for result in results} == {"pass"}
    found = studium.json("--workspace", campus, "check", "--show", results[0]["name"])
    assert found["rows"] == []
    studium("--workspace", campus, "check", "--show", "no_such_promise")
    assert studium.code == 2


def test_build_takes_an_interval(campus: Path, studium: Answers) -> None:
    days = sorted(studium.json("--workspace", campus, "status")["events_by_day"])
    interval = ("--events-from", days[2], "--as-of", days[9])
    report = studium.json("--workspace", campus, "build", *interval)
    assert report["interval"]["as_of"] == days[9]
    studium("--workspace", campus, "build", "--as-of", "soon")
    assert studium.code == 2
    studium("--workspace", campus, "build", "--events-from", days[2], "--as-of", days[2])
    assert studium.code == 2


def test_release_removed_by_hand_is_told_by_every_reader(campus: Path, studium: Answers) -> None:
    shutil.rmtree((campus / "current").resolve())
    assert studium.json("--workspace", campus, "status")["release"] is None
    for command in (["query", "select 1"], ["describe"]):
        studium("--workspace", campus, *command)
        assert studium.code == 1
        assert "studium publish" in studium.error
    studium("--workspace", campus, "publish")
    assert studium.code == 0
    studium("--workspace", campus, "query", "select 1")
    assert studium.code == 0


def test_doctor_finds_what_is_wrong_and_the_fix(
    published: Path, studium: Answers, tmp_path: Path
) -> None:
    findings = studium.json("--workspace", published, "doctor")
    assert studium.code == 0
    assert {"python", "duckdb", "java", "disk", "lock", "release", "workspace"} <= {
        finding["subject"] for finding in findings
    }
    findings = studium.json("--workspace", tmp_path, "doctor")
    assert studium.code == 1
    assert all(finding["fix"] for finding in findings if finding["state"] == "bad")


def test_demo_shows_numbers_and_can_be_repeated(
    studium: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FEW_TABLES[0])  # it shows more of them
    output = tmp_path / "demo"
    shown = studium("demo", "--output", output, "--events", 2000)
    assert studium.code == 0
    assert "Events by day" in shown
    assert "Learners by course" in shown
    assert "Who came to each page of the subsection that most began" in shown
    assert str((output / "current").resolve()) in shown
    first = password_of(shown)
    assert studium.json("--workspace", output, "query", "select count(*) > 0 from person_course")
    facts = studium.json("--workspace", output, "demo", "--events", 2000)
    assert facts["published"]["is_new"] is False
    assert {"admin", "instructor", "researcher"} == set(facts["accounts"])
    listed = studium.json("--workspace", output, "user", "list")
    assert all(account["has_password"] for account in listed)
    again = studium("demo", "--output", output, "--events", 2000)
    assert password_of(again) != first, (
        "the password is of one demo, and no secret that everybody knows"
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    studium("demo", "--output", tmp_path / "mine")
    assert studium.code == 2


def password_of(shown: str) -> str:
    found = re.search(r"sign in, password (\S+)", shown)
    assert found
    return found[1]


def test_simulate_writes_what_it_says(studium: Answers, tmp_path: Path) -> None:
    options = ("--events", 200, "--files", 1, "--learners", 10, "--seed", 7)
    facts = studium.json("simulate", *options, "--no-traps", "--output", tmp_path / "a")
    assert (facts["events"], facts["duplicates"], facts["quarantined"]) == (200, 0, 0)
    studium("simulate", *options, "--traps", "brokn", "--output", tmp_path / "b")
    assert studium.code == 2
    studium("simulate", *options, "--traps", "broken", "--no-traps", "--output", tmp_path / "b")
    assert studium.code == 2


def test_init_begins_once(studium: Answers, tmp_path: Path) -> None:
    studium("--workspace", tmp_path / "new", "init")
    assert studium.code == 0
    studium("--workspace", tmp_path / "new", "init", "--json")
    assert studium.code == 2
    assert set(json.loads(studium.out)["error"]) == {"problem", "where", "fix"}


def test_ignored_and_replaced_files_are_named(
    campus: Path, logs: Path, studium: Answers, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear reader,\n")
    line = '{"event_type": "%d", "time": "2024-03-01T10:00:00Z", "event": {}}\n'
    (folder / "today.log").write_text(line % 1)
    told = studium("--workspace", campus, "land", folder)
    assert f"{folder / 'letter.txt'}: no JSON object" in told
    (folder / "today.log").write_text(line % 1 + line % 2)
    told = studium("--workspace", campus, "land", folder)
    assert f"replaced by its longer version: {folder / 'today.log'}" in told
    assert f"{folder / 'letter.txt'}: no JSON object" in studium("--workspace", campus, "status")
    ignored = studium.json("--workspace", campus, "status")["ignored"]
    assert ignored == [{"file": str(folder / "letter.txt"), "reason": "no JSON object"}]
