"""Answers that are kept: the same as new ones, of nobody else's view, in bounded memory."""

import tracemalloc
from typing import Any

import pytest

from studium.serve.release import Reader
from studium.serve.release.answers import ALL_BYTES, MOST_BYTES, Answers, Rows
from studium.serve.rights import GuardedQuery, Principal, Role
from tests.serve.conftest import ONE, TWO, Campus, of

ROWS = (["n"], [(1,), (2,)])


def reader_for(campus: Campus, role: Role, *courses: str) -> Reader:
    server = campus.app.state.server
    principal = Principal(7, "somebody", role, of(*courses))
    return Reader(principal, server.bounds, server.keeper.release(), server.keeper.watch)


def test_a_question_is_its_text_and_its_parameters_with_their_types() -> None:
    answers = Answers()
    answers.keep("select $n", {"n": 1, "of": ["a", 1]}, ROWS)
    assert answers.find("select $n", {"of": ["a", 1], "n": 1}) == ROWS
    others: list[dict[str, Any]] = [
        {"n": 1.0},
        {"n": True},
        {"n": "1"},
        {"of": ["a", True]},
        {"of": "a"},
    ]
    for other in others:
        assert answers.find("select $n", {"n": 1, "of": ["a", 1]} | other) is None
    assert answers.find("select $n + 0", {"n": 1, "of": ["a", 1]}) is None


def test_long_answers_and_those_that_can_be_changed_are_not_kept() -> None:
    answers = Answers()
    for rows in ([(0,)] * (MOST_BYTES // 100), [("a" * MOST_BYTES,)], [([1, 2],)], [({"a": 1},)]):
        answers.keep("select", {}, (["n"], rows))
        assert answers.find("select", {}) is None


@pytest.mark.parametrize("values", [{"number": 1}, {"list": [1, {"a"}]}, {"text": "\ud800"}])
def test_any_parameter_can_be_asked_with(values: dict[str, Any]) -> None:
    answers = Answers()
    answers.keep("select", values, ROWS)
    assert answers.find("select", values) == ROWS


def test_the_least_recently_asked_is_forgotten() -> None:
    answers = Answers()
    long = (["n"], [("a" * (MOST_BYTES - 1000),)])
    often = 2 * ALL_BYTES // MOST_BYTES
    for number in range(often):
        answers.keep(f"select {number}", {}, long)
        assert answers.find("select 0", {}) == long  # asked again and again
    assert answers.find(f"select {often - 1}", {}) == long
    assert answers.find("select 1", {}) is None


def test_questions_without_an_answer_do_not_fill_the_memory() -> None:
    answers = Answers()
    tracemalloc.start()
    try:
        for number in range(2 * ALL_BYTES // 500):
            answers.keep(f"{number:05}" + "x" * 2000, {}, (["n"], []))
        assert tracemalloc.get_traced_memory()[0] < 2 * ALL_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("role", list(Role))
def test_nobody_gets_the_answer_of_another_view(campus: Campus, role: Role) -> None:
    sql = "select * from course_enrollment_by_gender order by all"
    first = reader_for(campus, role, ONE)
    found = first.rows(sql)
    for other in set(Role) - {role}:
        reader_for(campus, other, TWO).rows(sql)
    assert reader_for(campus, role, ONE).rows(sql) == found
    if role in {Role.COURSE_STAFF, Role.RESEARCHER}:
        assert {row["course_id"] for row in found} == {ONE}
        assert {row["course_id"] for row in reader_for(campus, role, TWO).rows(sql)} == {TWO}


def test_a_known_answer_is_asked_once_and_noted_each_time(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "select username, 'asked once' as said from person_course"
    runs = []
    run = Reader._run

    def counted(self: Reader, query: GuardedQuery, values: dict[str, Any]) -> Rows:
        runs.append(query)
        return run(self, query, values)

    monkeypatch.setattr(Reader, "_run", counted)
    for _ in range(3):
        reader = reader_for(campus, Role.ANALYST)
        rows = reader.rows(sql)
        rows[0].clear()  # what a page does with its rows is its own affair
        assert [read.rows for read in reader.journal] == [len(rows)]
    assert len(runs) == 1
    assert all(reader_for(campus, Role.ANALYST).rows(sql))
