"""The Course Discovery API: all pages of courses, course runs and programs, as the server gave them.

Enters: a source of kind "discovery", the day. Leaves: one file per resource in fetched/<source>-<day>/, an answer per
line. What a run that was interrupted had fetched of the day is not fetched again.
"""

import gzip
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import orjson

from studium.config import Source, Workspace
from studium.errors import MisuseError, StudiumError
from studium.sources.http import CHECK, BearerTokens, Client, Credentials, FetchLimits

RESOURCES = ("courses", "course_runs", "programs")
MOST_PAGES = 100_000
MEGABYTE = 1_000_000
KEPT_DAYS = 2  # fetched days that stay: one may not have landed yet


def fetch_catalogue(
    workspace: Workspace,
    source: Source,
    environment: Mapping[str, str] = os.environ,
    today: date | None = None,
) -> list[Path]:
    """The files of the day, fetched unless they are there, and of days before. Raises StudiumError and MisuseError."""
    day = today or datetime.now(UTC).date()
    done = workspace.fetched / f"{source.name}-{day}"
    if not done.is_dir():
        _fetch(source, environment, workspace.fetched / f".{source.name}-{day}", done)
    days = _days(workspace, source.name)
    for old in days[:-KEPT_DAYS]:
        shutil.rmtree(old)
    return [file for folder in days[-KEPT_DAYS:] for file in sorted(folder.iterdir())]


def _days(workspace: Workspace, name: str) -> list[Path]:
    """Folders of whole days, in order."""
    found = []
    for folder in workspace.fetched.glob(f"{name}-*"):
        try:
            date.fromisoformat(folder.name.removeprefix(f"{name}-"))
        except ValueError:
            continue
        found.append(folder)
    return sorted(found)


def _fetch(source: Source, environment: Mapping[str, str], begun: Path, done: Path) -> None:
    """Pages first, each under its own name, then the files; `done` appears by one rename."""
    for other in begun.parent.glob(f".{source.name}-????-??-??"):
        if other != begun:
            shutil.rmtree(other)  # a day that was not finished, and is over
    with Client(_limits(source), _tokens(source, environment)) as client:
        for resource in RESOURCES:
            _fetch_pages(client, source, resource, begun / "pages" / resource)
    finished = begun / "files"
    shutil.rmtree(finished, ignore_errors=True)
    finished.mkdir()
    for resource in RESOURCES:
        _join(begun / "pages" / resource, finished / f"{resource}.jsonl.gz")
    _sync(finished)
    finished.rename(done)
    _sync(done.parent)
    shutil.rmtree(begun)


def _fetch_pages(client: Client, source: Source, resource: str, folder: Path) -> None:
    """Every page that is not there yet; where the next one is, the last one says."""
    folder.mkdir(parents=True, exist_ok=True)
    base = source.url if source.url.endswith("/") else source.url + "/"
    url: str | None = urljoin(base, f"{resource}/?{urlencode({'limit': source.page_size})}")
    asked: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        if url is None:
            return
        if url in asked:
            break
        asked.add(url)
        page = folder / f"{number:06}.json"
        if not page.exists():
            content = client.get(url)
            _next(content, url)  # refuses what is no page before it is kept
            _write(page, content)
        url = _next(page.read_bytes(), url)
    raise StudiumError(
        "the pages of the API have no end",
        f"{resource} of source {source.name}",
        "Report it to those who run the API: its links to the next page lead in a circle.",
    )


def _next(content: bytes, url: str) -> str | None:
    """Where the next page is, on the same server; its scheme is ours, since proxies often make it http."""
    try:
        page = orjson.loads(content)
    except orjson.JSONDecodeError:
        page = None
    if not isinstance(page, dict) or not isinstance(page.get("results"), list):
        raise StudiumError(
            "the answer is no page of the Course Discovery API: no JSON object with `results`",
            url.split("?")[0],
            CHECK,
        )
    following = page.get("next")
    if not isinstance(following, str) or not following:
        return None
    ours, theirs = urlsplit(url), urlsplit(urljoin(url, following))
    if theirs.hostname != ours.hostname or theirs.scheme not in {"http", "https"}:
        raise StudiumError(
            f"the next page is said to be on another server, {theirs.hostname}",
            url.split("?")[0],
            "Set `url` of the source to the address that the API names itself.",
        )
    return urlunsplit((ours.scheme, ours.netloc, theirs.path, theirs.query, ""))


def _limits(source: Source) -> FetchLimits:
    return FetchLimits(
        source.requests_per_second,
        source.attempts,
        source.timeout_seconds,
        source.maximum_answer_mb * MEGABYTE,
        source.allow_private,
    )


def _tokens(source: Source, environment: Mapping[str, str]) -> BearerTokens | None:
    """None for an API that needs none. Raises MisuseError where a variable with credentials is not set."""
    if not source.token_url:
        return None
    values = []
    for name in (source.client_id_variable, source.client_secret_variable):
        if not environment.get(name):
            raise MisuseError(
                f"source {source.name} needs a token, but {name} is not set",
                f"environment variable {name}",
                f"Set it to what the platform's administrators gave you: export {name}=…",
            )
        values.append(environment[name])
    return BearerTokens(source.token_url, Credentials(*values))


def _join(pages: Path, file: Path) -> None:
    """All pages as one file, a line each: outside of texts, where JSON has none, line ends mean nothing."""
    with file.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as stream:
        for page in sorted(pages.glob("*.json")):
            stream.write(page.read_bytes().replace(b"\r", b" ").replace(b"\n", b" ").strip())
            stream.write(b"\n")
    _sync(file)


def _write(page: Path, content: bytes) -> None:
    temporary = page.with_suffix(".part")
    temporary.write_bytes(content)
    _sync(temporary)
    temporary.rename(page)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
