"""The course catalogue as files: answers that somebody saved, what is wrong in them, and the same as CSV."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from studium.config import Settings, Workspace
from studium.lake import dump_partitions, land, reconcile
from studium.lake.formats.courses.catalogue.answers import read_answers as parse
from studium.lake.formats.courses.names import read_name
from studium.lake.reading.parsed import Counts
from studium.sources import find_files

RUN = "course-v1:Uni+Data101+2024_T1"
RECORD: dict[str, Any] = {
    "key": "Uni+Data101",
    "title": "Data\u0000 101",
    "level_type": {"name": "Introductory"},
    "owners": [{"key": "Uni"}, {"key": "Lab"}],
    "subjects": [{"name": "Statistics", "slug": "stats"}, {"name": "Computing", "slug": None}],
    "course_runs": [
        {
            "key": RUN,
            "start": "2024-01-02T03:04:05Z",
            "end": "whenever",
            "min_effort": "3",
            "max_effort": 4.5,
            "seats": [
                {"type": "verified", "price": "49.00", "currency": "USD"},
                {"type": "credit", "price": None, "credit_hours": 2},
            ],
            "staff": [
                {
                    "given_name": "Ines",
                    "family_name": "Valdrome",
                    "position": {"title": "Professor"},
                }
            ],
            "programs": [{"uuid": "p1", "type": "XSeries", "title": "All"}, {"title": "no uuid"}],
        }
    ],
}
Found = dict[str, list[dict[str, Any]]]


def read(path: Path, resource: str, content: Any) -> tuple[Found, Counts]:
    """Rows by dataset; bytes as they are, else JSON."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    found: Found = {}

    def write(dataset: str, table: pa.Table) -> None:
        found.setdefault(dataset, []).extend(table.to_pylist())

    counts = parse(path, resource, write)
    assert counts.lines == counts.rows + len(counts.rejects) + counts.skipped.total()
    return found, counts


