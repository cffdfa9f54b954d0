"""Trees of content reach the lake as versions, and what breaks a tree costs the one node.

Enters: taxonomies as CSV and as JSON. Leaves: nodes, notes of odd parents, rejects.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from studium.config import Workspace
from studium.lake import LandReport
from studium.lake.formats.content.taxonomy.parser import read_taxonomy
from studium.lake.reading.parsed import Counts
from tests.warehouse.warehouses import SHARED_DATA

DAY = date(2014, 5, 1)
HEAD = "taxonomy,version_date,node_id,parent_id,kind,position,title,slug,path,page_id\n"
TREE = (
    "maths,,m,,domain,1,Maths,m,m,\n"
    "maths,,a,m,subject,1,Algebra,a,m/a,\n"
    "maths,,l,a,topic,1,Lines,l,m/a/l,\n"
    "maths,,t,l,tutorial,1,Slope,t,m/a/l/t,\n"
    "maths,,u,l,tutorial,0.5,Before,u,m/a/l/u,\n"
)
KHAN = SHARED_DATA / "khan_tree"


class Kept:
    """What a parser gave: rows and odd values."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.odd: list[tuple[int, str, str]] = []

    def __call__(self, _dataset: str, table: pa.Table) -> None:
        self.rows += table.to_pylist()

    def note_odd(self, line: int, column: str, value: str) -> None:
        self.odd.append((line, column, value))


def read(path: Path, content: Any) -> tuple[Kept, Counts]:
    """Rows of a file; text as CSV below the header, else JSON."""
    text = HEAD + content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    kept = Kept()
    counts = read_taxonomy(path, DAY, kept)  # type: ignore[arg-type]  # stands for a sink
    assert counts.lines == counts.rows + len(counts.rejects) == len(kept.rows) + len(counts.rejects)
    return kept, counts


def places(kept: Kept, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in kept.rows]


def test_a_page_may_lie_in_several_tutorials_and_twice_in_one(tmp_path: Path) -> None:
    pages = "maths,,p,t,page,1,P,,,\nmaths,,p,u,page,1,P,,,\nmaths,,x1,t,page,2,X,,,x\nmaths,,x2,t,page,3,X,,,x\n"
    kept, counts = read(tmp_path / "content_nodes.csv", TREE + pages)
    assert not counts.rejects
    assert not kept.odd
    assert places(kept, "node_id", "parent_id", "page_id", "position")[-4:] == [
        ("p", "t", "p", 1.0),
        ("p", "u", "p", 1.0),
        ("x1", "t", "x", 2.0),
        ("x2", "t", "x", 3.0),
    ]
    assert {row["version_date"] for row in kept.rows} == {DAY}


@pytest.mark.parametrize(
    ("lines", "reasons", "odd"),
    [
        ("maths,,c,d,topic,1,,,,\nmaths,,d,c,topic,1,,,,\n", [], [(7, "parent_id", "d")]),
        ("maths,,s,s,topic,1,,,,\n", [], [(7, "parent_id", "s")]),
        ("maths,,t,a,tutorial,1,,,,\n", ["second_parent"], []),
        ("maths,,t,l,tutorial,1,,,,\n", ["twice"], []),
        ("maths,,w,gone,tutorial,1,,,,\n", [], [(7, "parent_id", "gone")]),
        ("maths,,p,gone,page,1,,,,\n", ["no_parent"], []),
        ("maths,,p,,page,1,,,,\n", ["no_parent"], []),
        ("maths,,v,l,chapter,1,,,,\n", ["bad_kind"], []),
        ("maths,2014-02-30,v,l,topic,1,,,,\n", ["bad_date"], []),
        ("maths,,v,l,topic,first,,,,\n", ["bad_value"], []),
        ("maths,,,l,topic,1,,,,\n", ["no_key"], []),
        ("maths,,v,l,topic,1,a,b,c,d,e\n", ["wrong_number_of_fields"], []),
    ],
)
def test_what_breaks_a_tree_costs_the_one_node(
    tmp_path: Path, lines: str, reasons: list[str], odd: list[tuple[int, str, str]]
) -> None:
    kept, counts = read(tmp_path / "content_nodes.csv", TREE + lines)
    assert [reject.reason for reject in counts.rejects] == reasons
    assert kept.odd == odd
    assert places(kept, "node_id")[:5] == [("m",), ("a",), ("l",), ("t",), ("u",)]
    assert len(kept.rows) == 5 + lines.count("\n") - len(reasons)
    assert all(
        row["parent_id"] is None for row in kept.rows if row["source_line"] in {it[0] for it in odd}
    )


def test_ids_come_from_slugs_where_the_source_has_none(tmp_path: Path) -> None:
    path = tmp_path / "content_nodes.csv"
    kept, counts = read(path, ",,,,subject,,A,a,a,\n,,,,tutorial,,B,b,a/b,\n")
    again, _ = read(path, ",,,,tutorial,9,B,b,/a/b/,\n,,,,subject,1,A,a,/a/,\n")
    assert not counts.rejects
    assert set(places(kept, "node_id", "parent_id")) == set(places(again, "node_id", "parent_id"))
    assert places(kept, "parent_id") == [(None,), (kept.rows[0]["node_id"],)]


