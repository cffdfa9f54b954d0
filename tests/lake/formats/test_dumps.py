"""Tables of MySQL as text become typed rows; what cannot be read is kept with its reason, and every line is counted."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from studium.lake.formats.dump import DumpFile, parse
from studium.lake.formats.sink import Account, Origin, Sink

COURSE = "course-v1:MITx+6.002x+2T2017"
PROFILE = (
    *("user_id", "name", "language", "location", "meta", "courseware", "gender", "mailing_address"),
    *("year_of_birth", "level_of_education", "goals", "allow_certificate", "country", "city"),
)
MODULE = (
    *("id", "module_type", "module_id", "student_id", "state", "grade", "created", "modified"),
    *("max_grade", "done", "course_id"),
)
ENROLLMENT = ("user_id", "course_id", "created", "is_active", "mode")


class Parsed:
    """A parsed text: its account, and the rows of its Parquet."""

    def __init__(self, out: Path, account: Account) -> None:
        self.account = account
        self._out = out

    def rows(self, folder: str, columns: str) -> list[tuple[Any, ...]]:
        files = str(self._out / folder / "*" / "*.parquet")
        query = f"select {columns} from read_parquet(?, hive_partitioning = false)"
        with duckdb.connect() as connection:
            return connection.execute(query + " order by source_line", [files]).fetchall()

    def rejects(self) -> list[tuple[Any, ...]]:
        query = "select source_line, reason, raw from read_parquet(?) order by 1"
        with duckdb.connect() as connection:
            return connection.execute(query, [str(self._out / "rejects.parquet")]).fetchall()


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Parse bytes as a table of the package of COURSE."""

    def run(table: str, text: bytes, course: str | None = COURSE, may_drift: bool = True) -> Parsed:
        (tmp_path / "raw").write_bytes(text)
        out = tmp_path / "out"
        out.mkdir()
        sink = Sink(Origin("name", "content", course, date(2017, 9, 3)), out)
        counts = parse(tmp_path / "raw", DumpFile(table, course, may_drift), sink, lambda _: None)
        account = sink.close(counts)
        counted = account.rows + account.rejects.total() + account.skipped.total()
        assert account.lines == counted, "every line is accounted for"
        return Parsed(out, account)

    return run


def lines(*records: tuple[object, ...]) -> bytes:
    return "".join("\t".join(map(str, record)) + "\n" for record in records).encode()


def profile(user: int, **given: object) -> tuple[object, ...]:
    empty = dict.fromkeys(PROFILE, "") | {"user_id": user, "year_of_birth": "NULL"}
    return tuple((empty | given).values())


def test_escapes_and_null_become_what_they_mean(read: Any) -> None:
    given = profile(
        7,
        name=r"A\\nb",
        location="NULL",
        goals=r"one\ntwo\tthree\\",
        city=r"\N",
        mailing_address="a\rb",
        meta=r"\\sqrt \x \0",
    )
    parsed = read("auth_userprofile", lines(PROFILE, given))
    columns = "name, location, goals, city, mailing_address, meta, year_of_birth"
    assert parsed.rows("personal/auth_userprofile", columns) == [
        ("A\\nb", None, "one\ntwo\tthree\\", None, "a\rb", "\\sqrt \\x \0", None)
    ]


def test_personal_columns_lie_apart_and_password_nowhere(read: Any) -> None:
    header = ("id", "username", "email", "password", "is_staff", "last_login", "date_joined")
    times = ("2017-01-02 03:04:05", "0000-00-00 00:00:00")
    record = (7, "amy", "amy@mit.edu@x", "pbkdf2$", 1, *times)
    parsed = read("auth_user", lines(header, record))
    user = parsed.rows("dumps/auth_user", "*")[0]
    assert "amy@mit.edu@x" not in map(str, user)
    assert user[:4] == (7, "amy", "mit.edu@x", 1)
    found = parsed.rows("dumps/auth_user", "cast(last_login as varchar), date_joined")
    assert found == [("2017-01-02 03:04:05", None)]
    personal = parsed.rows("personal/auth_user", "id, email, package_course_id, dump_date")
    assert personal == [(7, "amy@mit.edu@x", COURSE, date(2017, 9, 3))]
    everything = parsed.rows("personal/auth_user", "*") + parsed.rows("dumps/auth_user", "*")
    assert "pbkdf2$" not in str(everything)


