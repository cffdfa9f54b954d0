"""States of student modules: kept as they came, their attempts and answers beside them."""

import json
from typing import Any

from tests.lake.formats.conftest import COURSE, MODULE, lines


def module(number: int, state: str, **given: object) -> tuple[object, ...]:
    empty = {
        "id": number,
        "module_type": "problem",
        "module_id": f"i4x://MITx/6.002x/problem/p{number}",
        "student_id": 7,
        "state": state.replace("\\", "\\\\"),
        "grade": "1",
        "created": "",
        "modified": "",
        "max_grade": "NULL",
        "done": "na",
        "course_id": COURSE,
    }
    return tuple((empty | given).values())


def _as_it_is(number: int, state: str) -> tuple[object, ...]:
    """A module whose state nobody escaped."""
    record = list(module(number, ""))
    record[MODULE.index("state")] = state
    return tuple(record)


ANSWERED = {
    "attempts": 3,
    "done": True,
    "student_answers": {"p1_2_1": ["choice_1", 'say "hi"\n'], "p1_3_1": 4.5},
    "correct_map": {
        "p1_2_1": {"correctness": "correct", "npoints": 2, "msg": "a\tb", "hint": ""},
        "p1_3_1": {"correctness": "incorrect", "npoints": None, "msg": None, "hint": "h"},
        "p1_4_1": {"correctness": "incorrect"},
    },
}


def test_states_give_attempts_and_answers(read: Any) -> None:
    text = json.dumps(ANSWERED)
    unanswered = json.dumps(ANSWERED | {"student_answers": {}})
    records = [
        module(1, text),
        module(2, "{broken"),
        module(3, unanswered),
        module(4, text, module_type="combinedopenended"),
        module(5, "NULL", grade="NULL"),
        module(6, text, course_id="A/B/C"),
    ]
    parsed = read("courseware_studentmodule", lines(MODULE, *records))
    columns = "id, attempts, is_state_readable, grade, grade_value, max_grade_value"
    assert parsed.rows("dumps/courseware_studentmodule", columns) == [
        (1, 3, True, "1", 1.0, None),
        (2, None, False, "1", 1.0, None),
        (3, 3, True, "1", 1.0, None),
        (4, 3, True, "1", 1.0, None),
        (5, None, None, None, None, None),
    ]
    assert parsed.rows("dumps/courseware_studentmodule", "state")[0] == (text,)
    assert parsed.rows("dumps/courseware_studentmodule", "state")[1] == ("{broken",)
    items = parsed.rows(
        "dumps/courseware_studentmodule_items", "* exclude (source_file, dump_date, scope)"
    )
    key = (1, 7, "i4x://MITx/6.002x/problem/p1", COURSE)
    end = (3, True, COURSE, 2)
    assert sorted(items) == [
        (
            *key,
            "p1_2_1",
            json.dumps(["choice_1", 'say "hi"\n'], separators=(",", ":")),
            "correct",
            2.0,
            "a\tb",
            "",
            *end,
        ),
        (*key, "p1_3_1", "4.5", "incorrect", None, None, "h", *end),
        (*key, "p1_4_1", "", "incorrect", None, None, None, *end),
    ]


def test_a_state_that_is_json_only_as_it_came_stays_so(read: Any) -> None:
    state = json.dumps({"answer": 'a "quoted"\nword'})
    parsed = read("courseware_studentmodule", lines(MODULE, _as_it_is(1, state)))
    assert parsed.rows("dumps/courseware_studentmodule", "state, is_state_readable") == [
        (state, True)
    ]


def test_a_state_of_ten_megabytes_is_read(read: Any) -> None:
    state = json.dumps(
        {"attempts": 2, "student_answers": {"a": "x" * 10_000_000}, "correct_map": {"a": {}}}
    )
    records = [module(number, state if number == 2 else "{}") for number in range(1, 4)]
    parsed = read("courseware_studentmodule", lines(MODULE, *records))
    assert parsed.rows("dumps/courseware_studentmodule", "id, length(state), attempts") == [
        (1, 2, None),
        (2, len(state), 2),
        (3, 2, None),
    ]
    assert parsed.rows("dumps/courseware_studentmodule_items", "length(response)") == [
        (10_000_002,)
    ]


def test_numbers_that_are_none_are_null_and_cost_nothing_else(read: Any) -> None:
    """Parquet's minimum and maximum leave NaN out: what is no number must be gone before it is written."""
    state = (
        '{"attempts": -3, "done": true, "student_answers": {"a_2_1": "x"},'
        ' "correct_map": {"a_2_1": {"correctness": "correct", "npoints": NaN}}}'
    )
    records = [
        module(1, state, grade="nan", max_grade="inf"),
        module(2, state.replace("NaN", "1").replace("-3", "0"), grade="-inf", max_grade="2"),
    ]
    parsed = read("courseware_studentmodule", lines(MODULE, *records))
    columns = "id, attempts, grade, grade_value, max_grade_value"
    assert parsed.rows("dumps/courseware_studentmodule", columns) == [
        (1, None, "nan", None, None),
        (2, 0, "-inf", None, 2.0),
    ]
    items = parsed.rows(
        "dumps/courseware_studentmodule_items", "id, correctness, npoints, attempts"
    )
    assert items == [(1, "correct", None, None), (2, "correct", 1.0, 0)]