def test_a_hundred_thousand_nodes_and_a_chain_of_them_are_read(tmp_path: Path) -> None:
    wide = "".join(f"big,,n{it},,tutorial,{it},,,,\n" for it in range(50_000))
    chain = "".join(f"deep,,n{it},n{it + 1},topic,1,,,,\n" for it in range(50_000))
    kept, counts = read(tmp_path / "content_nodes.csv", wide + chain)
    assert (counts.rows, counts.rejects) == (100_000, [])
    assert [value for *_, value in kept.odd] == ["n50000"]


def test_a_whole_tree_as_json_gives_what_its_levels_give(tmp_path: Path) -> None:
    page = {"kind": "Video", "id": "v1", "slug": "one", "title": "One"}
    other = {"kind": "Exercise", "id": "e1", "slug": "try", "title": "Try"}
    tutorial = {
        "kind": "Topic",
        "render_type": "Tutorial",
        "id": "counting",
        "parent_id": "early",
        "topic_page_url": "/math/early/counting",
        "children": [page, other, page],
    }
    early = {"kind": "Topic", "render_type": "Subject", "id": "early", "parent_id": "math"}
    math = {"kind": "Topic", "render_type": "Domain", "id": "math", "parent_id": "root"}
    nested = {
        "kind": "Topic",
        "id": "root",
        "children": [math | {"children": [early | {"children": [tutorial]}]}],
    }
    names = ("node_id", "parent_id", "kind", "page_kind", "key")
    whole, counts = read(tmp_path / "topics.json", nested)
    assert not counts.rejects
    assert {row["part"] for row in whole.rows} == {"tree"}
    listed: list[tuple[Any, ...]] = []
    shallow = [{"kind": "Topic", "id": "counting"}]
    for level in ([math], [early | {"children": shallow}], [tutorial]):
        kept, counts = read(tmp_path / "map_level.json", level)
        assert not counts.rejects
        listed += places(kept, *names)
    assert sorted(map(str, listed)) == sorted(map(str, places(whole, *names)))
    assert places(whole, "page_id", "position", "key")[-3:] == [
        ("v1", 1.0, "/math/early/counting/v/one"),
        ("e1", 2.0, "/math/early/counting/e/try"),
        ("v1", 3.0, "/math/early/counting/v/one"),
    ]


def test_records_that_are_no_nodes_go_to_quarantine(tmp_path: Path) -> None:
    kept, counts = read(
        tmp_path / "map_topics.json", [{"kind": "Topic", "render_type": "Topic"}, 7]
    )
    assert [reject.reason for reject in counts.rejects] == ["no_object", "no_key"] or sorted(
        reject.reason for reject in counts.rejects
    ) == ["no_key", "no_object"]
    assert kept.rows == []


def test_each_landing_is_a_version(
    tmp_path: Path, workspace: Workspace, land_paths: Callable[..., LandReport]
) -> None:
    """Two folders are two versions, of other bytes or the same; two files of one day are both kept, and told apart."""
    for day, text in (("2014-05-01", TREE), ("2014-06-01", TREE), ("2014-07-01", TREE[:-1])):
        folder = tmp_path / f"content-{day}"
        folder.mkdir()
        (folder / "content_nodes.csv").write_text(HEAD + text)
    second = tmp_path / "again-2014-05-01"
    second.mkdir()
    (second / "content_nodes.csv").write_text(HEAD + TREE.replace("Slope", "Slopes"))
    (second / "content_pages.csv").write_text("page_id,kind,title,key\np,video,P,/v/p\n")
    report = land_paths(tmp_path)
    assert not report.failed
    files = str(workspace.root / "lake" / "dumps" / "taxonomy_nodes" / "*" / "*.parquet")
    with duckdb.connect() as connection:
        found = connection.execute(
            "select cast(version_date as varchar), count(distinct source_file), count(*)"
            " from read_parquet(?, hive_partitioning = false) group by 1 order by 1",
            [files],
        ).fetchall()
    assert found == [("2014-05-01", 2, 10), ("2014-06-01", 1, 5), ("2014-07-01", 1, 5)]


@pytest.mark.skipif(not KHAN.is_dir(), reason="the shared data is not here")
def test_the_tree_of_2014_has_its_tutorials_and_steps() -> None:
    kinds: Counter[str] = Counter()
    pages = set()
    for path in sorted(KHAN.glob("*.json.gz")):
        kept = Kept()
        counts = read_taxonomy(path, DAY, kept)  # type: ignore[arg-type]  # stands for a sink
        assert not counts.rejects
        assert not kept.odd
        kinds.update(row["kind"] for row in kept.rows)
        pages |= {row["page_id"] for row in kept.rows if row["page_id"]}
    assert kinds == {"domain": 7, "subject": 65, "topic": 281, "tutorial": 1_337, "page": 8_626}
    assert len(pages) == 6_972
