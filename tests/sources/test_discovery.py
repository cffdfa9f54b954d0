"""The Course Discovery API as a source, against a real server on loopback: paging, tokens, faults, resuming."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from studium.cli.program import main
from studium.config import Settings, Source, Workspace, open_workspace
from studium.errors import MisuseError, StudiumError
from studium.lake import DATASETS, dump_partitions
from studium.sources import discovery, find_files
from studium.sources.http import waits
from tests.sources.servers import SECRET, TOKEN, Api, Fault, Handler, answers, cut, running

TODAY = date(2024, 3, 1)
ENVIRONMENT = {"DISCOVERY_CLIENT_ID": "studium", "DISCOVERY_CLIENT_SECRET": SECRET}
RUNS = [f"course-v1:Uni+C{number}+2024" for number in range(5)]


def course(number: int) -> dict[str, Any]:
    """A course with one run, two subjects and a seat."""
    run = {
        "key": RUNS[number],
        "course": f"Uni+C{number}",
        "title": f"Course\n{number}",
        "seats": [],
    }
    return {
        "key": f"Uni+C{number}",
        "title": f"Course {number}",
        "subjects": [{"name": "Mathematics", "slug": "math"}, {"name": "Art", "slug": "art"}],
        "course_runs": [run],
    }


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr(waits, "FIRST_SECONDS", 0.01)
    runs = [course(number)["course_runs"][0] for number in range(5)]
    held = {
        "courses": [course(number) for number in range(5)],
        "course_runs": runs,
        "programs": [{"uuid": "p1", "title": "Series", "courses": [{"key": "Uni+C1"}]}],
    }
    with running(Api(held)) as api:
        yield api


def source_of(api: Api, **changes: Any) -> Source:
    given: dict[str, Any] = {
        "name": "catalogue",
        "kind": "discovery",
        "url": api.url,
        "token_url": api.token_url,
        "page_size": 2,
        "requests_per_second": 1000.0,
        "allow_private": True,
    }
    return Source(**(given | changes))


def fetch(folder: Path, source: Source, today: date = TODAY) -> list[Path]:
    return discovery.fetch_catalogue(Workspace(folder, Settings()), source, ENVIRONMENT, today)


def pages_in(file: Path) -> list[Any]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def page_of(api: Api, resource: str, offset: int = 0) -> str:
    return f"/api/v1/{resource}/?limit=2" + (f"&offset={offset}" if offset else "")


def test_all_pages_of_all_resources_are_fetched(api: Api, tmp_path: Path) -> None:
    files = fetch(tmp_path, source_of(api))

    assert [str(file.relative_to(tmp_path)) for file in files] == [
        f"fetched/catalogue-2024-03-01/{name}.jsonl.gz"
        for name in ("course_runs", "courses", "programs")
    ]
    records = [record for page in pages_in(files[1]) for record in page["results"]]
    assert records == api.held["courses"]
    assert [len(pages_in(file)) for file in files] == [3, 3, 1]
    assert api.tokens == 1


@pytest.mark.parametrize(
    "faults",
    [
        [answers(429, Retry_After="0")],
        [answers(429, Retry_After="Fri, 01 Mar 2024 00:00:00 GMT")],
        [answers(500), answers(502), answers(503)],
        [cut, cut],
        [answers(401)],
    ],
    ids=["429", "429 with a date", "5xx", "cut", "expired token"],
)
def test_passing_faults_are_tried_again(faults: list[Fault], api: Api, tmp_path: Path) -> None:
    api.faults[page_of(api, "courses", 2)] += faults

    files = fetch(tmp_path, source_of(api))

    records = [record for page in pages_in(files[1]) for record in page["results"]]
    assert records == api.held["courses"]
    assert api.asked[page_of(api, "courses", 2)] == len(faults) + 1


def test_a_token_is_renewed_before_it_ends(api: Api, tmp_path: Path) -> None:
    api.token_lasts = 1
    source = source_of(api, requests_per_second=3.0)

    fetch(tmp_path, source)

    assert api.tokens > 1


def test_a_token_that_the_server_forgot_is_renewed(api: Api, tmp_path: Path) -> None:
    """It refuses the old one for good, whatever was said of how long it lasts."""

    def forget(handler: Handler) -> None:
        api.good_tokens.clear()
        handler.say(401, {"detail": "Signature has expired."})

    api.faults[page_of(api, "courses", 2)] += [forget]

    files = fetch(tmp_path, source_of(api))

    records = [record for page in pages_in(files[1]) for record in page["results"]]
    assert records == api.held["courses"]
    assert api.tokens == 2


def test_an_interrupted_run_fetches_only_the_rest(api: Api, tmp_path: Path) -> None:
    api.faults[page_of(api, "courses", 4)] += [answers(500)]
    with pytest.raises(StudiumError, match="no answer after 1 attempts: it answers 500"):
        fetch(tmp_path, source_of(api, attempts=1))
    assert not list((tmp_path / "fetched").glob("catalogue-*"))

    files = fetch(tmp_path, source_of(api, attempts=1))

    assert len(pages_in(files[1])) == 3
    assert api.asked[page_of(api, "courses")] == api.asked[page_of(api, "courses", 2)] == 1
    assert not list((tmp_path / "fetched").glob(".*"))


def test_a_day_is_fetched_once_and_two_days_stay(api: Api, tmp_path: Path) -> None:
    for day in (1, 1, 2, 3):
        files = fetch(tmp_path, source_of(api), date(2024, 3, day))

    assert {file.parent.name for file in files} == {"catalogue-2024-03-02", "catalogue-2024-03-03"}
    assert api.asked[page_of(api, "courses")] == 3


def test_leftovers_of_another_day_are_not_mixed_in(api: Api, tmp_path: Path) -> None:
    stale = tmp_path / "fetched/.catalogue-2024-02-29/pages/courses"
    stale.mkdir(parents=True)
    (stale / "000001.json").write_text('{"results": [{"key": "old"}], "next": null}')

    files = fetch(tmp_path, source_of(api))

    assert pages_in(files[1])[0]["results"] == api.held["courses"][:2]
    assert not stale.exists()


def test_links_that_a_proxy_made_plain_are_followed(api: Api, tmp_path: Path) -> None:
    api.next_base = "https://127.0.0.1"

    files = fetch(tmp_path, source_of(api))

    assert len(pages_in(files[1])) == 3


@pytest.mark.parametrize(
    ("base", "problem"),
    [("http://evil.example", "another server"), ("ftp://127.0.0.1", "another server")],
)
def test_links_to_another_server_are_refused(
    base: str, problem: str, api: Api, tmp_path: Path
) -> None:
    api.next_base = base

    with pytest.raises(StudiumError, match=problem):
        fetch(tmp_path, source_of(api))


def test_an_answer_that_is_no_page_is_refused_and_not_kept(api: Api, tmp_path: Path) -> None:
    api.faults[page_of(api, "courses")] += [lambda handler: handler.say(200, {"detail": "hello"})]

    with pytest.raises(StudiumError, match="no page of the Course Discovery API"):
        fetch(tmp_path, source_of(api))
    assert fetch(tmp_path, source_of(api))


def test_pages_in_a_circle_come_to_an_end(api: Api, tmp_path: Path) -> None:
    first = page_of(api, "courses")
    api.faults[first] += [lambda handler: handler.say(200, {"results": [], "next": first})]

    with pytest.raises(StudiumError, match="no end"):
        fetch(tmp_path, source_of(api))


def test_missing_credentials_are_named(api: Api, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Settings())

    with pytest.raises(MisuseError, match="DISCOVERY_CLIENT_ID is not set"):
        discovery.fetch_catalogue(workspace, source_of(api), {}, TODAY)


SETTINGS = """
[[sources]]
name = "catalogue"
kind = "discovery"
url = "{api.url}"
token_url = "{api.token_url}"
page_size = 2
allow_private = true
requests_per_second = 1000
attempts = 2

