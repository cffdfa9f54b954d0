"""Tables of MySQL as text become typed rows; what cannot be read is kept with its reason, and every line is counted."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.lake.formats.conftest import COURSE, MODULE, lines

PROFILE = (
    *("user_id", "name", "language", "location", "meta", "courseware", "gender", "mailing_address"),
    *("year_of_birth", "level_of_education", "goals", "allow_certificate", "country", "city"),
)
ENROLLMENT = ("user_id", "course_id", "created", "is_active", "mode")


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
    personal = parsed.rows("personal/auth_user", "id, email, scope_id, dump_date")
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


def test_a_package_whose_name_is_no_key_keeps_every_course(read: Any) -> None:
    records = [(1, COURSE, "", 1, "honor"), (2, "A/B/C", "", 1, "honor")]
    parsed = read("student_courseenrollment", lines(ENROLLMENT, *records), course="MITx-6.002x")
    found = parsed.rows("dumps/student_courseenrollment", "course_id, scope_id")
    assert found == [(COURSE, "MITx-6.002x"), ("A/B/C", "MITx-6.002x")]


def test_a_dump_of_the_whole_site_keeps_every_course(read: Any) -> None:
    records = [(1, COURSE, "", 1, "honor"), (2, "A/B/C", "", 1, "honor")]
    parsed = read("student_courseenrollment", lines(ENROLLMENT, *records), course=None)
    found = parsed.rows("dumps/student_courseenrollment", "course_id, scope_id")
    assert found == [(COURSE, None), ("A/B/C", None)]


@pytest.mark.parametrize("value", ["seven", "NULL", "none", "1.5", "99999999999999999999", "-"])
def test_only_a_key_that_is_none_costs_its_row(read: Any, value: str) -> None:
    good = dict(zip(ENROLLMENT, (1, COURSE, "2017-01-02 03:04:05", 1, "honor"), strict=True))
    bad = good | {"user_id": value}
    text = lines(ENROLLMENT, tuple(good.values()), tuple(bad.values()))
    parsed = read("student_courseenrollment", text)
    assert parsed.account.rows == 1
    assert parsed.rejects() == [(3, "bad_value", text.splitlines()[2])]


NO_TIME = ("tomorrow", "2017-13-01 00:00:00", "infinity", "20170-01-01 00:00:00")
ODD_VALUES = [("created", value) for value in NO_TIME]
ODD_VALUES += [("is_active", value) for value in ("yes", "1.5", "inf", "1e400", "9" * 20)]


@pytest.mark.parametrize(("column", "value"), ODD_VALUES)
def test_a_value_that_does_not_fit_is_null_and_told_and_its_row_stays(
    read: Any, column: str, value: str
) -> None:
    good = dict(zip(ENROLLMENT, (1, COURSE, "2017-01-02 03:04:05", 1, "honor"), strict=True))
    odd = good | {column: value}
    parsed = read(
        "student_courseenrollment", lines(ENROLLMENT, tuple(good.values()), tuple(odd.values()))
    )
    found = parsed.rows("dumps/student_courseenrollment", f"user_id, mode, {column} is null")
    assert found == [(1, "honor", False), (1, "honor", True)]
    told = f"student_courseenrollment.{column}"
    assert parsed.account.odd_values == {told: (1, 3, value)}
    assert parsed.account.rejects == {}
    assert parsed.rejects() == [(3, "odd_value", value.encode())]


@pytest.mark.parametrize("word", ["none", "None", "null", "NULL", "nan", "NaN", "", r"\N", " "])
def test_words_for_nothing_are_null_in_numbers_and_times_alone(read: Any, word: str) -> None:
    record = (7, word, word, word, word)
    header = ("id", "username", "is_active", "last_login", "date_joined")
    parsed = read("auth_user", lines(header, record))
    columns = "id, is_active, last_login, date_joined"
    assert parsed.rows("dumps/auth_user", columns) == [(7, None, None, None)]
    username = None if word in ("NULL", r"\N") else word
    assert parsed.rows("dumps/auth_user", "username") == [(username,)]
    assert parsed.account.odd_values == {}


def test_a_line_end_of_another_system_never_sticks_to_the_last_column(read: Any) -> None:
    text = lines(ENROLLMENT, (1, COURSE, "2017-01-02 03:04:05", 1, "verified"))
    mixed = text + text.splitlines()[1] + b"\r\n" + text.splitlines()[1] + b"\r\r\n"
    parsed = read("student_courseenrollment", mixed)
    assert parsed.rows("dumps/student_courseenrollment", "mode") == [("verified",)] * 3


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


def test_dates_come_as_people_write_them(read: Any) -> None:
    header = ("course_id", "userid_DI", "start_time_DI", "last_event_DI")
    texts = ("12/19/12", "2013-01-31"), ("2/3/2013", "")
    records = [(COURSE, f"MHx{number}", *dates) for number, dates in enumerate(texts)]
    parsed = read("person_course_published", lines(header, *records), course=None)
    assert parsed.rows("dumps/person_course_published", "start_time_DI, last_event_DI") == [
        (date(2012, 12, 19), date(2013, 1, 31)),
        (date(2013, 2, 3), None),
    ]


def test_a_grade_report_gives_grades_and_nobody_s_name(read: Any) -> None:
    header = ("Student ID", "Email", "Username", "Grade", "Homework 1: Units", "Grade_timestamp")
    rows = [
        (7, "amy@mit.edu", "amy", 0.75, "Not Attempted", "2017-09-03 10:00:00"),
        (8, "bob@mit.edu", "bob", "", 1, ""),
    ]
    sheet = io.StringIO()
    csv.writer(sheet).writerows([header, *rows])
    parsed = read("instructor_grade_report", sheet.getvalue().encode())
    columns = "user_id, course_id, grade, cast(grade_timestamp as varchar)"
    assert parsed.rows("dumps/instructor_grade_report", columns) == [
        (7, COURSE, 0.75, "2017-09-03 10:00:00"),
        (8, COURSE, None, None),
    ]
    assert "mit.edu" not in str(parsed.rows("dumps/instructor_grade_report", "*"))
    assert parsed.account.notes == {}


def test_a_list_of_courses_gives_dates_and_no_instructors(read: Any) -> None:
    header = ("course_id", "Title", "New or Rerun", "Instructors", "Course Launch", "Course Wrap")
    rows = [
        ("MITx/6.002x/2T2017", "Circuits, again", "Rerun", "Prof. X", "9/3/2017", "2017-12-31"),
        (COURSE, "", "New", "Prof. Y", "", "12/31/17"),
    ]
    sheet = io.StringIO()
    csv.writer(sheet).writerows([header, *rows])
    parsed = read("course_listings", sheet.getvalue().encode(), course=None)
    columns = "course_id, title, new_or_rerun, course_launch, course_wrap"
    assert parsed.rows("dumps/course_listings", columns) == [
        ("MITx/6.002x/2T2017", "Circuits, again", "Rerun", date(2017, 9, 3), date(2017, 12, 31)),
        (COURSE, "", "New", None, date(2017, 12, 31)),
    ]
    assert "Prof." not in str(parsed.rows("dumps/course_listings", "*"))


def test_names_of_the_people_of_courses_are_kept_apart(read: Any) -> None:
    lines = f"course_id,username,name,role,phone\n{COURSE},amy,Amy A.,staff,1\n"
    parsed = read("course_staff", lines.encode(), course=None)
    assert parsed.rows("dumps/course_staff", "course_id, username, role") == [
        (COURSE, "amy", "staff")
    ]
    assert "Amy A." not in str(parsed.rows("dumps/course_staff", "*"))
    assert parsed.rows("personal/course_staff", "course_id, username, name, role") == [
        (COURSE, "amy", "Amy A.", "staff")
    ]


def test_many_parts_are_one_table(read: Any) -> None:
    count = 60_000
    rows = [profile(number, goals="g" * 300, name=f"N{number}") for number in range(count)]
    parsed = read("auth_userprofile", lines(PROFILE, *rows))
    found = parsed.rows("personal/auth_userprofile", "user_id, name, source_line")
    assert found == [(number, f"N{number}", number + 2) for number in range(count)]
