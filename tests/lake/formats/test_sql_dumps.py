"""Dumps of statements give the rows that they insert, whatever stands around them, wherever a block of bytes ends."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.config import Workspace
from studium.lake import dump_partitions, land, reconcile
from studium.lake.formats.courses.sql_dump.databases import read_database
from studium.lake.formats.courses.sql_dump.statements import Fault, Rows, StatementReader
from studium.lake.reading.sink import LineAccount, Origin, Sink
from studium.sources import find_files
from studium.vocabulary import SITE
from tests.warehouse.warehouses import SHARED_DATA

SHARED = SHARED_DATA / "edx_insights"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not there")

DUMP = rb"""-- MySQL dump 10.13
/*!40101 SET NAMES utf8 */;
# a comment; with a semicolon and a 'quote
DROP TABLE IF EXISTS `user_id_map`;
CREATE TABLE `user_id_map` (
  `id` int(11) NOT NULL COMMENT 'a, b (c) ;',
  `username` varchar(30) DEFAULT 'x,y',
  hash_id enum('a','b') NOT NULL,
  PRIMARY KEY (`id`), KEY `by_name` (`username`,`hash_id`)
) ENGINE=InnoDB;
LOCK TABLES `user_id_map` WRITE;
INSERT INTO `user_id_map` VALUES (1,'it''s \'a\' \\ name','a\nb\tc\Z\%'),(2,NULL,0x616263)
 , (-3, _utf8'); DROP TABLE x; --', x'c3a9') ;
insert ignore into wiki.`user_id_map` (`hash_id`, id) values ('(', 4), ("d""q", 5);
UNLOCK TABLES;
DELIMITER ;;
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN
INSERT INTO user_id_map VALUES (99,'no','no');
END ;;
DELIMITER ;
INSERT INTO `user_id_map` VALUES (6,'last','z') ON DUPLICATE KEY UPDATE id=';';
INSERT INTO flags VALUES (1,true,b'101',1.5e3);
"""
ROWS = [
    ["1", "it's 'a' \\ name", "a\nb\tc\x1a%"],
    ["2", None, "abc"],
    ["-3", "); DROP TABLE x; --", "é"],
]


def statements(text: bytes, block: int) -> list[Rows | Fault]:
    return list(
        StatementReader(text[start : start + block] for start in range(0, len(text), block))
    )


@pytest.mark.parametrize("block", [1, 7, 64, 4096])
def test_rows_are_found_among_all_else(block: int) -> None:
    found = statements(DUMP, block)
    assert not [piece for piece in found if isinstance(piece, Fault)]
    first, second, third, last = (piece for piece in found if isinstance(piece, Rows))
    assert first[:3] == ("user_id_map", ("id", "username", "hash_id"), ROWS)
    assert second[1:3] == (("hash_id", "id"), [["(", "4"], ['d"q', "5"]])
    assert third.values == [["6", "last", "z"]]
    assert last[:3] == ("flags", None, [["1", "1", "5", "1.5e3"]])


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Parse bytes as a dump of the site: its account, and a function that queries its Parquet."""

    def run(text: bytes) -> tuple[LineAccount, Any]:
        (tmp_path / "raw").write_bytes(text)
        (tmp_path / "out").mkdir()
        sink = Sink(Origin("name", "content", SITE, date(2017, 9, 3)), tmp_path / "out")
        counts = read_database(tmp_path / "raw", (SITE, True), sink, lambda _: None)
        account = sink.close(counts)
        counted = account.rows + account.rejects.total() + account.skipped.total()
        assert account.lines == counted, "every line is accounted for"
        return account, lambda table, columns: query(tmp_path / "out" / table, columns)

    return run


def query(folder: Path, columns: str) -> list[tuple[Any, ...]]:
    text = f"select {columns} from read_parquet(?, hive_partitioning = false) order by source_line"
    with duckdb.connect() as connection:
        return connection.execute(text, [str(folder / "*" / "*.parquet")]).fetchall()


