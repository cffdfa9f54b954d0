"""Exports: the right rows in every format, safe for spreadsheets, with dictionary, README and checksums."""

import csv
import gzip
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas
import pyarrow.parquet
import pyreadstat
import pytest

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Silent
from studium.publish import Delivery, Order, Package, export_table, package_scope
from studium.publish.exports import statistical_files
from studium.publish.exports.files import file_group
from studium.publish.exports.names import Dialect, file_names
from studium.publish.retention import remove_old_releases
from studium.vocabulary import Scope
from tests.publish.conftest import publish_now

FORMULAS = ["=1+1", "+cmd", "-2+3", "@sum(a)", "\tx", "\rx"]
PLAIN = ["-5", "+1.5e3", "a=b", "", 'it\'s, "quoted"\nand long', "ünï"]
TABLE = """
create table marts.learners as
    select
        case when n % 2 = 0 then 'course-v1:A+B+C' else 'A/B/C' end as course_id,
        n::bigint as "index",
        case n when 0 then null when 1 then true else false end as certified,
        n / 4.0::double as grade,
        date '2024-02-28' + n::int as start_date,
        timestamp '2024-02-28 10:00:00.5' + interval (n) hour as last_event,
        9007199254740993 + n::bigint as big,
        text as "using",
        {'a': n} as parts
    from (select unnest(range(12)) as n, unnest(TEXTS) as text)
"""


@pytest.fixture
def release(workspace: Workspace, change: Callable[[str], None]) -> Workspace:
    """A workspace whose current release has a table with everything that is difficult."""
    texts = [*FORMULAS, *PLAIN]
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    change(TABLE.replace("TEXTS", f"[{listed}]"))
    publish_now(workspace)
    return workspace


def test_csv_has_all_rows_and_no_formulas(release: Workspace, tmp_path: Path) -> None:
    delivery = _export(release, tmp_path / "out.csv", form="csv")

    rows = _read_csv((tmp_path / "out.csv").read_bytes())
    assert delivery.rows == len(rows) == 12
    texts = {int(row["index"]): row["using"] for row in rows}
    assert [texts[n] for n in range(6)] == [f"'{text}" for text in FORMULAS]
    assert [texts[n] for n in range(6, 12)] == PLAIN
    first = next(row for row in rows if row["index"] == "0")
    assert first["certified"] == ""
    assert first["grade"] == "0.0"
    assert first["parts"] == '{"a":0}'
    assert first["last_event"] == "2024-02-28T10:00:00.500000"


