"""Small logs whose right answers the pipeline of Insights, run on them, or a plain reading of the specification gave.

Enters: a few lines each. Leaves: nothing; each case is a course of its own, all are built at once in both modes.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from studium.warehouse import Interval
from tests.lake.conftest import event
from tests.warehouse.warehouses import build_all, land_paths, new_workspace

Connection = duckdb.DuckDBPyConnection


def course_of(case: str) -> str:
    """The course of a case."""
    return f"course-v1:Uni+{case}+R1"


def line(case: str, time: str, kind: str, payload: dict[str, Any], **more: Any) -> bytes:
    """An event in the course of a case, by default of the browser, on a day of March 2099."""
    fields = {"event_source": "browser", "username": "ann"} | more
    context = {"course_id": course_of(case), "user_id": 1}
    return event(
        time=f"2099-03-{time}+00:00", event_type=kind, event=payload, context=context, **fields
    )


def watching() -> Iterator[bytes]:
    """A seek closes the first play; the second is never closed; two days later somebody watches on."""
    for time, kind, offsets in [
        ("04T10:00:00", "play_video", {"currentTime": 0}),
        ("04T10:00:10", "seek_video", {"old_time": 10, "new_time": 60}),
        ("04T10:00:11", "play_video", {"currentTime": 10}),
        ("06T10:00:00", "play_video", {"currentTime": 20}),
        ("06T10:00:30", "pause_video", {"currentTime": 50}),
    ]:
        yield line("Video", time, kind, {"id": "v1", "duration": 100, **offsets})


def addresses() -> Iterator[bytes]:
    """Three events without an address, of workers; two from one and one from another."""
    for second, ip in enumerate(["", " ", "", "8.8.8.8", "8.8.8.8", "31.13.64.10"]):
        yield line("Address", f"04T10:00:{second:02}", "page_close", {}, ip=ip)


def checked(name: str, second: int, answer: Any, shown: Any, **part: Any) -> bytes:
    """A check of a problem with one part."""
    key = "block-v1:Uni+Answer+R1+type@problem+block@p"
    submission = {"answer": shown, "question": "Which?", "response_type": "stringresponse"} | part
    payload = {
        "problem_id": key,
        "answers": {"p_2_1": answer},
        "submission": {"p_2_1": submission},
        "correct_map": {"p_2_1": {"correctness": "correct"}},
    }
    time = f"04T10:00:{second:02}"
    return line(
        "Answer", time, "problem_check", payload, event_source="server", username=name
    ).replace(b'"user_id": 1', b'"user_id": 1, "module": {"display_name": "Fruit"}')


def answers() -> Iterator[bytes]:
    """Lists with white space and markup, a hint of the teacher, and a part without an answer of its own."""
    yield checked("ann", 1, ["a", "b "], ["a", "b "])
    yield checked("bob", 2, ["a", "b"], ["a", "b"])
    yield checked("cy", 3, ["c1", "c2"], ["<p>red</p>", "blue <i>sky</i> "])
    yield checked("di", 4, "c3", "One <![CDATA[not shown]]> two")
    yield checked("ed", 5, "c4", "apple <choicehint>An apple has seeds.</choicehint>")
    yield checked("flo", 6, "pear", None).replace(b'"answer": null, ', b"")


def pages() -> Iterator[bytes]:
    """A page of a custom course."""
    url = "/courses/ccx-v1:Uni+M1+R1+ccx@5/courseware/ch1/sub1/"
    context = {"course_id": "ccx-v1:Uni+M1+R1+ccx@5", "user_id": 1}
    yield event(
        username="ann",
        time="2099-03-04T10:00:00+00:00",
        event_type=url,
        event_source="server",
        event={},
        context=context,
    )


@pytest.fixture(scope="module", params=[False, True], ids=["fixed", "compat"])
def marts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("answers")
    workspace = new_workspace(folder)
    lines = [*watching(), *addresses(), *answers(), *pages()]
    (folder / "a.log").write_bytes(b"\n".join(lines) + b"\n")
    land_paths(workspace, folder / "a.log")
    build_all(workspace, Interval(compat=request.param))
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        yield connection


def test_a_seek_is_forgotten_by_the_next_play(marts: Connection) -> None:
    seen = "select plays, viewings, watched_seconds, unique_seconds from marts.person_video"
    assert marts.execute(seen).fetchall() == [(3, 2, 40.0, 40.0)]
    watched = marts.execute("select total_viewed_seconds from marts.video").fetchall()
    # [0, 10] touches segments 0 to 2 and [20, 50] 4 to 10: ten of five seconds.
    assert watched == [(50,)]


def test_no_address_is_no_address(marts: Connection, request: pytest.FixtureRequest) -> None:
    found = marts.execute(
        "select modal_ip, ip_count from marts.course_modal_ip where course_id = ?"
        " and modal_ip is not null",
        [course_of("Address")],
    )
    is_compat = request.node.callspec.params["marts"]  # there it counts, as a row with NULL
    assert found.fetchall() == ([] if is_compat else [("8.8.8.8", 2)])
    counted = marts.execute(
        "select ip, sum(ipcount) from personal.pcday_ip_counts where course_id = ? and ip is not null"
        " group by ip order by ip",
        [course_of("Address")],
    )
    assert counted.fetchall() == [("31.13.64.10", 1), ("8.8.8.8", 2)]


def test_items_of_an_answer_are_cleaned_one_by_one(marts: Connection) -> None:
    found = marts.execute(
        "select value_id, answer_value_text, first_response_count from marts.answer_distribution"
        " order by all"
    ).fetchall()
    assert found == [
        ("[c1|c2]", "[red|blue sky]", 1),
        ("c3", "One two", 1),
        ("c4", "apple An apple has seeds.", 1),
        (None, "[a|b]", 2),
        (None, "pear", 1),
    ]


def test_a_report_has_no_hints_and_calls_nothing_deleted_that_it_does_not_know(
    marts: Connection,
) -> None:
    found = marts.execute(
        "select username, answer, location, sort_idx from marts.problem_response order by username"
    ).fetchall()
    assert found == [
        ("ann", "a|b", "Fruit", -1),
        ("bob", "a|b", "Fruit", -1),
        ("cy", "<p>red</p>|blue <i>sky</i>", "Fruit", -1),
        ("di", "One two", "Fruit", -1),
        ("ed", "apple ", "Fruit", -1),
        ("flo", "pear", "Fruit", -1),
    ]


def test_a_subsection_of_a_custom_course_is_the_last_one_viewed(marts: Connection) -> None:
    found = marts.execute(
        "select last_subsection_viewed from marts.student_engagement_all"
        " where course_id like 'ccx-v1:%'"
    )
    assert found.fetchall() == [("/courses/ccx-v1:Uni+M1+R1+ccx@5/courseware/ch1/sub1/",)]
