"""Course structures as JSON: their order, their keys, and blocks that hang nowhere or twice.

Enters: structures written here, and those of the shared data with the report that was made of them.
"""

import csv
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from studium.lake.formats.courses.course_structure.documents import read_structure as parse
from studium.lake.reading.parsed import Counts
from tests.warehouse.warehouses import SHARED_DATA

COURSE = "course-v1:MITx+1.00x+2T2099"
SHARED = SHARED_DATA / "edx_insights"

Structure = Callable[..., tuple[list[dict[str, Any]], Counts]]


def key(category: str, name: str) -> str:
    return f"block-v1:MITx+1.00x+2T2099+type@{category}+block@{name}"


def parsed(path: Path, course_id: str | None) -> tuple[list[dict[str, Any]], Counts]:
    rows: list[dict[str, Any]] = []

    def write(name: str, table: pa.Table) -> None:
        assert name == "course_structure_blocks"
        rows.extend(table.to_pylist())

    counts = parse(path, course_id, write)
    assert counts.lines == counts.rows + len(counts.rejects)
    assert [row["source_line"] for row in rows] == list(range(1, len(rows) + 1))
    return rows, counts


@pytest.fixture
def structure(tmp_path: Path) -> Structure:
    """Parse bytes or an object."""

    def run(content: Any, course_id: str | None = None) -> tuple[list[dict[str, Any]], Counts]:
        path = tmp_path / "course_structure.json"
        raw = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
        path.write_bytes(raw)
        return parsed(path, course_id)

    return run


TREE: dict[str, dict[str, Any]] = {
    key("problem", "p"): {
        "category": "problem",
        "children": [],
        "metadata": {"display_name": "CafÃ©"},
    },
    key("chapter", "b"): {"category": "chapter", "children": [key("problem", "p")]},
    key("course", "course"): {
        "category": "course",
        "children": [key("chapter", "a"), key("chapter", "b")],
        "metadata": {"display_name": "C", "start": "2099-03-10T10:00:00Z"},
    },
    key("chapter", "a"): {
        "category": "chapter",
        "children": [key("problem", "p"), key("html", "gone")],
        "metadata": {"graded": True, "format": "Homework", "due": "soon"},
    },
    key("html", "lost"): {"category": "html"},
}


def test_blocks_come_in_the_order_of_the_outline(structure: Structure) -> None:
    rows, counts = structure(TREE)
    shown = ("block_id", "category", "parent_block_id", "position", "depth", "children")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        (key("course", "course"), "course", None, 1, 1, 2),
        (key("chapter", "a"), "chapter", key("course", "course"), 1, 2, 2),
        (key("problem", "p"), "problem", key("chapter", "a"), 1, 3, 0),
        (key("chapter", "b"), "chapter", key("course", "course"), 2, 2, 1),
        (key("html", "lost"), "html", None, None, None, 0),
    ]
    assert {row["course_id"] for row in rows} == {COURSE}
    assert rows[0]["start"] == datetime(2099, 3, 10, 10, tzinfo=UTC).replace(tzinfo=None)
    assert [row["display_name"] for row in rows] == ["C", None, "Café", None, None]
    assert (rows[1]["graded"], rows[1]["format"], rows[1]["due"]) == ("true", "Homework", None)
    assert json.loads(rows[1]["metadata"]) == TREE[key("chapter", "a")]["metadata"]
    assert sorted(reject.reason for reject in counts.rejects) == ["bad_date", "missing_block"]


def test_old_keys_take_their_course_from_the_package_or_the_root(structure: Structure) -> None:
    tree = {"i4x://MITx/1.00x/course/2T2099": {"category": "course", "children": []}}
    assert structure(tree)[0][0]["course_id"] == "MITx/1.00x/2T2099"
    assert structure(tree, "MITx/1.00x/other")[0][0]["course_id"] == "MITx/1.00x/other"


def test_a_circle_is_gone_round_once(structure: Structure) -> None:
    one, two = key("course", "course"), key("chapter", "a")
    rows, _ = structure(
        {
            one: {"category": "course", "children": [two]},
            two: {"category": "chapter", "children": [one]},
        }
    )
    assert [row["depth"] for row in rows] == [1, 2]


def test_lines_of_the_blocks_api_are_read_each_by_itself(structure: Structure) -> None:
    answer = {
        "course_id": COURSE,
        "root": key("course", "course"),
        "blocks": {
            key("course", "course"): {
                "type": "course",
                "display_name": "C",
                "children": [key("html", "h")],
            },
            key("html", "h"): {"type": "html", "graded": False, "odd": 1},
        },
    }
    line = json.dumps(answer).encode()
    other = line.replace(b"2T2099", b"3T2099")
    rows, counts = structure(line + b"\n\n[1]\n{broken\n" + other)
    assert [row["course_id"][-6:] for row in rows] == ["2T2099"] * 2 + ["3T2099"] * 2
    assert (rows[1]["graded"], rows[1]["parent_block_id"]) == ("false", key("course", "course"))
    assert json.loads(rows[1]["metadata"])["odd"] == 1
    assert [(reject.line_no, reject.reason) for reject in counts.rejects] == [
        (3, "not_json"),
        (4, "not_json"),
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"{}"])
def test_nothing_gives_nothing(structure: Structure, content: bytes) -> None:
    rows, counts = structure(content)
    assert (rows, counts.lines) == ([], 0)


def test_what_is_no_block_is_told(structure: Structure) -> None:
    rows, counts = structure({"version": 2, "x": {"no": "category"}})
    assert rows == []
    assert [reject.reason for reject in counts.rejects] == ["no_block", "no_block"]


def test_odd_types_break_nothing(structure: Structure) -> None:
    rows, _ = structure({"root": {}, "blocks": {"x": {"type": 5, "children": 7, "due": [1]}}})
    assert [(row["category"], row["children"], row["due"]) for row in rows] == [("5", 0, None)]


def test_a_torn_archive_says_so(tmp_path: Path) -> None:
    path = tmp_path / "course_structure.json.gz"
    path.write_bytes(gzip.compress(json.dumps(TREE).encode())[:-20])
    rows, counts = parsed(path, None)
    assert (rows, [reject.reason for reject in counts.rejects]) == ([], ["not_json"])
    assert counts.damage


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_structures_equal_the_report_of_the_platforms_own_pipeline() -> None:
    with (SHARED / "output" / "acceptance_expected_course_structure.tsv").open() as file:
        report = list(csv.DictReader(file, delimiter="\t"))
    expected = {
        (row["course_id"], row["block_id"]): (
            *(row["block_type"], " ".join(row["display_name"].split())),
            *(int(row["depth"]), int(row["order_index"])),
            None if row["parent_id"] == "None" else row["parent_id"],
        )
        for row in report
    }
    found = {}
    for path in sorted((SHARED / "input" / "course_structure_raw").glob("*.json")):
        rows, counts = parsed(path, None)
        assert counts.rejects == []
        for row in rows:
            found[row["course_id"], row["block_id"]] = (
                *(row["category"], " ".join(row["display_name"].split())),
                *(row["depth"], row["source_line"]),
                row["parent_block_id"],
            )
    assert len(expected) == 59
    assert found == expected