[[sources]]
name = "saved"
path = "saved"
"""


def workspace_with(api: Api, folder: Path) -> list[str]:
    """A workspace that fetches, and has a folder beside; the beginning of a command line."""
    (folder / "studium.toml").write_text(SETTINGS.format(api=api), encoding="utf-8")
    (folder / "saved").mkdir()
    line = json.dumps({"time": "2024-03-01T10:00:00+00:00", "event_type": "x", "event": {}})
    (folder / "saved" / "tracking.log").write_text(line + "\n", encoding="utf-8")
    return ["--workspace", str(folder)]


def test_a_configured_source_lands_as_folders_do(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    command = workspace_with(api, tmp_path)

    assert main([*command, "land"]) == 0
    assert main([*command, "land"]) == 0

    workspace = open_workspace(tmp_path, {})
    rows = {
        part.dataset: part.rows for part in dump_partitions(workspace) if part.dataset in DATASETS
    }
    assert rows["catalogue_courses"] == 5
    assert rows["catalogue_subjects"] == 10
    assert rows["catalogue_programs"] == rows["catalogue_program_courses"] == 1
    assert api.asked[page_of(api, "courses")] == 1


def test_a_failing_source_lets_the_others_land_and_tells_no_secret(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    command = workspace_with(api, tmp_path)
    api.faults[page_of(api, "courses", 2)] += [answers(403)]

    assert main([*command, "land"]) == 1

    told = "".join(capfd.readouterr())
    assert "the server answers 403" in told
    assert "1 line" in told
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (SECRET, TOKEN):
        assert secret not in told
        assert secret.encode() not in written


def test_a_wrong_secret_is_not_repeated_in_the_message(api: Api, tmp_path: Path) -> None:
    wrong = ENVIRONMENT | {"DISCOVERY_CLIENT_SECRET": "canary-wrong"}

    with pytest.raises(StudiumError, match="gives no token: it answers 401") as refused:
        discovery.fetch_catalogue(Workspace(tmp_path, Settings()), source_of(api), wrong, TODAY)
    assert "canary" not in f"{refused.value!r} {refused.value.where} {refused.value.fix}"


def test_find_files_tells_what_a_server_does_not_give(api: Api, tmp_path: Path) -> None:
    source = source_of(api, token_url="", attempts=1)
    workspace = Workspace(tmp_path, Settings(sources=[source]))

    (found,) = find_files(workspace)

    assert "source catalogue: the server answers 401" in found.problem
