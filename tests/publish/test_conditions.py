"""Conditions that people type: what is meant is found, and nothing else can be done with them."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.errors import MisuseError
from studium.publish.exports.rows.conditions import read_condition

COLUMNS = ["grade", "mode", "Name", "date", "seen_at", "index", "certified"]
ROWS = """
    create table t as select * from (values
        (0.5::double, 'audit', 'Amy''s 100%', date '2024-03-01', timestamp '2024-03-01 10:00:00', 1::bigint, true),
        (0.9::double, 'honor', 'bob', date '2024-03-05', timestamp '2024-03-05 10:00:00', 2::bigint, false),
        (null, 'verified', null, date '2024-04-01', null, 3::bigint, null)
    ) as t(grade, mode, "Name", date, seen_at, "index", certified)
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("grade >= 0.9", [2]),
        ("grade is null or not (mode = 'audit')", [2, 3]),
        ("mode in ('audit', 'honor') and certified", [1]),
        ("mode not in ('audit')", [2, 3]),
        ("date between date '2024-03-02' and date '2024-03-31'", [2]),
        ("date > '2024-03-01'", [2, 3]),
        ("seen_at < timestamp '2024-03-02 00:00:00'", [1]),
        ("name = 'Amy''s 100%'", [1]),
        ("NAME like 'Amy%'", [1]),
        ("name like '%!%' escape '!'", [1]),
        ("name ilike 'BOB'", [2]),
        ("index * 2 - 1 = 5", [3]),
        ("index = -(-2)", [2]),
        ("lower(mode) = 'honor' -- and a comment", [2]),
        ("coalesce(length(name), 0) = 0", [3]),
        ("certified is not distinct from null", [3]),
        ("\"date\" = date '2024-03-01'", [1]),
        ("true", [1, 2, 3]),
    ],
)
def test_conditions_find_what_they_say(text: str, found: list[int]) -> None:
    condition = read_condition(text, COLUMNS)

    with duckdb.connect() as connection:
        connection.execute(ROWS)
        sql = f'select "index" from t where {condition.sql} order by 1'
        assert [row[0] for row in connection.execute(sql, condition.values).fetchall()] == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "grade > 1; drop table t",
        "grade > (select max(grade) from t)",
        "exists (select 1)",
        "grade in (select 1)",
        "mode in unnest(['a'])",
        "select 1",
        "(select true)",
        "1 = 1 union select 2",
        "grade > 1 order by grade",
        "grade > 1 limit 1",
        "t.grade > 1",
        "read_csv('x') is null",
        "getenv('HOME') = 'x'",
        "current_setting('x') = 'y'",
        "count(*) > 1",
        "row_number() over () = 1",
        "random() < 0.5",
        "grade > ?",
        "grade > $1",
        "grade > :name",
        "grade::varchar = '1'",
        "cast(grade as date) = '2024-01-01'",
        "cast('1' as integer) = 1",
        "date > now()",
        "date > current_date",
        "[grade] = [1]",
        "{'a': grade} is null",
        "case when grade > 1 then true end",
        "* is null",
        "columns(*) > 1",
        "mode collate nocase = 'a'",
        "password = 'x'",
        "drop table t",
        "attach 'x' as y",
        "grade > 1 /* */ ) or (1 = 1",
        "x -> x + 1",
        "mode ~ '(a+)+$'",
        "date > date '2024' || '-01'",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(MisuseError) as refusal:
        read_condition(text, COLUMNS)

    assert refusal.value.where.startswith("--where")


def test_too_long_and_too_deep_is_refused() -> None:
    for text in ("(" * 4000 + "certified" + ")" * 4000, "not " * 3000 + "certified", "1" * 20_000):
        with pytest.raises(MisuseError):
            read_condition(text, COLUMNS)


@given(st.text(max_size=40))
def test_values_are_bound_never_pasted(value: str) -> None:
    text = "mode = '" + value.replace("'", "''") + "'"
    try:
        condition = read_condition(text, COLUMNS)
    except MisuseError:
        return

    assert condition.sql == '("mode" = $value1)'
    assert condition.values == {"value1": value}


@given(st.text(alphabet="grade mode()'\";-=<>1,.*/|&$?:[]{}\\select union from", max_size=60))
def test_whatever_is_typed_is_a_filter_or_refused(text: str) -> None:
    try:
        condition = read_condition(text, COLUMNS)
    except MisuseError:
        return

    assert len(duckdb.extract_statements(f"select 1 from t where {condition.sql}")) == 1
    assert ";" not in condition.sql
