"""A query reads one release and nothing else; mistakes get the nearest name."""

import io
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pyarrow.parquet
import pytest

from studium.config import QuerySettings, Workspace
from studium.errors import MisuseError, StudiumError
from studium.publish import find_release, find_table, query, write_answer
from tests.publish.conftest import publish_now

Change = Callable[[str], None]
ENDLESS = "select count(*) from range(100000000) a, range(1000) b where hash(a.range + b.range) = 1"


@pytest.fixture
def published(workspace: Workspace) -> Workspace:
    """A workspace with one release."""
    publish_now(workspace)
    return workspace


def rows(workspace: Workspace, sql: str, release_id: str | None = None) -> list[tuple[object, ...]]:
    with query(workspace, sql, release_id) as answer:
        return list(answer.rows())


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from video",
        "with few as (from video limit 3) select count(*) + 7 from few",
        "values (10)",
        "from (select 10)",
        "(select 10)",
        "select count(*) from video;  -- with a remark",
    ],
)
def test_reading_statements_are_answered(published: Workspace, sql: str) -> None:
    assert rows(published, sql) == [(10,)]


@pytest.mark.parametrize("sql", ["describe video", "summarize video", "show tables"])
def test_statements_about_tables_are_answered(published: Workspace, sql: str) -> None:
    assert rows(published, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "copy video to '/tmp/stolen.csv'",
        "attach '/tmp/other.duckdb'",
        "install httpfs",
        "load httpfs",
        "pragma table_info('video')",
        "set memory_limit = '100GB'",
        "reset threads",
        "create table mine (a integer)",
        "insert into video values ('x', 1)",
        "update video set watched_seconds = 0",
        "delete from video",
        "drop table video",
        "call force_checkpoint()",
        "export database '/tmp/stolen'",
        "explain analyze select 1",
        "select 1; select 2",
        "select 1; drop table video",
        "",
        "-- nothing",
        "prepare trick as select 1",
        "vacuum",
    ],
)
def test_everything_else_than_one_reading_statement_is_refused(
    published: Workspace, sql: str
) -> None:
    with pytest.raises(StudiumError) as caught:
        query(published, sql)
    assert caught.value.exit_code == 2
    assert "studium query" in caught.value.fix


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from read_blob('/etc/passwd')",
        "select * from read_parquet('/tmp/*.parquet')",
        "select * from read_json('/etc/passwd')",
        "select * from glob('/*')",
        "select * from sniff_csv('/etc/passwd')",
        "from read_csv('http://localhost/a.csv')",
        "from parquet_metadata('/etc/passwd')",
        "from duckdb_secrets()",
    ],
)
def test_files_and_network_are_out_of_reach(published: Workspace, sql: str) -> None:
    with pytest.raises(StudiumError, match="nothing else: no files"):
        rows(published, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "from '/etc/passwd'",
        "with gone as (delete from video returning *) from gone",
        "from query('drop table video')",
        "from enable_logging()",
    ],
)
def test_tricks_that_look_like_reading_are_refused(published: Workspace, sql: str) -> None:
    with pytest.raises(StudiumError):
        rows(published, sql)
    assert rows(published, "select count(*) from video") == [(10,)]


def test_warehouse_is_out_of_reach(published: Workspace) -> None:
    with pytest.raises(StudiumError):
        query(published, f"from read_duckdb('{published.warehouse}')")


def test_variables_of_python_are_out_of_reach(published: Workspace) -> None:
    secret = pyarrow.table({"a": [1]})
    assert secret.num_rows == 1
    with pytest.raises(StudiumError, match="no table secret"):
        query(published, "from secret")


def test_unknown_names_get_the_nearest(published: Workspace) -> None:
    with pytest.raises(StudiumError, match="no table vidio") as caught:
        query(published, "from vidio")
    assert "Did you mean video?" in caught.value.fix
    with pytest.raises(StudiumError, match="no column watched_second") as caught:
        query(published, "select watched_second from video")
    assert "Did you mean watched_seconds?" in caught.value.fix
    with pytest.raises(StudiumError, match="no column watched_hours") as caught:
        query(published, "select video.watched_hours from video")
    assert "Did you mean watched_seconds?" in caught.value.fix


