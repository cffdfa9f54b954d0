"""`studium export` and `studium package`: files where they were asked for, and errors with a way out."""

import csv
import json
import zipfile
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.cli.conftest import Answers

COURSES = "select distinct course_id from person_course_day order by 1"


def test_export_writes_what_the_query_says(
    studium: Answers, published: Path, tmp_path: Path
) -> None:
    where = ("--where", "nevents > 3", "--columns", "username,nevents")
    facts = studium.json(
        *("--workspace", published, "export", "person_course_day"),
        *("--output", tmp_path / "days.csv", *where),
    )
    asked = studium.json(
        *("--workspace", published, "query"),
        "select username, nevents from person_course_day where nevents > 3",
    )

    with (tmp_path / "days.csv").open(newline="") as stream:
        rows = [(row["username"], int(row["nevents"])) for row in csv.DictReader(stream)]
    assert sorted(rows) == sorted((row["username"], row["nevents"]) for row in asked)
    assert facts["rows"] == len(rows) > 0
    assert [file["name"] for file in facts["files"]] == [
        *("days.csv", "days.csv.dictionary.md", "days.csv.schema.json", "days.csv.README.md")
    ]
    schema = json.loads((tmp_path / "days.csv.schema.json").read_text())
    assert list(schema["properties"]) == ["username", "nevents"]


@pytest.mark.parametrize("suffix", ["parquet", "dta", "sav"])
def test_the_suffix_says_the_format(
    suffix: str, studium: Answers, published: Path, tmp_path: Path
) -> None:
    target = tmp_path / f"days.{suffix}"
    said = studium("--workspace", published, "export", "person_course_day", "--output", target)

    assert studium.code == 0, studium.error
    assert str(target) in said
    heads = {"parquet": b"PAR1", "dta": b"<stata_dta>", "sav": b"$FL2"}
    assert target.read_bytes().startswith(heads[suffix])


def test_an_empty_table_says_where_to_look(
    studium: Answers, published: Path, tmp_path: Path
) -> None:
    target = tmp_path / "people.csv"
    said = studium("--workspace", published, "export", "person_course", "--output", target)

    assert studium.code == 0, studium.error
    assert said.startswith("0 rows of release")
    assert "No row: what it is made from has not arrived" in said


def test_package_holds_one_course(studium: Answers, published: Path, tmp_path: Path) -> None:
    course = studium.json("--workspace", published, "query", COURSES)[0]["course_id"]

    facts = studium.json(
        *("--workspace", published, "package", course),
        *("--format", "parquet", "--output", tmp_path / "course.zip"),
    )

    assert facts["files"][0]["name"] == "course.zip"
    with zipfile.ZipFile(tmp_path / "course.zip") as archive:
        name = next(name for name in archive.namelist() if "person_course_day.parquet" in name)
        with archive.open(name) as member:
            table = pyarrow.parquet.read_table(member)
    assert set(table["course_id"].to_pylist()) == {course}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "person_course_dy"), "Did you mean person_course_day"),
        (("export", "video", "--where", "1; drop"), "refused"),
        (("export", "video", "--format", "csv", "--output", "x.dta"), "--format csv"),
        (("export", "video", "--output", "x.txt"), "does not end in .csv"),
        (("package", "no/such/course"), "There is no course"),
    ],
)
def test_misuse_says_what_to_do(
    arguments: tuple[str, ...],
    message: str,
    studium: Answers,
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    studium("--workspace", published, *arguments)

    assert studium.code == 2
    assert message in studium.error
    assert not list(tmp_path.iterdir())
