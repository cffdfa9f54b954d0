"""Batch equals increment: any split, order, lateness, retraction or interval gives what a full rebuild gives.

The lines of tests/world are dealt into files at random and land through the real lake.
"""

from datetime import date
from pathlib import Path
from random import Random

import duckdb
import pytest

from studium.config import Settings, Workspace
from studium.lake import event_partitions, retract
from studium.progress import Silent
from studium.warehouse import Contents, Interval, build
from tests.running import copied
from tests.warehouse.warehouses import Row, build_all, land_paths, new_workspace, tracking

WORLD = Path(__file__).parents[1] / "world" / "tracking"
NARROW = Interval(events_from=date(2024, 2, 28), as_of=date(2024, 3, 11))


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 9))]
)
def test_increments_equal_a_full_rebuild(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    workspace = new_workspace(tmp_path)
    files = _deal_lines(random, tmp_path / "logs")

    for number, batch in enumerate(_batches(random, files)):
        land_paths(workspace, *batch)
        interval = NARROW if number == 1 else Interval()
        report = build_all(workspace, interval)
        assert report.is_full == (number == 0)
    retract(workspace, files[0].name)
    report = build_all(workspace)

    assert report.touched_dates
    assert _tables(workspace) == _rebuilt(workspace, Interval(), tmp_path / "rebuilt")


def test_moving_the_interval_equals_a_full_rebuild(tmp_path: Path) -> None:
    workspace = Workspace(copied(tracking, tmp_path / "workspace"), Settings())

    report = build_all(workspace, NARROW)

    assert not report.is_full
    assert _tables(workspace) == _rebuilt(workspace, NARROW, tmp_path / "rebuilt")


def test_nothing_new_recomputes_nothing(tmp_path: Path) -> None:
    workspace = Workspace(copied(tracking, tmp_path / "workspace"), Settings())

    report = build_all(workspace)

    assert (report.touched_dates, report.models, report.is_full) == ((), (), False)


def test_other_definitions_recompute_everything(tmp_path: Path) -> None:
    workspace = Workspace(copied(tracking, tmp_path / "workspace"), Settings())

    report = build_all(workspace, Interval(compat=True))

    assert report.is_full


def test_everything_retracted_leaves_empty_tables(tmp_path: Path) -> None:
    workspace = Workspace(copied(tracking, tmp_path / "workspace"), Settings())

    for file in WORLD.iterdir():
        retract(workspace, file.name)
    build_all(workspace)

    assert not any(_tables(workspace).values())


def _deal_lines(random: Random, folder: Path) -> list[Path]:
    """Nine files in random order; one line in twenty is in two of them."""
    folder.mkdir()
    dealt: dict[Path, list[str]] = {folder / f"part{number}.log": [] for number in range(9)}
    for file in sorted(WORLD.iterdir()):
        for line in file.read_text(encoding="utf-8").splitlines():
            for part in random.sample(sorted(dealt), 2 if random.random() < 0.05 else 1):
                dealt[part].append(line)
    for part, lines in dealt.items():
        random.shuffle(lines)
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return random.sample(sorted(dealt), len(dealt))


def _batches(random: Random, files: list[Path]) -> list[list[Path]]:
    cuts = sorted(random.sample(range(1, len(files)), 3))
    return [files[a:b] for a, b in zip([0, *cuts], [*cuts, len(files)], strict=True)]


def _rebuilt(workspace: Workspace, interval: Interval, folder: Path) -> dict[str, list[Row]]:
    fresh = Workspace(folder, Settings())
    folder.mkdir()
    report = build(fresh, interval, Silent(), contents=Contents(event_partitions(workspace)))
    assert report.is_full
    return _tables(fresh)


def _tables(workspace: Workspace) -> dict[str, list[Row]]:
    """Every table of the models, the intermediate ones too."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('intermediate', 'marts') order by all"
        ).fetchall()
        return {
            name: connection.execute(f"from {name} order by all").fetchall() for (name,) in names
        }
