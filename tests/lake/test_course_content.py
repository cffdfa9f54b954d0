"""Course content by rule: small courses written here, one trap each, and what the axis says of them.

Enters: texts of a course by path. Leaves: rows of the lake's content datasets.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.lake.courses import COURSE, Course


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc,arg-type]


def test_elements_come_in_document_order_with_keys_and_paths(course: Course) -> None:
    parsed = course(
        '<chapter url_name="c1"/><wiki slug="w"/>',
        texts={
            "chapter/c1.xml": '<chapter display_name="One"><sequential url_name="s:1"/></chapter>',
            "sequential/s/1.xml": '<sequential><!-- c --><vertical url_name="v1"><html url_name="h1"/>'
            '<discussion url_name="d1" id="x"/><problem url_name="p1"/></vertical></sequential>',
            "html/h1.xml": '<html filename="pages/h1" display_name="Page"/>',
            "html/pages/h1.html": "<p>text",
            "problem/p1.xml": '<problem><p url_name="no element"/></problem>',
        },
    )
    assert parsed.reasons == []
    shown = ("index", "category", "url_name", "name", "path", "parent", "chapter_mid")
    assert [tuple(row[name] for name in shown) for row in parsed.elements] == [
        (1, "course", "2T2099", "C", "/1", None, None),
        (2, "chapter", "c1", "One", "/c1", "2T2099", None),
        (3, "sequential", "s:1", "s:1", "/c1/s:1", "c1", "MITx/1.00x/chapter/c1"),
        (4, "vertical", "v1", "v1", "/c1/s:1/1", "s:1", "MITx/1.00x/chapter/c1"),
        (5, "html", "h1", "Page", "/c1/s:1/1/1", "v1", "MITx/1.00x/chapter/c1"),
        (6, "discussion", "d1", "d1", "/c1/s:1/1/1", "v1", "MITx/1.00x/chapter/c1"),
        (7, "problem", "p1", "p1", "/c1/s:1/1/2", "v1", "MITx/1.00x/chapter/c1"),
    ]
    assert {row["course_id"] for row in parsed.elements} == {COURSE}
    keys = parsed.column("usage_key")
    assert keys["2T2099"] == "block-v1:MITx+1.00x+2T2099+type@course+block@course"
    assert keys["p1"] == "block-v1:MITx+1.00x+2T2099+type@problem+block@p1"
    assert parsed.column("module_id")["h1"] == "MITx/1.00x/html/h1"
    assert parsed.column("source_line")["p1"] == 7


def test_keys_of_old_courses_are_old(course: Course) -> None:
    parsed = course(
        '<chapter url_name="c1"><html url_name="h">x</html></chapter>', "MITx/1.00x/2T2099"
    )
    assert {row["course_id"] for row in parsed.elements} == {"MITx/1.00x/2T2099"}
    assert parsed.column("usage_key")["c1"] == "i4x://MITx/1.00x/chapter/c1"
    assert parsed.column("usage_key")["2T2099"] == "i4x://MITx/1.00x/course/2T2099"


def test_a_missing_chapter_stays_in_the_axis_and_is_told(course: Course) -> None:
    parsed = course(
        '<chapter url_name="gone"/><chapter url_name="c2"><html url_name="h">x</html></chapter>'
    )
    assert list(parsed.column("path").items()) == [
        ("2T2099", "/1"),
        ("gone", "/gone"),
        ("c2", "/c2"),
        ("h", "/c2/1"),
    ]
    assert parsed.reasons == ["missing_file"]
    assert "chapter/gone.xml" in parsed.counts.rejects[0].detail


def test_dates_start_no_earlier_than_their_parents(course: Course) -> None:
    parsed = course(
        '<chapter url_name="early" start="2099-01-01T00:00:00Z" due="2099-06-01T00:00Z">'
        '<sequential url_name="own" due="&quot;2099-07-01T02:00:00+02:00&quot;"/>'
        '<sequential url_name="none" due="null"/><sequential url_name="odd" due="soon"/></chapter>'
        '<chapter url_name="late" start="March 10, 2099, 10:00"/>',
        of_course='start="2099-02-01T00:00:00Z"',
        texts={
            f"sequential/{name}.xml": "<sequential>.</sequential>"
            for name in ("own", "none", "odd")
        }
        | {"chapter/late.xml": "<chapter>.</chapter>"},
    )
    assert parsed.column("start") == {
        "2T2099": utc(2099, 2, 1),
        "early": utc(2099, 2, 1),
        **dict.fromkeys(("own", "none", "odd"), utc(2099, 2, 1)),
        "late": utc(2099, 3, 10, 10),
    }
    due = parsed.column("due")
    assert (due["early"], due["own"]) == (utc(2099, 6, 1), utc(2099, 7, 1))
    assert due["none"] is due["odd"] is due["late"] is None
    assert parsed.reasons == ["bad_date"]


def test_formats_and_flags_are_inherited_and_policies_fill_gaps(course: Course) -> None:
    policy = {
        "course/2T2099": {"display_name": "Named by policy", "showanswer": "finished"},
        "sequential/s1": {"format": "Homework", "graded": True, "due": "2099-05-01T00:00:00Z"},
        "sequential/s2": {"format": "Never", "visible_to_staff_only": True},
        "problem/p2": {"weight": 3},
    }
    problem = '<problem url_name="{}">.</problem>'
    parsed = course(
        f'<sequential url_name="s1">{problem.format("p1")}{problem.format("p2")}</sequential>'
        f'<sequential url_name="s2" format="Lab" graded="False">{problem.format("p3")}</sequential>',
        texts={"policies/2T2099/policy.json": json.dumps(policy)},
    )
    assert parsed.column("name")["2T2099"] == "Named by policy"
    assert parsed.column("gformat") == {
        "2T2099": None,
        **dict.fromkeys(("s1", "p1", "p2"), "Homework"),
        **dict.fromkeys(("s2", "p3"), "Lab"),
    }
    assert parsed.column("graded")["p1"] == "true"
    assert parsed.column("graded")["p3"] == "false"
    assert parsed.column("due")["p2"] == utc(2099, 5, 1)
    assert parsed.column("weight") == {
        "p2": 3.0,
        **dict.fromkeys(("2T2099", "s1", "p1", "s2", "p3")),
    }
    assert set(parsed.column("showanswer").values()) == {"finished"}
    staff = {name for name, is_staff in parsed.column("is_staff_only").items() if is_staff}
    assert staff == {"s2", "p3"}


def test_hidden_subtrees_are_counted_not_listed(course: Course) -> None:
    parsed = course(
        '<chapter url_name="a" hide_from_toc="true"><html url_name="x">.</html></chapter>'
        '<chapter url_name="b" hide_from_toc="false"><html url_name="y">.</html></chapter>'
        '<chapter url_name="c"><html url_name="z">.</html></chapter>',
        texts={"policies/2T2099/policy.json": '{"chapter/c": {"hide_from_toc": true}}'},
    )
    assert list(parsed.column("path")) == ["2T2099", "b", "y"]
    assert parsed.counts.skipped == {"hide_from_toc": 2}


def test_names_missing_shared_and_damaged(course: Course) -> None:
    parsed = course(
        '<chapter display_name="Week 1: Start (new)"><sequential url_name="s" display_name="CafÃ© â€“ Ãœbung">'
        '<vertical><html url_name="h1">.</html><html url_name="h2">.</html></vertical>'
        '<vertical url_name="h1"><video url_name="v">.</video></vertical></sequential></chapter>'
    )
    assert list(parsed.column("path").items()) == [
        ("2T2099", "/1"),
        ("Week_1__Start__new_", "/Week_1__Start__new_"),
        ("s", "/Week_1__Start__new_/s"),
        ("h1", "/Week_1__Start__new_/s/1"),
        ("h2", "/Week_1__Start__new_/s/2"),
        ("h1_vertical", "/Week_1__Start__new_/s/3"),
        ("v", "/Week_1__Start__new_/s/3/1"),
    ]
    assert parsed.column("parent")["h2"] == "s"
    assert parsed.column("parent")["v"] == "h1_vertical"
    assert parsed.column("usage_key")["h1_vertical"].endswith("type@vertical+block@h1")
    assert parsed.column("name")["s"] == "Café – Übung"


def test_experiments_mark_what_is_below_them(course: Course) -> None:
    parsed = course(
        '<split_test url_name="t" user_partition_id="7" group_id_to_child="{&quot;0&quot;: &quot;x&quot;}">'
        '<vertical url_name="a"><html url_name="h">.</html></vertical></split_test><html url_name="o">.</html>'
    )
    assert {name for name, is_split in parsed.column("is_split").items() if is_split} == {"a", "h"}
    assert parsed.column("split_url_name") == {
        "2T2099": None,
        "t": None,
        "a": "t",
        "h": "t",
        "o": None,
    }
    row = parsed.elements[1]
    assert (row["user_partition_id"], row["group_id_to_child"]) == ("7", '{"0": "x"}')


@pytest.mark.parametrize(
    ("attributes", "content", "ytid", "duration"),
    [
        ('youtube="1.00:abcdefgh"', "", "abcdefgh", None),
        ('youtube="0.75:slow,1.0:right,1.50:fast"', "", "right", None),
        ('youtube="bare"', "", "bare", None),
        ('youtube_id_1_0="new"', "", "new", None),
        ("", "", None, None),
        (
            'youtube="1.00:x"',
            '<video_asset duration="0.0"/><video_asset duration="61.5"/>',
            "x",
            61.5,
        ),
        ('youtube="1.00:x"', '<video_asset duration="nan"/>', "x", None),
    ],
)
def test_a_video_tells_its_id_and_length(
    course: Course, attributes: str, content: str, ytid: str | None, duration: float | None
) -> None:
    parsed = course(f'<video url_name="v" {attributes} end_time="1">{content}</video>')
    assert parsed.column("ytid")["v"] == ytid
    assert parsed.column("video_duration")["v"] == duration


def test_a_page_tells_the_video_that_it_frames(course: Course) -> None:
    frame = '<p><iframe width="1" SRC="https://www.youtube-nocookie.com/embed/abc-DEF_123?rel=0">'
    parsed = course(
        f'<html url_name="file"/><html url_name="inside">{frame}</iframe></p></html>'
        '<html url_name="cdata"><![CDATA[<iframe src="//youtu.be/abcdefg"></iframe>]]></html>'
        '<html url_name="plain">youtube.com/embed/abcdefg</html>'.replace("SRC", "src"),
        texts={"html/file.xml": '<html filename="file"/>', "html/file.html": frame},
    )
    ids = parsed.column("ytid")
    assert ids["file"] == ids["inside"] == "abc-DEF_123"
    assert (ids["cdata"], ids["plain"]) == ("abcdefg", None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p/>", (None, None, False, False)),
        ("<stringresponse/>", ("stringresponse", 1, False, False)),
        ("<p><numericalresponse/></p><numericalresponse/>", ("numericalresponse", 2, False, False)),
        ("<optionresponse/><choiceresponse/>", ("mixed", 2, False, False)),
        ("<fieldset/><p><fieldset/></p>", ("fieldset", 1, False, False)),
        (f"<solution><p>{'x' * 65}</p></solution>", (None, None, False, False)),
        (f"<div><solution><p>{'x' * 66}</p></solution></div>", (None, None, True, False)),
        ("<solution><img src='a.png'/></solution>", (None, None, True, True)),
    ],
)
def test_a_problem_tells_what_it_asks(
    course: Course, content: str, expected: tuple[Any, ...]
) -> None:
    parsed = course(f'<problem url_name="p" weight="2.5">{content}</problem>')
    row = parsed.elements[1]
    assert (row["itype"], row["num_items"], row["has_solution"], row["has_image"]) == expected
    assert row["weight"] == 2.5


def test_a_problem_tells_whether_it_draws_random_numbers(course: Course) -> None:
    scripts = {
        "draws": "<p><script type='loncapa/python'>x = 1\ny = random.randint(1, 6)</script></p>",
        "escaped": "<script>x = 1</script><script><![CDATA[y = numpy.random.rand() if x < 2 else 0]]></script>",
        "imports": "<script>import random</script>",
        "says": "<p>Draw at random.</p>",
    }
    parsed = course(
        "".join(f'<problem url_name="{name}">{text}</problem>' for name, text in scripts.items())
        + '<problem url_name="gone"/><html url_name="page"><script>Math.random.x</script></html>'
    )
    found = parsed.column("has_random_script")
    assert found == dict.fromkeys(("2T2099", "gone", "page")) | {
        "draws": True,
        "escaped": True,
        "imports": False,
        "says": False,
    }


def test_an_element_knows_the_last_one_below_it(course: Course) -> None:
    parsed = course(
        '<chapter url_name="a"><vertical><html url_name="h">.</html></vertical>'
        '<vertical url_name="v"><video url_name="x"/><problem url_name="p">.</problem></vertical></chapter>'
        '<chapter url_name="hidden" hide_from_toc="true"><html url_name="n">.</html></chapter>'
        '<chapter url_name="b">.</chapter>'
    )
    spans = [(row["index"], row["url_name"], row["last_index"]) for row in parsed.elements]
    assert spans == [
        *((1, "2T2099", 7), (2, "a", 6), (3, "h", 3), (4, "v", 6)),
        *((5, "x", 5), (6, "p", 6), (7, "b", 7)),
    ]


def test_grading_policy_in_order_and_weights_that_miss_one(course: Course) -> None:
    grading = {
        "GRADER": [
            {
                "type": "Homework",
                "weight": 0.5,
                "short_label": "HW",
                "min_count": 12,
                "drop_count": 2,
            },
            {"type": "Exam", "name": "Final", "weight": "0.4", "hide_average": True},
            "no grader",
        ],
        "GRADE_CUTOFFS": {"A": 0.8, "Pass": 0.6, "B": "high"},
    }
    parsed = course(texts={"policies/2T2099/grading_policy.json": json.dumps(grading)})
    shown = ("position", "assignment_type", "name", "weight", "short_label", "drop_count", "other")
    assert [tuple(row[name] for name in shown) for row in parsed.tables["course_graders"]] == [
        (1, "Homework", "Homework", 0.5, "HW", 2, "{}"),
        (2, "Exam", "Final", 0.4, None, None, '{"hide_average":true}'),
    ]
    cutoffs = parsed.tables["course_grade_cutoffs"]
    assert [(row["name"], row["cutoff"]) for row in cutoffs] == [("A", 0.8), ("Pass", 0.6)]
    assert parsed.reasons == ["bad_grader", "bad_cutoff"]
    assert parsed.counts.notes == [f"the grading weights of {COURSE} add up to 0.9, not 1"]


def test_tags_are_counted_without_markup_and_hidden_parts(course: Course) -> None:
    parsed = course(
        '<chapter url_name="a" hide_from_toc="true"><video url_name="x"/></chapter>'
        '<vertical url_name="v"><problem url_name="p"><p><Script/><stringresponse/></p></problem>'
        '<html url_name="h"/></vertical>',
        texts={"html/h.xml": '<html filename="h"/>', "html/h.html": "<html><p><IFRAME></p></html>"},
    )
    counts = {row["tag"]: row["elements"] for row in parsed.tables["course_tag_counts"]}
    tags = ("course", "html", "iframe", "problem", "script", "stringresponse", "vertical")
    assert counts == dict.fromkeys(tags, 1)


def test_tags_are_counted_for_the_named_element_that_they_lie_in(course: Course) -> None:
    parsed = course(
        '<vertical url_name="v"><poll><vertical><survey/></vertical></poll>'
        '<problem url_name="p"><choice/><div><choice/></div></problem><lti/></vertical><wiki/>'
    )
    rows = parsed.tables["course_tag_counts"]
    assert [(row["element_index"], row["tag"], row["elements"]) for row in rows] == [
        *((1, "course", 1), (1, "wiki", 1)),
        *((2, tag, 1) for tag in ("lti", "poll", "survey")),
        (2, "vertical", 2),
        *((3, "choice", 2), (3, "problem", 1)),
    ]


def test_tags_outside_of_all_named_elements_are_counted_too(course: Course) -> None:
    content = '<course org="MITx" course="1.00x"><lti/><video url_name="v"/></course>'
    parsed = course(texts={"course.xml": content})
    rows = parsed.tables["course_tag_counts"]
    assert [(row["element_index"], row["tag"], row["elements"]) for row in rows] == [
        *((0, "course", 1), (0, "lti", 1)),
        (1, "video", 1),
    ]