def test_a_raw_tab_is_mended_only_where_one_reading_fits(read: Any) -> None:
    mended = profile(1, mailing_address="Luna\t10\t3", gender="m", year_of_birth=1984)
    doubtful = profile(2, name="Amy\tLee")  # might be the language, too
    short = lines(profile(3))[:8] + b"\n"
    parsed = read("auth_userprofile", lines(PROFILE, mended, doubtful) + short)
    assert parsed.rows("personal/auth_userprofile", "user_id, mailing_address, year_of_birth") == [
        (1, "Luna\t10\t3", 1984)
    ]
    assert [row[:2] for row in parsed.rejects()] == [
        (3, "wrong_number_of_fields"),
        (4, "wrong_number_of_fields"),
    ]
    assert parsed.rejects()[1][2] == short.rstrip(b"\n")


@pytest.mark.parametrize("text", [b"one\\\ntwo", b"one\\\ttwo"], ids=["newline", "tab"])
def test_a_backslash_before_a_separator_makes_it_text(read: Any, text: bytes) -> None:
    plain = lines(PROFILE, profile(1, goals="GOALS"), profile(2))
    parsed = read("auth_userprofile", plain.replace(b"GOALS", text))
    goals = [text.replace(b"\\", b"").decode(), ""]
    assert parsed.rows("personal/auth_userprofile", "goals") == [(goal,) for goal in goals]


def test_rows_of_another_course_are_skipped_and_spellings_of_this_one_are_not(read: Any) -> None:
    records = [
        (1, COURSE, "2017-01-02 03:04:05", 1, "honor"),
        (2, "MITx/6.002x/2T2017", "2017-01-02 03:04:05.25", 0, "audit"),
        (3, "", "2017-01-02T03:04:05Z", 1, "audit"),
        (4, "course-v1:MITx+6.002x+2T2018", "2017-01-02 03:04:05", 1, "honor"),
        (5, "ccx-v1:MITx+6.002x+2T2017+ccx@1", "2017-01-02 03:04:05", 1, "honor"),
    ]
    parsed = read("student_courseenrollment", lines(ENROLLMENT, *records))
    assert parsed.rows("dumps/student_courseenrollment", "user_id, course_id") == [
        (user, COURSE) for user in (1, 2, 3)
    ]
    assert parsed.account.skipped == {"header": 1, "other_course": 2}


