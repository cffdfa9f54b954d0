"""One odd value costs only itself: odd values of every kind in every column of dumps and in every field of events.

Enters: a simulated university whose packages and logs get them. Leaves: releases.
"""

import gzip
import json
import random
from pathlib import Path

import pytest

from studium.lake import reconcile, status
from studium.lake.formats.courses.tracking_log.fields import CONTEXT, PAYLOAD, TOP_LEVEL
from studium.pipeline import build, land, publish
from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.running import kept
from tests.test_truth import new_job

# What databases, spreadsheets, other languages and people write where a number, a time or a word belongs.
ODD = (
    *("nan", "NaN", "inf", "-inf", "-3", "1e400", "1e25", "0.1e-320", "17.0", "17.5", "0", "true"),
    *("None", "none", "null", "NULL", "\\N", "", " ", "{}", "[]", "[NaN]", "x", "ü" * 300, "=1+1"),
    *("0000-00-00 00:00:00", "9999-12-31 23:59:59", "1000-01-01", "2098-01-01 00:00:00"),
    *("2024-13-45", "infinity", "epoch", "-9223372036854775808", "9223372036854775807", "9" * 20),
    *('{"attempts": 1e30}', '{"attempts": -3, "correct_map": {"a_2_1": {"npoints": NaN}}}'),
    "\u202e",
)
ODD_JSON: tuple[object, ...] = (
    *(None, True, -3, 17.0, 17.5, 2**53 + 1, 1e308, "", " ", "nan", "null", "None", "x", "ü" * 300),
    *([], {}, [None], {"a": {"b": []}}, "9" * 20, "-1", "1e400", "0000-00-00", "\u202e", "\x00"),
)
FIELDS = (
    *((name,) for name in TOP_LEVEL),
    *(("context", *path[2:].split(".")) for path in CONTEXT.values()),
    *(
        ("event", *path[2:].split("."))
        for group in PAYLOAD.values()
        for field in group
        for path in field.paths
    ),
)

pytestmark = pytest.mark.timeout(900)


def university(folder: Path) -> None:
    """Two small courses, logs and packages."""
    plan = Plan(
        events=2_000,
        files=1,
        learners=60,
        courses=2,
        days=12,
        seed=5,
        packages=True,
        traps=frozenset(),
    )
    simulate(plan, folder / "invented", Silent())


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))]
)
def test_a_release_comes_out_of_odd_values_everywhere(tmp_path: Path, seed: int) -> None:
    invented = kept(university) / "invented"
    planted = _planted(invented, tmp_path / "odd", random.Random(seed))
    job = new_job(tmp_path / "campus")
    land(job, [tmp_path / "odd"])
    assert reconcile(job.workspace) == []
    assert status(job.workspace).odd_values > planted // 20, "values are told"
    build(job)
    assert publish(job).release


def _planted(source: Path, target: Path, rng: random.Random) -> int:
    """Copy packages and logs; every second line gets one odd value, each column its turn. How many there are."""
    count = 0
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        if path.parent.name == "truth":
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        if path.suffix == ".sql":
            content, planted = _in_table(content.decode(), rng)
            count += planted
        elif path.parent.name == "logs":
            content = gzip.compress(_in_events(gzip.decompress(content).decode(), rng))
        copy.write_bytes(content)
    return count


def _in_table(text: str, rng: random.Random) -> tuple[bytes, int]:
    header, *rows = text.rstrip("\n").split("\n")
    width, count = header.count("\t") + 1, 0
    for place, row in enumerate(rows):
        values = row.split("\t")
        if len(values) == width and place % 2:
            values[count % width] = rng.choice(ODD)
            count += 1
            rows[place] = "\t".join(values)
    return ("\n".join([header, *rows]) + "\n").encode(), count


def _in_events(text: str, rng: random.Random) -> bytes:
    lines = text.rstrip("\n").split("\n")
    for place in range(0, len(lines), 2):
        event = json.loads(lines[place])
        if isinstance(event.get("event"), str) and event["event"].startswith("{"):
            event["event"] = json.loads(event["event"])
        *owners, name = FIELDS[place // 2 % len(FIELDS)]
        owner = event
        for key in owners:
            owner = owner[key] if isinstance(owner.get(key), dict) else owner.setdefault(key, {})
            owner = owner if isinstance(owner, dict) else {}
        owner[name] = rng.choice(ODD_JSON)
        lines[place] = json.dumps(event, ensure_ascii=False)
    return ("\n".join(lines) + "\n").encode()
