"""What counts depends on the files alone: not on their order, their archives, or how often a landing was killed."""

import os
import random
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studium.config import Settings, Workspace, open_workspace
from studium.lake import dump_partitions, land, packages, reconcile
from studium.sources import find_files
from tests.lake.deliveries.deliveries import DASHED, package, users, write_folder, write_zip
from tests.reliability.processes import alive, done, kill_group, start, until

OTHER = {"dashed": "A-B-C", "course": "course-v1:A+B+C"}
# Three weeks of two courses; one week comes twice, and one has a file that breaks off.
WEEKS: list[tuple[str, dict[str, bytes]]] = [
    ("a-2017-09-03", package(1, 2)),
    ("a-2017-09-10", package(1, 2, 3) | package(5, **OTHER)),
    ("b-2017-09-10", package(7, 8)),
    ("a-2017-09-17", {f"{DASHED}-auth_user-prod-analytics.sql": users(1)[:120] + b"\n"}),
]


def outcome(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """The current rows of each table, and all fingerprints."""
    found = {}
    key = [part.dataset for part in dump_partitions(workspace)]
    for dataset, members in groupby(dump_partitions(workspace), lambda part: part.dataset):
        paths = [str(part.path) for part in members]
        with duckdb.connect() as connection:
            found[dataset] = connection.execute(
                "from read_parquet($paths, hive_partitioning = false) order by all",
                {"paths": paths},
            ).fetchall()
    prints = sorted(
        (part.scope, part.dataset, part.fingerprint) for part in dump_partitions(workspace)
    )
    return found | {"": prints, "tables": [(name,) for name in key]}


def written(root: Path) -> list[Path]:
    """The weeks as folders and archives, the files of each on their own too."""
    paths: list[Path] = []
    for number, (name, files) in enumerate(WEEKS):
        if number % 2:
            paths.append(write_zip(root / f"{name}.zip", files))
        else:
            folder = write_folder(root / name, files)
            paths += sorted(folder.iterdir())
    return paths


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_order_of_landing_gives_the_same_current_rows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("order")
    paths = written(root / "in")
    at_once = Workspace(root / "at-once", Settings())
    land(at_once, find_files(at_once, [root / "in"]))
    one_by_one = Workspace(root / "one-by-one", Settings())
    order = data.draw(st.permutations(paths))
    cut = data.draw(st.integers(1, len(order) - 1))
    for some in (order[:cut], order[cut:], order[:1]):
        land(one_by_one, find_files(one_by_one, some))
    assert outcome(one_by_one) == outcome(at_once)
    assert [row[0] for row in outcome(at_once)["auth_user"]] == [1, 2, 3, 5]
    assert reconcile(one_by_one) == []


def test_a_landing_killed_anywhere_ends_like_one_that_was_not(tmp_path: Path) -> None:
    files = package(*range(20_000))
    write_zip(tmp_path / "in" / "a-2017-09-10.zip", files | package(5, **OTHER))
    write_folder(tmp_path / "in" / "a-2017-09-03", package(*range(15_000)))
    expected = tmp_path / "expected"
    done(expected, "init", "--source", tmp_path / "in")
    done(expected, "land")
    root, chance, killed = tmp_path / "campus", random.Random(20170903), 0
    done(root, "init", "--source", tmp_path / "in")
    for _ in range(6):
        mark = f"{root} {time.monotonic_ns()}"
        process = start(root, "land", mark=mark)
        time.sleep(chance.uniform(0.1, 0.7))
        killed += kill_group(process)
        until(lambda mark=mark: not alive(mark), seconds=10)  # type: ignore[misc]
    done(root, "land")
    assert killed >= 2
    found, wanted = open_workspace(root, {}), open_workspace(expected, {})
    assert outcome(found) == outcome(wanted)
    assert packages(found) == packages(wanted)
    assert reconcile(found) == []
    assert files_of(root) == files_of(expected)


def files_of(root: Path) -> set[str]:
    """Names of all files of lake and landing."""
    return {
        os.path.relpath(path, root)
        for folder in ("lake", "landing")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
