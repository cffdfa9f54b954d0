"""One way out: an opener that holds its release and reads one database or several, one dialect, no formula."""

import csv
import fcntl
import io
import shutil
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import igzip

from studium.config import Workspace
from studium.progress import Silent
from studium.publish import (
    OpenRelease,
    Order,
    Package,
    Release,
    export_table,
    find_release,
    open_release,
    package_scope,
    query,
    write_answer,
)
from studium.publish.release import (
    Form,
    Limits,
    as_cell,
    as_cells,
    csv_text,
    in_total_order,
    is_formula,
    write_rows,
)
from studium.vocabulary import Scope
from tests.publish.conftest import publish_now

RUN = [
    "=1+1",
    " =1+1",
    '"=1+1',
    "'=1+1",
    "\uff1d1+1",
    "\xa0=1+1",
    "\ufeff=1+1",
    "\u202e=1+1",
    "\u200b\u2066+1+1",
    "\ufe66A1",
    "-1+1",
    "@sum(A1)",
    "\tx",
    "\rx",
    "\nx",
]
HARMLESS = [
    "",
    " ",
    "a",
    "a=b",
    "-5",
    "+49",
    "-1.5e-3",
    "1-2",
    "x@y",
    "a,b",
    'say "no"',
    "l\nl",
    "—",
]
LIMITS = Limits(20.0, 1000, 1000, 2, None)


@pytest.fixture
def published(workspace: Workspace, change: Callable[[str], None]) -> Workspace:
    """A release with a table of texts, a time and numbers."""
    change(
        "create table marts.texts (course_id varchar, text varchar, moment timestamp, n double, big hugeint)"
    )
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.executemany(
            "insert into marts.texts values ('A/B/C', ?, '2024-03-06 13:48:44', -1.5, 7)",
            [[text] for text in [*RUN, *HARMLESS]],
        )
    publish_now(workspace)
    return workspace


def texts_of(content: bytes) -> list[str]:
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert {row["moment"] for row in rows} == {"2024-03-06T13:48:44.000000"}
    assert {(float(row["n"]), int(row["big"])) for row in rows} == {(-1.5, 7)}
    return [row["text"] for row in rows]


def by_query(workspace: Workspace, folder: Path) -> bytes:
    with query(workspace, "select text, moment, n, big from texts") as answer:
        stream = io.BytesIO()
        write_answer(answer, "csv", None, stream)
    return stream.getvalue()


def by_export(workspace: Workspace, folder: Path) -> bytes:
    export_table(workspace, Order("texts"), folder / "texts.csv", Silent())
    return (folder / "texts.csv").read_bytes()


def by_package(workspace: Workspace, folder: Path) -> bytes:
    package_scope(workspace, Package(Scope("course", "A/B/C")), folder / "course.zip", Silent())
    with ZipFile(folder / "course.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("texts.csv.gz"))
        content: bytes = igzip.decompress(archive.read(name))
    return content


@pytest.mark.parametrize("way", [by_query, by_export, by_package])
def test_no_way_out_lets_a_formula_pass_and_all_say_the_same(
    published: Workspace, tmp_path: Path, way: Callable[[Workspace, Path], bytes]
) -> None:
    found = texts_of(way(published, tmp_path))
    assert sorted(found) == sorted([*(f"'{text}" for text in RUN), *HARMLESS])


def test_signs_that_are_skipped_are_all_that_have_no_form() -> None:
    """Unicode's own tables are the judge."""
    unseen = [
        chr(number)
        for number in range(0x110000)
        if unicodedata.category(chr(number)) in {"Cc", "Cf", "Zs", "Zl", "Zp"}
    ]
    assert not [sign for sign in unseen if not is_formula(f"{sign}=1")]
    wide = [chr(n) for n in range(0x110000) if unicodedata.normalize("NFKC", chr(n)) in set("=+-@")]
    assert not [sign for sign in wide if not is_formula(f"{sign}A1")]


VALUES = st.one_of(
    st.text(max_size=8).map(lambda text: (text, pa.string())),
    st.sampled_from([*RUN, *HARMLESS]).map(lambda text: (text, pa.string())),
    st.integers(-(2**62), 2**62).map(lambda number: (number, pa.int64())),
    st.floats().map(lambda number: (number, pa.float64())),
    st.decimals(-(10**9), 10**9, places=3).map(lambda number: (number, pa.decimal128(20, 3))),
    st.booleans().map(lambda it: (it, pa.bool_())),
    st.dates().map(lambda day: (day, pa.date32())),
    st.datetimes().map(lambda moment: (moment, pa.timestamp("us"))),
    st.binary(max_size=4).map(lambda data: (data, pa.binary())),
    st.lists(st.integers(0, 9), max_size=3).map(lambda items: (items, pa.list_(pa.int64()))),
    st.just((None, pa.string())),
)


@settings(deadline=None)
@given(VALUES)
def test_a_value_is_written_alike_by_itself_and_in_a_column(case: tuple[Any, pa.DataType]) -> None:
    value, kind = case
    if isinstance(value, str) and not value.isprintable():
        value = value.encode(errors="replace").decode()
    assert as_cells(pa.array([value], kind)).to_pylist() == [as_cell(value)]


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=2), max_size=5))
def test_csv_reads_back_as_it_was(rows: list[list[str]]) -> None:
    rows = [[text.encode(errors="replace").decode() for text in row] for row in rows]
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], rows).decode(), newline="")))
    shown = [[f"'{text}" if is_formula(text) else text for text in row] for row in rows]
    assert read == [["a", "b"], *shown]


