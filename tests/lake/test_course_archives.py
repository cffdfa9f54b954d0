"""Archives of courses: several runs, other names, documents that are missing, hostile or torn.

Enters: texts of a course by path. Leaves: what could be read, and every fault with its reason.
"""

import gzip
from pathlib import Path

import pytest

from studium.lake.archives import RefusedArchiveError
from tests.lake.courses import COURSE, ROOT, Course, Parsed, archive_of


def test_every_run_of_an_archive_is_read(course: Course) -> None:
    body = '<course><chapter url_name="{}">.</chapter></course>'
    parsed = course(
        course_id="MITx/1.00x/2099_Spring",
        texts={
            "course.xml": '<course url_name="2099_Fall" org="MITx" course="1.00x"/>',
            "course/2099_Fall.xml": body.format("fall"),
            "course/2099_Spring.xml": body.format("spring"),
            "policies/2099_Fall.json": '{"course/2099_Fall": {"display_name": "Fall"}}',
            "policies/2099_Spring.json": '{"course/2099_Spring": {"display_name": "Spring"}}',
            "policies/2098_Fall.json": '{"course/2098_Fall": {}}',
            "policies/assets.json": "{}",
        },
    )
    assert [(row["course_id"], row["index"], row["name"]) for row in parsed.elements] == [
        ("MITx/1.00x/2099_Fall", 1, "Fall"),
        ("MITx/1.00x/2099_Fall", 2, "fall"),
        ("MITx/1.00x/2099_Spring", 1, "Spring"),
        ("MITx/1.00x/2099_Spring", 2, "spring"),
    ]
    assert any("2098_Fall" in note for note in parsed.counts.notes)


def test_roots_name_the_runs(course: Course) -> None:
    root = '<course url_name="{}" org="MITx" course="1.00x">.</course>'
    parsed = course(
        texts={"course.xml": None, "roots/a.xml": root.format("a"), "roots/b.xml": root.format("b")}
    )
    ids = [row["course_id"] for row in parsed.elements]
    assert ids == ["course-v1:MITx+1.00x+a", "course-v1:MITx+1.00x+b"]


def test_a_run_that_is_there_twice_counts_once(course: Course) -> None:
    root = '<course url_name="a" org="MITx" course="1.00x" display_name="{}">.</course>'
    parsed = course(
        texts={"course.xml": None, "roots/a.xml": root.format("1"), "roots/b.xml": root.format("2")}
    )
    assert [row["name"] for row in parsed.elements] == ["1"]
    assert any("twice" in note for note in parsed.counts.notes)


def test_a_policy_of_odd_types_breaks_nothing(course: Course) -> None:
    parsed = course(
        texts={
            "policies/2T2099/policy.json": '{"course/2T2099": {"display_name": 5, "due": [1]}, "x": 1}',
            "policies/2T2099/grading_policy.json": '{"GRADER": [{"min_count": 1e300, "type": 3}]}',
        }
    )
    assert parsed.elements[0]["name"] == "C"
    grader = parsed.tables["course_graders"][0]
    assert (grader["min_count"], grader["assignment_type"], grader["weight"]) == (None, "3", None)
    assert parsed.reasons == ["bad_date"]


@pytest.mark.parametrize("policy", ["[1]", "{", ""])
def test_a_policy_that_is_no_object_costs_itself(course: Course, policy: str) -> None:
    parsed = course(texts={"policies/2T2099/policy.json": policy})
    assert parsed.reasons == ["not_json"]
    assert parsed.column("name") == {"2T2099": "C"}


def test_the_package_names_its_course(course: Course) -> None:
    parsed = course(course_id="course-v1:MITx+1.00x+3T2099")
    assert {row["course_id"] for row in parsed.elements} == {"course-v1:MITx+1.00x+3T2099"}
    assert any("2T2099" in note for note in parsed.counts.notes)
    nameless = course(course_id="my-export")
    assert {row["course_id"] for row in nameless.elements} == {COURSE}
    assert any("no course key" in note for note in nameless.counts.notes)
    alone = course(course_id=None)
    assert {row["course_id"] for row in alone.elements} == {COURSE}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('<!DOCTYPE chapter SYSTEM "http://localhost/x.dtd"><chapter/>', "dtd"),
        (
            '<!DOCTYPE chapter [<!ENTITY x SYSTEM "file:///etc/passwd">]><chapter>&x;</chapter>',
            "dtd",
        ),
        ("<chapter>&nbsp;</chapter>", "bad_xml"),
        ("<chapter><html>", "bad_xml"),
        ("", "bad_xml"),
        ('<?xml version="1.0" encoding="klingon"?><chapter/>', "bad_xml"),
        (b"<chapter>\xff</chapter>", "bad_xml"),
        ('<chapter><chapter url_name="c"/></chapter>', "circular"),
    ],
)
def test_a_document_that_is_not_read_costs_itself(
    course: Course, document: str | bytes, reason: str
) -> None:
    parsed = course(
        '<chapter url_name="c"/><html url_name="h">.</html>', texts={"chapter/c.xml": document}
    )
    assert parsed.reasons == [reason]
    assert [row["url_name"] for row in parsed.elements if row["url_name"] != "c"] == ["2T2099", "h"]
    assert "c" in parsed.column("name")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_documents_may_have_any_encoding_that_they_declare(course: Course, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><chapter display_name="Übung"/>'
    parsed = course('<chapter url_name="c"/>', texts={"chapter/c.xml": text.encode(encoding)})
    assert parsed.column("name")["c"] == "Übung"


def test_a_course_that_unfolds_without_end_is_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studium.lake.formats.courses.olx.outline.MOST_ELEMENTS", 2_000)
    texts: dict[str, str] = {}
    for level in range(10):
        texts[f"vertical/v{level}.xml"] = (
            "<vertical>" + f'<vertical url_name="v{level + 1}"/>' * 20 + "</vertical>"
        )
    with pytest.raises(RefusedArchiveError, match="unfolds"):
        course('<vertical url_name="v0"/>', texts=texts)


def test_elements_may_not_be_nested_without_end(course: Course) -> None:
    parsed = course("<wrapper>" * 60 + '<html url_name="h">.</html>' + "</wrapper>" * 60)
    assert parsed.reasons == ["too_deep"]


def test_a_torn_archive_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    texts: dict[str, str | bytes] = {
        "course.xml": ROOT,
        "course/2T2099.xml": '<course><chapter url_name="c1"/><chapter url_name="c2"/></course>',
        "chapter/c1.xml": '<chapter display_name="One"/>',
        "chapter/c2.xml": f'<chapter display_name="Two"/><!-- {"x" * 9_000} -->',
    }
    path = tmp_path / "course.xml.tar.gz"
    path.write_bytes(gzip.compress(gzip.decompress(archive_of(texts))[:7_000])[:-9])
    parsed = Parsed(path)
    assert parsed.counts.damage
    assert parsed.column("name")["c1"] == "One"
    assert parsed.column("name")["c2"] == "c2"
    assert sorted(parsed.reasons) == ["damaged", "missing_file"]


def test_an_archive_without_a_course_gives_nothing_but_the_reason(course: Course) -> None:
    parsed = course(texts={"course.xml": None, "course/2T2099.xml": "<course/>"})
    assert (parsed.tables, parsed.reasons) == ({}, ["missing_file"])