def test_tables_are_typed_and_rows_without_a_table_are_kept_apart(read: Any) -> None:
    account, rows = read(DUMP)
    assert account.rejects == {"no_header": 1}
    assert rows("dumps/user_id_map", "id, username, hash_id, scope_id, source_line") == [
        (1, "it's 'a' \\ name", "a\nb\tc\x1a%", None, 1),
        (2, None, "abc", None, 2),
        (-3, "); DROP TABLE x; --", "é", None, 3),
        (4, None, "(", None, 4),
        (5, None, 'd"q', None, 5),
        (6, "last", "z", None, 6),
    ]


def test_a_fault_costs_its_statement_and_no_more(read: Any) -> None:
    make = b"CREATE TABLE a (x int, y text);\n"
    text = (
        make
        + b"INSERT INTO a VALUES (1,'a'),(2,NOW()),(3,'c');\nINSERT INTO a VALUES (4,'d'),(5);\n"
    )
    account, rows = read(text + b"INSERT INTO a VALUES (6,'never closed")
    assert rows("dumps/a", "x, y, source_line") == [("1", "a", 1), ("4", "d", 3)]
    assert account.rejects == {"bad_statement": 2, "wrong_number_of_fields": 1}


def test_the_text_null_is_no_null_where_it_is_quoted(read: Any) -> None:
    _, rows = read(b"CREATE TABLE a (x int, y text);INSERT INTO a VALUES (NULL,'NULL');")
    assert rows("dumps/a", "x, y") == [(None, "NULL")]


def test_passwords_of_unknown_tables_are_not_typed(read: Any) -> None:
    _, rows = read(b"CREATE TABLE a (x int, Password text);INSERT INTO a VALUES (1,'secret');")
    assert "secret" not in str(rows("dumps/a", "*"))


def test_a_value_of_ten_megabytes_and_many_rows_are_streamed(read: Any) -> None:
    make = b"CREATE TABLE a (x int, y text);\nINSERT INTO a VALUES "
    long = b"x\\n" * 4_000_000
    many = b",".join(
        b"(%d,'%s')" % (number, long if number == 7 else b"y") for number in range(50_000)
    )
    account, rows = read(make + many + b";\n")
    assert account.rows == 50_000
    found = rows("dumps/a", "x, length(y), source_line")
    assert found == [
        (str(number), 8_000_000 if number == 7 else 1, number + 1) for number in range(50_000)
    ]


def test_a_dump_lands_among_packages_as_the_site(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "site-2017-09-03.sql"
    path.write_bytes(DUMP)
    land(workspace, find_files(workspace, [path]))
    (part,) = dump_partitions(workspace)
    assert (part.dataset, part.scope.id, part.dump_date, part.rows) == (
        "user_id_map",
        "",
        date(2017, 9, 3),
        6,
    )
    assert reconcile(workspace) == []


@needs_shared
def test_an_import_of_the_platform_gives_its_published_rows(read: Any) -> None:
    _, rows = read((SHARED / "input" / "load_database_import_test_table.sql").read_bytes())
    expected = SHARED / "output" / "database_import" / "expected_database_import_test_table.csv"
    header, *records = csv.reader(
        expected.read_text().splitlines(), escapechar=None, quotechar="\x01"
    )
    found = rows("dumps/database_import_test_table", ", ".join(header))
    assert [",".join(row) for row in found] == [",".join(record) for record in records]


@needs_shared
def test_persistent_grades_of_the_platform_give_their_published_rows(read: Any) -> None:
    _, rows = read((SHARED / "input" / "load_grades_persistentcoursegrade.sql").read_bytes())
    expected = SHARED / "expected" / "database_import__grades_persistentcoursegrade.csv"
    records = list(csv.DictReader(expected.read_text().splitlines()))
    names = ("user_id", "course_id", "grading_policy_hash", "letter_grade")
    times = ("passed_timestamp", "created", "modified")
    columns = [f"cast({name} as varchar)" for name in (*names, *times)]
    found = rows("dumps/grades_persistentcoursegrade", f"{', '.join(columns)}, percent_grade")
    assert found == [
        (
            *(None if record[name] == "\\N" else record[name] for name in (*names, *times)),
            float(record["percent_grade"]),
        )
        for record in records
    ]