def test_numbers_keep_what_they_are_in_json() -> None:
    schema = pa.schema(
        {"n": pa.decimal128(38, 0), "d": pa.decimal128(4, 2), "t": pa.timestamp("us")}
    )
    rows = {"n": [Decimal(10**20)], "d": [Decimal("1.50")], "t": [datetime(2024, 1, 2)]}  # noqa: DTZ001
    batch = pa.RecordBatch.from_pydict(rows, schema)
    text = b"".join(write_rows(schema, [batch], Form.JSON))
    assert text == b'[\n{"n":100000000000000000000,"d":1.5,"t":"2024-01-02T00:00:00.000000"}\n]\n'
    assert b"".join(write_rows(schema, [], Form.JSON)) == b"[]\n"


def test_a_query_that_fails_has_written_nothing() -> None:
    def fail() -> Any:
        raise ValueError("first rows")
        yield

    for form in Form:
        with pytest.raises(ValueError, match="first rows"):
            next(write_rows(pa.schema({"a": pa.int64()}), fail(), form))


def split(release: Release) -> Release:
    """The same with a database for each of two areas, as those to come have."""
    (whole,) = release.manifest.areas
    areas = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.database}' as whole (read_only)")
        for name, table in [("one", "video"), ("two", "texts")]:
            database = f"{name}.duckdb"
            connection.execute(f"attach '{release.path / database}' as \"{name}\"")
            connection.execute(f'create table "{name}".main.{table} as from whole.main.{table}')
            tables = [it for it in whole.tables if it.name == table]
            areas.append(
                msgspec.structs.replace(whole, name=name, database=database, tables=tables)
            )
    release.database.unlink()
    manifest = msgspec.structs.replace(release.manifest, areas=areas)
    return msgspec.structs.replace(release, manifest=manifest)


def test_a_release_of_several_databases_reads_like_one(published: Workspace) -> None:
    release = split(find_release(published, None))
    with open_release(OpenRelease, release, LIMITS) as opened:
        assert opened.number("select count(*) from video", {}) == 10
        assert opened.number("select count(*) from video, texts", {}) == 10 * len(RUN + HARMLESS)
        tables = opened.rows("show tables", {})
        assert {name for (name,) in tables} == {"video", "texts"}
        cursor = opened.connection.cursor()
        with pytest.raises(duckdb.CatalogException):
            cursor.execute("from video")
        assert cursor.execute("select count(*) from release.main.video").fetchone() == (10,)


@pytest.mark.parametrize(
    "sql",
    [
        "create table a as select 1",
        "create table release.main.a as select 1",
        "attach '/tmp/written-by-studium.duckdb' as b",
        "from read_text('/etc/hostname')",
        "set memory_limit = '9GB'",
        "copy (select 1) to '/tmp/written-by-studium'",
    ],
)
@pytest.mark.parametrize("scratch", [True, False])
def test_an_open_release_is_locked(published: Workspace, sql: str, scratch: bool) -> None:
    limits = LIMITS._replace(scratch=published.scratch if scratch else None)
    with (
        open_release(OpenRelease, find_release(published, None), limits) as opened,
        pytest.raises(duckdb.Error),
    ):
        opened.connection.execute(sql)


def is_held(release: Release) -> bool:
    with (release.path / "manifest.json").open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_whoever_reads_holds_the_manifest_of_the_release(published: Workspace) -> None:
    release = find_release(published, None)
    assert not is_held(release)
    with query(published, "from video"):
        assert is_held(release)
    assert not is_held(release)
    opened = open_release(OpenRelease, release, LIMITS)
    assert is_held(release)
    del opened  # as the server lets go of one that nobody needs any more
    assert not is_held(release)


def test_a_release_that_goes_meanwhile_is_no_traceback(published: Workspace) -> None:
    release = find_release(published, None)
    shutil.rmtree(release.path)
    from studium.errors import StudiumError

    with pytest.raises(StudiumError, match="removed"):
        open_release(OpenRelease, release, LIMITS)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a from t", "select a from t order by 1"),
        ("select a from t;", "select a from t order by 1"),
        ("select a from t -- why", "select a from t order by 1"),
        ("select a from t order by b desc", "select a from t order by b desc, 1"),
        ("select a from t limit $n", "select a from t order by 1 limit $n"),
        ("select a from t order by b offset 3", "select a from t order by b, 1 offset 3"),
        ("select a from t order by all", "select a from t order by all"),
        (
            "with s as (select a from t order by a limit 1) select max(a) over (order by a) from s",
            "with s as (select a from t order by a limit 1) select max(a) over (order by a) from s order by 1",
        ),
        ("(select a from t)", "(select a from t) order by 1"),
        ('select "limit" from t', 'select "limit" from t order by 1'),
    ],
)
def test_a_statement_ends_in_an_order_over_all_that_it_shows(sql: str, expected: str) -> None:
    assert in_total_order(sql, 1) == expected


def test_every_day_is_written_with_four_digits() -> None:
    assert as_cell(date(33, 4, 5)) == "0033-04-05"