def test_query_that_fails_late_is_explained(published: Workspace) -> None:
    sql = "select error(video_id) from video where watched_seconds > 2"
    with pytest.raises(StudiumError, match="query failed"):
        rows(published, sql)


def test_invalid_sql_is_explained(published: Workspace) -> None:
    with pytest.raises(StudiumError, match="not valid SQL"):
        query(published, "select sum(")


def test_nothing_published_is_said(workspace: Workspace) -> None:
    with pytest.raises(StudiumError, match="Nothing was published") as caught:
        query(workspace, "select 1")
    assert "studium run" in caught.value.fix


def test_older_release_can_be_asked(published: Workspace, change: Change) -> None:
    first = find_release(published, None).id
    change("insert into marts.video values ('new', 1)")
    publish_now(published, second=1)
    assert rows(published, "select count(*) from video") == [(11,)]
    assert rows(published, "select count(*) from video", first) == [(10,)]


def test_open_answer_keeps_its_release_while_current_moves(
    published: Workspace, change: Change
) -> None:
    with query(published, "select video_id from video") as answer:
        change("insert into marts.video values ('new', 1)")
        publish_now(published, second=1)
        assert len(list(answer.rows())) == 10


def test_big_sort_spills_within_its_limit(
    workspace: Workspace, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("create table marts.big as select md5(range::varchar) as text from range(2000000)")
    publish_now(workspace)
    monkeypatch.chdir(workspace.root)
    tight = msgspec.structs.replace(
        workspace,
        settings=msgspec.structs.replace(
            workspace.settings, query=QuerySettings(memory_limit_mb=64, threads=1)
        ),
    )
    sql = "select max(place) from (select row_number() over (order by text) as place from big)"
    assert rows(tight, sql) == [(2_000_000,)]
    assert sorted(path.name for path in find_release(workspace, None).path.iterdir()) == [
        "courses.duckdb",
        "manifest.json",
    ]


def test_time_limit_stops_a_query(published: Workspace) -> None:
    began = time.monotonic()
    for form in ("csv", "json", "parquet"):
        stream = io.BytesIO()
        with (
            query(published, ENDLESS, time_limit_seconds=0.3) as answer,
            pytest.raises(StudiumError, match=r"took longer than 0\.3 s") as caught,
        ):
            write_answer(answer, form, None, stream)
        assert stream.getvalue() == b""
        assert "query.time_limit_seconds" in caught.value.fix
    with (
        query(limited(published, time_limit_seconds=1), ENDLESS) as answer,
        pytest.raises(StudiumError, match="took longer than 1 s"),
    ):
        answer.first_rows(5, 60)
    assert time.monotonic() - began < 10


def test_time_between_fetches_does_not_count(published: Workspace) -> None:
    with query(published, "from range(25000)", time_limit_seconds=0.5) as answer:
        found = answer.rows()
        next(found)
        time.sleep(0.6)
        assert len(list(found)) == 24_999


def test_temporary_files_are_limited(published: Workspace) -> None:
    tight = limited(published, memory_limit_mb=64, threads=1, temporary_limit_mb=5)
    sql = "select md5(range::varchar) as text, range from range(3000000) order by text"
    with pytest.raises(StudiumError, match="more than 5 MB of temporary files") as caught:
        rows(tight, sql)
    assert "query.temporary_limit_mb" in caught.value.fix


def test_first_rows_are_cut_by_the_database(published: Workspace) -> None:
    sql = (
        "select repeat('é', 50000000) as a, list(range) as b, {'c': repeat('x', 999)} as c, "
        "('q' || repeat('z', 99))::blob as d, null as a, 1.50::decimal(5, 2) as e, "
        "date '2024-03-01' as f, true as g from range(1000000) order by 1"
    )
    with query(published, sql) as answer:
        (row,) = answer.first_rows(3, 10)
        assert answer.columns[4] == "a"
    assert row[:5] == ("é" * 10, "[0, 1, 2, ", "{'c': xxxx", "qzzzzzzzzz", None)
    assert row[5:] == (Decimal("1.50"), date(2024, 3, 1), True)
    with query(published, "from range(9) order by 1 desc") as answer:
        assert answer.first_rows(3, 10) == [(8,), (7,), (6,)]
    for statement in ("show tables", "describe video", "summarize video"):
        with query(published, statement) as answer:
            assert answer.first_rows(3, 10)


def test_progress_bar_of_the_database_is_not_printed(
    published: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    sql = ENDLESS.replace("range(1000)", "range(40)")
    with query(published, sql, time_limit_seconds=4) as answer, suppress(StudiumError):
        list(answer.rows())
    assert capfd.readouterr().out == ""


def limited(workspace: Workspace, **limits: int) -> Workspace:
    """The workspace with other limits of queries."""
    settings = msgspec.structs.replace(workspace.settings, query=QuerySettings(**limits))
    return msgspec.structs.replace(workspace, settings=settings)


def write(workspace: Workspace, sql: str, form: str) -> str:
    stream = io.BytesIO()
    with query(workspace, sql) as answer:
        write_answer(answer, form, None, stream)
    return stream.getvalue().decode()


VALUES = (
    "select 1 as a, null as b, date '2024-03-01' as c, 'x,\"y' as d, true as e, "
    "'nan'::double as f, 1.50::decimal(5, 2) as g, [1, 2] as h, 2 as a"
)


def test_csv_is_quoted_and_nulls_are_empty(published: Workspace) -> None:
    assert write(published, VALUES, "csv").splitlines() == [
        "a,b,c,d,e,f,g,h,a_2",
        '1,,2024-03-01,"x,""y",true,nan,1.50,"[1,2]",2',
    ]


def test_json_is_an_array_of_records(published: Workspace) -> None:
    assert json.loads(write(published, VALUES, "json")) == [
        {
            "a": 1,
            "b": None,
            "c": "2024-03-01",
            "d": 'x,"y',
            "e": True,
            "f": None,
            "g": 1.5,
            "h": [1, 2],
            "a_2": 2,
        }
    ]
    assert json.loads(write(published, "select 1 where false", "json")) == []


def test_parquet_keeps_types(published: Workspace, tmp_path: Path) -> None:
    output = tmp_path / "video.parquet"
    with query(published, "from video") as answer:
        assert write_answer(answer, "parquet", output, sys.stdout.buffer) == 10
    table = pyarrow.parquet.read_table(output)
    assert [str(field.type) for field in table.schema] == ["string", "double"]
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize("name", ["/proc/none/a.csv", "/dev/null/a.csv"])
def test_output_that_cannot_be_written_is_misuse(published: Workspace, name: str) -> None:
    with query(published, "from video") as answer, pytest.raises(MisuseError, match="written"):
        write_answer(answer, "csv", Path(name), sys.stdout.buffer)


def test_output_makes_its_folder_and_replaces_nothing_unasked(
    published: Workspace, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "a.csv"
    with query(published, "select 1 as a") as answer:
        assert write_answer(answer, "csv", target, sys.stdout.buffer) == 1
    with query(published, "select 2 as a") as answer:
        with pytest.raises(MisuseError, match="there already"):
            write_answer(answer, "csv", target, sys.stdout.buffer)
        assert target.read_text() == "a\n1\n"
        write_answer(answer, "csv", target, sys.stdout.buffer, force=True)
    assert target.read_text() == "a\n2\n"
    assert [path.name for path in target.parent.iterdir()] == ["a.csv"]


def test_describe_finds_tables_and_suggests(published: Workspace) -> None:
    release = find_release(published, None)
    table = find_table(release, "video")
    assert table.grain == "One row per video, the publisher's too."
    assert [column.type for column in table.columns] == ["VARCHAR", "DOUBLE"]
    with pytest.raises(MisuseError) as caught:
        find_table(release, "vidoe")
    assert "Did you mean video?" in caught.value.fix