def test_beside_an_export_stand_dictionary_schema_and_readme(
    release: Workspace, tmp_path: Path
) -> None:
    delivery = _export(
        release,
        tmp_path / "v.csv",
        table="video",
        columns=("watched_seconds",),
        where="watched_seconds > 1",
    )

    names = ["v.csv", "v.csv.dictionary.md", "v.csv.schema.json", "v.csv.README.md"]
    assert [file.name for file in delivery.files] == names
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(names)
    readme = (tmp_path / "v.csv.README.md").read_text()
    for file in delivery.files[:3]:
        content = (tmp_path / file.name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert f"| `{file.name}` | {len(content):,} | `{file.sha256}` |" in readme
    assert f"Release `{delivery.release_id}`" in readme
    assert "Only rows for which `watched_seconds > 1`. 1 of its 2 columns." in readme
    assert "tracking.log" in readme
    dictionary = (tmp_path / "v.csv.dictionary.md").read_text()
    assert "| `watched_seconds` | double | seconds | Time watched |" in dictionary
    assert "One row per video, the publisher's too." in dictionary
    schema = json.loads((tmp_path / "v.csv.schema.json").read_text())
    assert schema["properties"] == {
        "watched_seconds": {
            "type": ["number", "null"],
            "description": "Time watched",
            "x-type": "double",
            "x-unit": "seconds",
        }
    }


def test_parquet_keeps_types_and_carries_definitions(release: Workspace, tmp_path: Path) -> None:
    _export(release, tmp_path / "out.parquet", form="parquet")
    _export(release, tmp_path / "video.parquet", form="parquet", table="video")

    table = pyarrow.parquet.read_table(tmp_path / "out.parquet").sort_by("index")
    assert table["using"].to_pylist() == [*FORMULAS, *PLAIN]
    assert table["big"].to_pylist()[0] == 9007199254740993
    assert table["start_date"].to_pylist()[1] == date(2024, 2, 29)
    field = pyarrow.parquet.read_schema(tmp_path / "video.parquet").field("watched_seconds")
    assert field.metadata[b"description"] == b"Time watched"


@pytest.mark.parametrize("form", ["stata", "spss"])
def test_statistical_files_hold_the_same_rows(
    form: str, release: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / ("out.dta" if form == "stata" else "out.sav")
    _export(release, path, form=form)

    read = pyreadstat.read_dta if form == "stata" else pyreadstat.read_sav
    rows, about = read(path)
    rows = rows.sort_values("index")
    text = "using_v" if form == "stata" else "using"
    assert rows[text].tolist() == [*FORMULAS, *PLAIN]
    assert rows["index"].tolist() == list(range(12))
    assert math.isnan(rows["certified"].tolist()[0])
    assert rows["certified"].tolist()[1:3] == [1, 0]
    assert about.variable_value_labels["certified"] == {0: "false", 1: "true"}
    assert rows["start_date"].tolist()[1] == date(2024, 2, 29)
    assert rows["last_event"].tolist()[0] == datetime.fromisoformat("2024-02-28T10:00:00.500")
    assert rows["big"].tolist()[0] == "9007199254740993"
    readme = Path(f"{path}.README.md").read_text()
    assert ("`using` is `using_v`" in readme) == (form == "stata")


def test_pandas_reads_the_stata_file_as_stata_would(release: Workspace, tmp_path: Path) -> None:
    _export(release, tmp_path / "v.dta", form="stata", table="video")

    with pandas.io.stata.StataReader(tmp_path / "v.dta") as reader:
        assert reader.variable_labels() == {"video_id": "", "watched_seconds": "Time watched"}
        assert len(reader.read()) == 10


def test_long_texts_reach_stata_and_are_refused_for_spss(
    workspace: Workspace, change: Callable[[str], None], tmp_path: Path
) -> None:
    change("create table marts.long as select repeat('é', 20000) as text, 'inf'::double as number")
    publish_now(workspace)

    _export(workspace, tmp_path / "long.dta", form="stata", table="long")
    with pytest.raises(StudiumError, match="40,000 bytes"):
        _export(workspace, tmp_path / "long.sav", form="spss", table="long")

    rows, _ = pyreadstat.read_dta(tmp_path / "long.dta")
    assert rows["text"].tolist() == ["é" * 20000]
    assert math.isnan(rows["number"].tolist()[0])
    assert not list(tmp_path.glob("long.sav*")) + list(tmp_path.glob(".*"))


def test_too_many_cells_for_stata_are_refused(
    release: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistical_files, "MOST_CELLS", 100)

    with pytest.raises(StudiumError, match="--format parquet"):
        _export(release, tmp_path / "out.dta", form="stata")


def test_names_fit_the_program() -> None:
    long = "a" * 40
    stata = Dialect(32, frozenset({"in", "using"}))

    names = file_names(["in", "in_v", "9th", "_x", "naïve", long, long + "b", "str5"], stata)

    assert list(names.values()) == [
        *("in_v_2", "in_v", "v9th", "v_x", "na_ve"),
        *("a" * 32, "a" * 30 + "_2", "str5_v"),
    ]
    assert all(len(name) <= 32 for name in names.values())


def test_courses_can_be_chosen_or_parted(release: Workspace, tmp_path: Path) -> None:
    one = _export(release, tmp_path / "one.csv", scopes=(Scope("course", "A/B/C"),))
    parted = _export(release, tmp_path / "parted", by="course")

    assert one.rows == 6
    assert {row["course_id"] for row in _read_csv((tmp_path / "one.csv").read_bytes())} == {"A/B/C"}
    assert parted.rows == 12
    data = sorted(file.name for file in parted.files if file.name.endswith(".csv"))
    assert data == ["A-B-C.csv", "A-B-C~2.csv"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"table": "learner"}, "Did you mean learners"),
        ({"columns": ("grades",)}, "Did you mean grade"),
        ({"columns": ("grade", "Grade")}, "named twice"),
        ({"scopes": (Scope("course", "A/B/D"),)}, "Did you mean A/B/C"),
        ({"table": "video", "scopes": (Scope("course", "A/B/C"),)}, "has no course_id"),
        ({"form": "excel"}, "Formats: csv"),
        ({"where": "grades > 1"}, "Did you mean grade"),
        ({"where": "1 = 1; drop table learners"}, "not one expression"),
    ],
)
def test_what_is_not_there_is_named(
    changed: dict[str, Any], message: str, release: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(MisuseError, match=message):
        _export(release, tmp_path / "out.csv", **changed)
    assert not list(tmp_path.glob("out*"))


def test_nothing_is_overwritten_unless_forced(release: Workspace, tmp_path: Path) -> None:
    (tmp_path / "out.csv.schema.json").write_text("mine")

    with pytest.raises(MisuseError, match="--force"):
        _export(release, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.glob("*out*")] == ["out.csv.schema.json"]

    export_table(release, Order("learners"), tmp_path / "out.csv", Silent(), force=True)
    assert (tmp_path / "out.csv.schema.json").read_text() != "mine"


def test_a_failing_export_leaves_nothing(release: Workspace, tmp_path: Path) -> None:
    with pytest.raises(StudiumError, match="rows cannot be read"):
        _export(release, tmp_path / "out.csv", where="upper(grade) = 'A' and start_date > 'x'")
    with pytest.raises(StudiumError, match="in between"):
        _fail_between(tmp_path)

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_release_that_is_exported_is_not_removed(release: Workspace, tmp_path: Path) -> None:
    exit_codes: list[int | None] = []

    class Meddler(Silent):
        def advance(self, amount: float) -> None:
            """In the middle of an export another process publishes, and old releases go."""
            if not exit_codes:
                other = get_context("spawn").Process(target=_publish_and_remove, args=(release,))
                other.start()
                other.join()
                exit_codes.append(other.exitcode)

    before = release.current.resolve().name
    delivery = export_table(release, Order("learners"), tmp_path / "out.csv", Meddler())

    assert exit_codes == [0]
    assert delivery.release_id == before
    assert (release.releases / before).is_dir()
    assert release.current.resolve().name != before


def _publish_and_remove(workspace: Workspace) -> None:
    publish_now(workspace, second=5, inputs=[])
    remove_old_releases(workspace, keep=1)


def test_the_network_is_a_graph(
    workspace: Workspace, change: Callable[[str], None], tmp_path: Path
) -> None:
    change(
        "create table marts.course_coenrollment as select * from (values ('A<1>', 'B&2', 2::bigint, 3::bigint, "
        "4::bigint, 0.4::double), ('A<1>', 'C', 1, 3, 1, 1 / 3)) as pairs "
        "(course_id, other_course_id, shared_learners, learners, other_learners, jaccard)"
    )
    publish_now(workspace)

    _export(workspace, tmp_path / "n.graphml", form="graphml", table="course_coenrollment")
    with pytest.raises(MisuseError, match="course_coenrollment --format graphml"):
        _export(workspace, tmp_path / "v.graphml", form="graphml", table="video")

    names = {"g": "http://graphml.graphdrawing.org/xmlns"}
    graph = ElementTree.parse(tmp_path / "n.graphml").getroot().find("g:graph", names)
    assert graph is not None
    assert graph.get("edgedefault") == "undirected"
    nodes = {node.get("id"): _data(node) for node in graph.findall("g:node", names)}
    assert nodes == {"A<1>": {"learners": "3"}, "B&2": {"learners": "4"}, "C": {"learners": "1"}}
    edges = [
        (edge.get("source"), edge.get("target"), _data(edge))
        for edge in graph.findall("g:edge", names)
    ]
    assert edges == [
        ("A<1>", "B&2", {"weight": "2", "jaccard": "0.4"}),
        ("A<1>", "C", {"weight": "1", "jaccard": repr(1 / 3)}),
    ]


def test_a_package_holds_all_tables_of_one_course(release: Workspace, tmp_path: Path) -> None:
    delivery = package_scope(release, Package(Scope("course", "A/B/C")), tmp_path, Silent())
    again = package_scope(release, Package(Scope("course", "A/B/C")), tmp_path / "b.zip", Silent())

    assert delivery.files[0].sha256 == again.files[0].sha256
    root = f"A-B-C-{delivery.release_id}"
    with zipfile.ZipFile(tmp_path / f"{root}.zip") as archive:
        content = {name.removeprefix(f"{root}/"): archive.read(name) for name in archive.namelist()}
    assert sorted(content) == [
        *("README.md", "SHA256SUMS"),
        *("data/event_types_daily.csv.gz", "data/learners.csv.gz", "dictionary.md"),
        *("schemas/event_types_daily.schema.json", "schemas/learners.schema.json"),
    ]
    sums = sorted(content.pop("SHA256SUMS").decode().splitlines())
    assert sums == sorted(
        f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in content.items()
    )
    rows = _read_csv(gzip.decompress(content["data/learners.csv.gz"]))
    assert {row["course_id"] for row in rows} == {"A/B/C"}
    assert len(rows) == delivery.rows == 6
    assert "| `data/event_types_daily.csv.gz` | 0 |" in content["README.md"].decode()


def test_a_package_as_parquet_can_be_read(release: Workspace, tmp_path: Path) -> None:
    package_scope(
        release, Package(Scope("course", "A/B/C"), "parquet"), tmp_path / "p.zip", Silent()
    )

    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("learners.parquet"))
        table = pyarrow.parquet.read_table(io.BytesIO(archive.read(name)))
    assert set(table["course_id"].to_pylist()) == {"A/B/C"}


def test_a_package_of_an_unknown_course_is_refused(release: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="Did you mean A/B/C"):
        package_scope(release, Package(Scope("course", "A/B/X")), tmp_path / "p.zip", Silent())
    with pytest.raises(MisuseError, match=r"\.zip"):
        package_scope(release, Package(Scope("course", "A/B/C")), tmp_path / "p.tar", Silent())
    assert not list(tmp_path.glob("*p.*"))


def _fail_between(folder: Path) -> None:
    with file_group(folder, ["a", "b"], force=False) as group:
        group.write_text("a", "whole")
        raise StudiumError("in between", "here", "none")


def _data(element: ElementTree.Element) -> dict[str | None, str | None]:
    return {child.get("key"): child.text for child in element}


def _export(workspace: Workspace, output: Path, **changed: Any) -> Delivery:
    order = Order(**{"table": "learners", **changed})
    return export_table(workspace, order, output, Silent())


def _read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
