"""A bit that falls over in any file of a workspace: told, made good, or without effect, and never another figure.

Enters: a release of logs and packages. Leaves: one flip after the other in each kind of file, and a run after it.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest

from studium.config import Workspace, open_workspace, write_default_settings
from studium.errors import StudiumError
from studium.pipeline import Job, run
from studium.progress import Progress, Silent
from studium.simulate import Plan, simulate
from studium.warehouse.project import Project, parsed
from studium.warehouse.project.kept import keep_for_all
from tests.reliability.processes import rows_of_release
from tests.running import copied, kept

TABLES = ["person_course"]  # reads of each kind
# Where the files of a kind are; each is one that a step of a run reads, or a person asks.
KINDS = {
    "events": "lake/events/event_date=*/*.parquet",
    "duplicates": "lake/duplicates/event_date=*/*.parquet",
    "dumps": "lake/dumps/*/dump_date=*/*.parquet",
    "personal columns": "lake/personal/*/dump_date=*/*.parquet",
    "locations": "lake/personal/ip_locations/*.parquet",
    "seal of locations": "lake/personal/ip_locations/.*.xxh3",
    "warehouse": "warehouse.duckdb",
    "manifest": "releases/*/manifest.json",
    "released tables": "releases/*/*.duckdb",
    "released events": "releases/*/events/*.parquet",
    "checksums of released events": "releases/*/events/*.xxh3",
    "archive": "releases/*/*.parquet",
    "ledger": "ledger.sqlite",
    "seal of the ledger": "ledger.seal",
    "copy of the ledger": "arrivals.json",
    "parsed project": "cache/studium/*-manifest.json",
}
# Flips in one run: each of the first is made good by reading raw files again.
TOGETHER = [
    ["events", "duplicates", "dumps", "personal columns", "locations"],
    ["seal of locations", "warehouse", "manifest", "parsed project"],
    ["checksums of released events"],
    ["archive"],
    ["ledger"],
    ["seal of the ledger"],
]


def invention(folder: Path) -> None:
    """A log with duplicates, and the packages of its courses."""
    plan = Plan(events=1500, files=1, learners=60, courses=2, days=12, seed=5, packages=True)
    simulate(plan, folder / "invented", Silent())


def published(folder: Path) -> None:
    """A release of it."""
    invented = kept(invention) / "invented"
    write_default_settings(folder / "campus", [invented / "logs", invented / "packages"])
    run(_job(folder / "campus"))


@pytest.fixture
def campus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy, with a cache of its own."""
    root = copied(published, tmp_path / "copy") / "campus"
    project = Project(open_workspace(root, {}))
    project.read_manifest()
    parsed_already = project.kept_manifest
    monkeypatch.setenv("XDG_CACHE_HOME", str(root / "cache"))
    keep_for_all(parsed_already)
    yield root
    _forget_project()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kinds", TOGETHER)
def test_flipped_bits_are_never_another_figure(campus: Path, kinds: list[str]) -> None:
    _flip_and_run(campus, kinds, random.Random(str(kinds)))


@pytest.mark.soak
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("kind", KINDS)
def test_two_hundred_flipped_bits_are_never_another_figure(campus: Path, kind: str) -> None:
    chance = random.Random(kind)
    for _ in range(200):
        _flip_and_run(campus, [kind], chance)


def _flip_and_run(root: Path, kinds: list[str], chance: random.Random) -> None:
    """One file of each kind; what is told and not made good gets its bytes back."""
    before, whole, flipped = rows_of_release(root), {}, {}
    for kind in kinds:
        file = chance.choice(sorted(root.glob(KINDS[kind])))
        whole[file] = file.read_bytes()
        flipped[file] = _flip(file, chance)
    _forget_project()
    said = Notes()
    try:
        run(_job(root, said))
    except StudiumError as told:
        said.note(f"{told.problem} {told.fix}")
        for file, content in whole.items():
            file.write_bytes(content)
    assert rows_of_release(root) == before, flipped
    is_of_lake = any("dump_date=" in KINDS[kind] for kind in kinds)
    assert not is_of_lake or any("holds other bytes" in it for it in said.notes), flipped


def _flip(file: Path, chance: random.Random) -> int:
    """Of Parquet, if one is found, a bit with which DuckDB reads other rows without a word."""
    whole = file.read_bytes()
    file.chmod(0o600)
    before = _hash_of_rows(file)
    for _ in range(100 if before is not None else 1):
        place = chance.randrange(len(whole) * 8)
        content = bytearray(whole)
        content[place // 8] ^= 1 << (place % 8)
        file.write_bytes(content)
        if _hash_of_rows(file) not in {before, None}:
            break
    return place


def _hash_of_rows(file: Path) -> object:
    """None where it is no Parquet, or cannot be read."""
    try:
        with duckdb.connect() as it:
            return it.execute(
                "select count(*), sum(hash(row)) from read_parquet($1) as row", [str(file)]
            ).fetchone()
    except duckdb.Error:
        return None


class Notes(Silent):
    """What a run had to say."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def _job(root: Path, progress: Progress | None = None) -> Job:
    """A run that reads all of the lake again."""
    workspace: Workspace = open_workspace(root, {})
    build = msgspec.structs.replace(workspace.settings.build, tables=TABLES)
    settings = msgspec.structs.replace(workspace.settings, build=build)
    workspace = msgspec.structs.replace(workspace, settings=settings)
    return Job(workspace, progress or Silent(), full_refresh=workspace.current.is_symlink())


def _forget_project() -> None:
    """As a new process: what was read of the kept project is read again."""
    parsed._graph_of.cache_clear()
    parsed._manifest_of.cache_clear()
