"""A damaged warehouse is moved aside and made again from the lake: it holds nothing of its own."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.processes import Outcome, assert_told, done, outcome_of, studium


def empty(file: Path) -> None:
    file.write_bytes(b"")


def overwrite(file: Path) -> None:
    file.write_bytes(b"no database " * 1000)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_in_the_header(file: Path) -> None:
    os.truncate(file, 5000)


def spoil_blocks(file: Path) -> None:
    """All data blocks but the last ones, with the catalogue; it opens, and fails when read."""
    with file.open("r+b") as stream:
        stream.seek(12288)
        stream.write(b"\xff" * (file.stat().st_size - 12288 - 3 * 262144))


@pytest.mark.parametrize("spoil", [empty, overwrite, cut, cut_in_the_header, spoil_blocks])
def test_damaged_warehouse_is_made_again(
    half: Path, expected: Outcome, spoil: Callable[[Path], None]
) -> None:
    spoil(half / "warehouse.duckdb")
    damaged = (half / "warehouse.duckdb").read_bytes()

    answer = done(half, "run")

    assert "The warehouse is damaged" in answer.stderr
    (kept,) = half.glob("warehouse.duckdb.damaged-*")
    assert kept.name in answer.stderr
    assert kept.read_bytes() == damaged or spoil in {cut, spoil_blocks}  # those may open
    assert "over all days" in answer.stdout
    assert outcome_of(half) == expected


@pytest.mark.parametrize("spoil", [empty, overwrite, cut])
def test_doctor_opens_the_warehouse(half: Path, spoil: Callable[[Path], None]) -> None:
    spoil(half / "warehouse.duckdb")
    diagnosed = studium(half, "doctor", "--json")
    assert diagnosed.returncode == 1
    (finding,) = [it for it in json.loads(diagnosed.stdout) if it["subject"] == "warehouse"]
    assert finding["state"] == "bad"
    assert "damaged" in finding["found"]
    assert "studium build" in finding["fix"]
    for command in ("check", "publish"):
        assert_told(studium(half, command), 1, "damaged", "warehouse.duckdb", "studium build")
    done(half, "build")
    told = done(half, "doctor").stdout
    assert "rows can be read" in told
    assert "rm " in told


def test_blocks_that_the_build_does_not_read_are_found_by_the_checks(half: Path) -> None:
    before = outcome_of(half)
    spoil_blocks(half / "warehouse.duckdb")
    (half / "studium.toml").write_text("version = 1\n")
    answer = done(half, "run", *_landed(half))
    assert "made again in full" in answer.stderr
    assert "over all days" in answer.stdout
    assert outcome_of(half) == before


def test_damaged_file_of_the_lake_is_not_the_warehouse(half: Path) -> None:
    parquet = max(half.rglob("event_date=*/*.parquet"), key=lambda file: file.stat().st_size)
    parquet.chmod(0o644)
    os.truncate(parquet, parquet.stat().st_size // 2)
    answer = studium(half, "build", "--full-refresh")
    assert answer.returncode == 1
    assert "warehouse is damaged" not in answer.stderr
    assert list(half.glob("*.damaged-*")) == []


def _landed(root: Path) -> list[str]:
    files = json.loads(done(root, "status", "--files", "--json").stdout)["file_list"]
    return [file["path"] for file in files]
