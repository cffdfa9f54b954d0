"""How values are written, and that what people typed is not run by a spreadsheet."""

from datetime import UTC, date, datetime

import pytest

from studium.serve.courses.addresses import course_address
from studium.serve.courses.problem.charts import readable_answer
from studium.serve.drawing import wording
from studium.serve.drawing.tables import Column, Table, as_csv


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234567, "count", "1,234,567"),
        (None, "count", "–"),
        (0.45678, "percent", "45.7 %"),
        (-3, "change", "−3"),
        (12, "change", "+12"),
        (0, "change", "±0"),
        (125, "seconds", "2:05"),
        (3725.4, "seconds", "1:02:05"),
        (date(2024, 3, 1), "date", "1 Mar 2024"),
        (datetime(2024, 3, 1, 14, 5, tzinfo=UTC), "time", "2024-03-01 14:05 UTC"),
        ("", "text", "–"),
    ],
)
def test_values_are_written_for_people(value: object, kind: str, text: str) -> None:
    assert wording.written(value, kind) == text


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-A1", "@sum", "\t=1", "\r=1", "\uff1d1"])
def test_a_file_has_no_formula(text: str) -> None:
    table = Table(
        "t", "T", (Column("name", "Name"), Column("n", "N", "count")), [{"name": text, "n": -1}]
    )
    assert as_csv(table).splitlines()[0] == "name,n"
    assert "'" + text in as_csv(table)
    assert as_csv(table).rstrip().endswith(",-1")


@pytest.mark.parametrize(
    ("values", "noun", "text"),
    [
        ([1200, 34], "", "1,234"),
        ([0, 0], "", "0"),
        ([40, None], "", "at least 40"),
        ([1, None], "learner", "at least 1 learner"),
        ([0, None], "learner", "– learners"),
        ([None, None], "", "–"),
        ([], "", "–"),
    ],
)
def test_a_sum_tells_that_parts_of_it_are_missing(
    values: list[int | None], noun: str, text: str
) -> None:
    assert wording.at_least(values, noun) == text


def test_people_who_are_not_known_are_not_nobody() -> None:
    assert (wording.people(None), wording.people(0)) == ("– learners", "0 learners")


def test_shares_of_nothing_are_missing() -> None:
    assert wording.share(1, 0) is None
    assert wording.share(None, 3) is None
    assert wording.share(1, 4) == 0.25


def test_addresses_of_courses_keep_their_keys_and_encode_the_rest() -> None:
    assert course_address("course-v1:A+B+C", "videos") == "/courses/course-v1:A+B+C/videos"
    assert course_address("A/B/C", "learners", "a b?/c") == "/courses/A/B/C/learners/a%20b%3F%2Fc"


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ('["choice_1","choice_2"]', "choice_1 and choice_2"),
        ('"5.5"', "5.5"),
        ("not json", "not json"),
        ("[]", "no answer"),
        (None, "no answer"),
        ('"  "', "no answer"),
    ],
)
def test_answers_are_readable(response: str | None, text: str) -> None:
    assert readable_answer(response) == text


def test_the_table_of_a_chart_lists_what_one_reads_and_says_what_is_left() -> None:
    from studium.serve.web import TEMPLATES

    rows = [{"name": f"row{number}", "n": number} for number in range(1_200)]
    table = Table("t", "T", (Column("name", "Name"), Column("n", "N", "count")), rows)
    write = vars(TEMPLATES.get_template("parts/tables.html").module)["data_table"]
    text = write(table, most=500)
    assert ("row499" in text, "row500" in text) == (True, False)
    assert "The first 500 of 1,200 rows; the CSV has all." in text
    assert as_csv(table).count("\n") == 1_201
    whole = write(table)
    assert "row1199" in whole
    assert "the CSV has all" not in whole