def column(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a_course_gives_rows_for_each_of_its_lists(tmp_path: Path) -> None:
    found, counts = read(tmp_path / "courses.json", "courses", {"results": [RECORD], "next": None})

    (course,) = found["catalogue_courses"]
    assert (course["title"], course["level_type"], course["owners"]) == (
        "Data 101",
        "Introductory",
        "Uni Lab",
    )
    (run,) = found["catalogue_course_runs"]
    assert (run["course_id"], run["course_key"], run["is_embedded"]) == (RUN, "Uni+Data101", True)
    assert (run["start_time"].hour, run["end_time"]) == (3, None)
    assert (run["min_effort"], run["max_effort"]) == (3, None), "a half is no whole number"
    assert column(found["catalogue_subjects"], "course_id", "position", "name", "slug") == [
        (RUN, 1, "Statistics", "stats"),
        (RUN, 2, "Computing", None),
    ]
    assert column(found["catalogue_seats"], "type", "price", "credit_hours") == [
        ("verified", 49.0, None),
        ("credit", None, 2),
    ]
    assert column(found["catalogue_instructors"], "name", "title") == [
        ("Ines Valdrome", "Professor")
    ]
    assert column(found["catalogue_run_programs"], "program_id") == [("p1",)]
    assert [(reject.reason, reject.line_no) for reject in counts.rejects] == [("bad_date", 1)]


def test_a_course_without_runs_keeps_its_subjects(tmp_path: Path) -> None:
    found, _ = read(tmp_path / "courses.json", "courses", [RECORD | {"course_runs": []}])

    assert (
        column(found["catalogue_subjects"], "course_id", "course_key")
        == [(None, "Uni+Data101")] * 2
    )


def test_programs_keep_the_slots_of_their_courses(tmp_path: Path) -> None:
    program = {"uuid": "p1", "title": "All", "courses": [{"key": "A+1"}, {}, {"key": "A+3"}]}
    found, counts = read(tmp_path / "programs.json", "programs", [program, {"title": "nameless"}])

    assert column(found["catalogue_program_courses"], "slot", "course_key") == [
        (1, "A+1"),
        (3, "A+3"),
    ]
    assert [reject.reason for reject in counts.rejects] == ["no_key"]


def test_the_catalogue_of_2017_has_subjects_in_languages(tmp_path: Path) -> None:
    subjects = [
        {"uri": "/course/subject/stats", "title": "Statistics", "language": "en"},
        {"uri": "/course/subject/stats", "title": "Estadística", "language": "es"},
    ]
    found, _ = read(
        tmp_path / "catalog.json", "catalog", {"items": [{"course_id": RUN, "subjects": subjects}]}
    )

    assert column(found["catalogue_subjects"], "course_id", "name", "uri", "language") == [
        (RUN, "Statistics", "/course/subject/stats", "en"),
        (RUN, "Estadística", "/course/subject/stats", "es"),
    ]


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"", []),
        (b'{"results": []}', []),
        (b'{"results": [1, null, {"key": ""}]}', ["no_object", "no_object", "no_key"]),
        (b'{"key": 7}\n{"key": "course-v1:A+B+C"}\n', ["no_key"]),
        (b'{"key": "course-v1:A+B+C", "seats": "free", "staff": [1], "min_effort": "NaN"}', []),
        (b'{"key": "course-v1:A+B+C"}\n{"key": \n', ["not_json"]),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_kept(
    content: bytes, reasons: list[str], tmp_path: Path
) -> None:
    found, counts = read(tmp_path / "course_runs.json", "course_runs", content)

    assert [reject.reason for reject in counts.rejects] == reasons
    assert len(found.get("catalogue_course_runs", [])) == (b"A+B+C" in content)


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("courses.json", "courses"),
        ("discovery-courses-2024-03-01.json.gz", "courses"),
        ("course_runs.jsonl", "course_runs"),
        ("catalog.json", "catalog"),
        ("course_list.json", "course_list"),
    ],
)
def test_saved_answers_are_known_by_name(name: str, resource: str) -> None:
    named = read_name(name)

    assert named is not None
    assert (named.format, named.dataset) == ("catalogue", resource)


def test_csv_files_give_the_same_tables(tmp_path: Path) -> None:
    """The least that reports by subject need; names of the API are understood."""
    files = {
        "catalogue_subjects.csv": f'course_id,position,name\n{RUN},1,Statistics\n{RUN},2,"Arts, fine"\n',
        "catalogue_course_runs.csv": f"key,course,start,min_effort\n{RUN},Uni+Data101,2024-01-02T03:04:05Z,3\n",
        "catalogue_seats.csv": f"course_id,position,type,price\n{RUN},1,verified,49.5\n{RUN},x,audit,0\n",
    }
    saved = tmp_path / "saved-2024-03-01"
    saved.mkdir()
    for name, text in files.items():
        (saved / name).write_text(text, encoding="utf-8")
    workspace = Workspace(tmp_path / "workspace", Settings())

    land(workspace, find_files(workspace, [saved]))

    paths = {part.dataset: str(part.path) for part in dump_partitions(workspace)}
    with duckdb.connect() as connection:

        def rows(dataset: str, columns: str) -> list[tuple[Any, ...]]:
            sql = f"select {columns} from read_parquet($path) order by source_line"
            return connection.execute(sql, {"path": paths[dataset]}).fetchall()

        assert rows("catalogue_subjects", "course_id, position, name, slug") == [
            (RUN, 1, "Statistics", None),
            (RUN, 2, "Arts, fine", None),
        ]
        assert rows(
            "catalogue_course_runs", "course_id, course_key, min_effort, hour(start_time)"
        ) == [(RUN, "Uni+Data101", 3, 3)]
        assert rows("catalogue_seats", "type, price") == [("verified", 49.5)]
    assert not reconcile(workspace)