def test_a_dump_of_the_whole_site_keeps_every_course(read: Any) -> None:
    records = [(1, COURSE, "", 1, "honor"), (2, "A/B/C", "", 1, "honor")]
    parsed = read("student_courseenrollment", lines(ENROLLMENT, *records), course=None)
    found = parsed.rows("dumps/student_courseenrollment", "course_id, package_course_id")
    assert found == [(COURSE, None), ("A/B/C", None)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("user_id", "seven"),
        ("user_id", "NULL"),
        ("user_id", "1.5"),
        ("created", "tomorrow"),
        ("created", "2017-13-01 00:00:00"),
        ("is_active", "yes"),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_kept_apart(
    read: Any, column: str, value: str
) -> None:
    good = dict(zip(ENROLLMENT, (1, COURSE, "2017-01-02 03:04:05", 1, "honor"), strict=True))
    bad = good | {column: value}
    text = lines(ENROLLMENT, tuple(good.values()), tuple(bad.values()))
    parsed = read("student_courseenrollment", text)
    assert parsed.account.rows == 1
    assert parsed.rejects() == [(3, "bad_value", text.splitlines()[2])]


def test_the_same_rows_come_of_every_form_of_a_file(read: Any, tmp_path: Path) -> None:
    record = (1, COURSE, "2017-01-02 03:04:05", 1, "honor")
    plain = lines(ENROLLMENT, record)
    sheet = io.StringIO()
    csv.writer(sheet).writerows([ENROLLMENT, record])
    forms = [
        plain,
        plain.rstrip(b"\n"),
        plain.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\n", b"\n\n"),
        sheet.getvalue().encode(),
    ]
    found = []
    for number, form in enumerate(forms):
        (tmp_path / "out").exists() and (tmp_path / "out").rename(tmp_path / f"out-{number}")
        parsed = read("student_courseenrollment", form)
        assert parsed.account.lines == 2
        found.append(parsed.rows("dumps/student_courseenrollment", "* exclude (source_line)"))
    assert all(rows == found[0] for rows in found)
    assert len(found[0]) == 1


def test_commas_quotes_and_line_breaks_of_a_sheet(read: Any) -> None:
    sheet = io.StringIO()
    given = profile(1, goals='a "b",\r\nc', meta='{"x": "\\\\n"}')
    csv.writer(sheet).writerows([PROFILE, given, profile(2), ("3", "short")])
    parsed = read("auth_userprofile", sheet.getvalue().encode())
    assert parsed.rows("personal/auth_userprofile", "user_id, goals, meta") == [
        (1, 'a "b",\r\nc', '{"x": "\\n"}'),
        (2, "", ""),
    ]
    assert parsed.rejects() == [(4, "wrong_number_of_fields", b"3,short")]


def test_text_that_is_no_utf8_is_kept_and_told(read: Any) -> None:
    text = lines(PROFILE, profile(1, name="Zoë"), profile(2, name="Zoë"))
    parsed = read("auth_userprofile", text.replace("ë".encode(), b"\xeb", 1))
    assert parsed.rows("personal/auth_userprofile", "name") == [("Zo\ufffd",), ("Zoë",)]
    assert list(parsed.account.notes.values()) == [1]


@pytest.mark.parametrize("text", [b"", b"\n", b"\r\n"])
def test_a_file_without_a_header_line_is_no_delivery(read: Any, text: bytes) -> None:
    parsed = read("auth_user", text)
    assert (parsed.account.lines, parsed.account.parts) == (0, [])
    assert parsed.account.notes == {"empty file": 1}


def test_a_file_of_a_header_alone_is_an_empty_table(read: Any) -> None:
    parsed = read("courseware_studentmodule", lines(MODULE))
    assert parsed.rows("dumps/courseware_studentmodule", "*") == []
    assert parsed.rows("dumps/courseware_studentmodule_items", "*") == []
    assert [part[3] for part in parsed.account.parts] == [0, 0]


def test_headers_that_name_no_key_send_all_lines_to_quarantine(read: Any) -> None:
    parsed = read("user_id_map", b"username\thash_id\namy\tabc\n")
    assert parsed.account.rejects == {"no_key_column": 1}


def test_a_file_whose_header_is_missing_is_not_read_as_data(read: Any) -> None:
    parsed = read("user_id_map", b"1\tamy\tabc\n2\tbob\tdef\n")
    assert parsed.account.rejects == {"no_header": 2}
    assert parsed.rejects()[0] == (1, "no_header", b"1\tamy\tabc")


def test_other_columns_are_taken_or_refused_as_the_setting_says(read: Any, tmp_path: Path) -> None:
    text = b"id\tusername\tshoe_size\n1\tamy\t38\n"
    parsed = read("user_id_map", text)
    assert parsed.rows("dumps/user_id_map", "id, hash_id, shoe_size") == [(1, None, "38")]
    assert parsed.account.notes == {"unknown column shoe_size": 1, "missing column hash_id": 1}
    (tmp_path / "out").rename(tmp_path / "evolved")
    parsed = read("user_id_map", text, may_drift=False)
    assert parsed.account.rejects == {"columns_changed": 1}
    assert parsed.account.parts == []


def test_unknown_columns_of_people_lie_with_the_personal_ones(read: Any) -> None:
    parsed = read("auth_userprofile", b"user_id\tphone_number\n1\t0123\n")
    assert parsed.rows("personal/auth_userprofile", "user_id, phone_number") == [(1, "0123")]
    assert "0123" not in str(parsed.rows("dumps/auth_userprofile", "*"))


def test_an_unknown_table_keeps_its_columns_as_text(read: Any) -> None:
    parsed = read("wiki_article", b"id\tTitle\ttitle\tsource_line\n1\tA\tb\\nc\tNULL\n")
    assert parsed.rows("dumps/wiki_article", '"id", "Title", title_2, source_line_2') == [
        ("1", "A", "b\nc", None)
    ]


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
        "dumps/courseware_studentmodule_items", "* exclude (source_file, dump_date)"
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


def test_many_parts_are_one_table(read: Any) -> None:
    count = 60_000
    rows = [profile(number, goals="g" * 300, name=f"N{number}") for number in range(count)]
    parsed = read("auth_userprofile", lines(PROFILE, *rows))
    found = parsed.rows("personal/auth_userprofile", "user_id, name, source_line")
    assert found == [(number, f"N{number}", number + 2) for number in range(count)]
