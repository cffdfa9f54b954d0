"""Item response from the tables of two data packages to a release, by `studium run` itself.

Enters: the Law School Admission Test as a course of 1,000 learners, and answers drawn from known parameters as another.
Leaves: the tables of a release, compared with what was published and with what was drawn from.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from studium.cli import main
from studium.config import Workspace, open_workspace
from studium.publish import query
from tests.analyses.answers import law_school_answers, simulate_answers
from tests.lake.deliveries.deliveries import (
    MODULE,
    enrollments,
    lines,
    users,
    write_folder,
    write_tar,
)

LAW, DRAWN = "course-v1:Law+Test+1970", "course-v1:Drawn+Test+2024"
KNOWN = simulate_answers(seed=11, persons=1500, items=6, levels=3, missing=0.05)
EVENT = b'{"time":"2024-03-01T10:00:00Z","event_type":"page_close","username":"user1"}\n'

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("items")
    law = law_school_answers()
    files = _package(folder, LAW, law, 1) | _package(folder, DRAWN, KNOWN.answers.chosen, 2)
    week = write_folder(folder / "week-2024-03-02", files | {"tracking.log": EVENT})
    assert main(["--workspace", str(folder / "campus"), "init"]) == 0
    assert main(["--workspace", str(folder / "campus"), "run", str(week)]) == 0
    return open_workspace(folder / "campus", {})


def test_a_release_has_the_published_estimates_of_the_law_school_test(workspace: Workspace) -> None:
    """As the R package ltm gives them; alpha as published, 0.295."""
    found = _columns(workspace, LAW, "irt_disc, irt_diff, disc_se, diff_se")
    assert found[0] == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.001)
    assert found[1] == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=0.003)
    assert found[2] == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], abs=0.001)
    assert found[3] == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], abs=0.002)
    alpha = (
        f"select distinct round(test_alpha, 3) from item_reliabilities where course_id = '{LAW}'"
    )
    assert _rows(workspace, alpha) == [(0.295,)]


def test_a_release_finds_known_parameters_within_their_errors(workspace: Workspace) -> None:
    slopes, difficulties, slope_errors, errors = _columns(
        workspace, DRAWN, "irt_disc, irt_diff, disc_se, diff_se"
    )
    assert len(slopes) == 6 * 2
    assert np.abs((slopes[::2] - KNOWN.slopes) / slope_errors[::2]).max() < 3.5
    assert np.abs((difficulties - KNOWN.difficulties.ravel()) / errors).max() < 3.5
    theta = f"select user_id, theta from person_irtgrm_theta_grade where course_id = '{DRAWN}' order by 1"
    known: dict[object, float] = dict(enumerate(KNOWN.abilities, start=1))
    pairs = np.array([(known[user], found) for user, found in _rows(workspace, theta)])
    assert len(pairs) == (KNOWN.answers.chosen >= 0).any(axis=1).sum()
    assert np.corrcoef(pairs.T)[0, 1] > 0.75


def _package(folder: Path, course: str, levels: NDArray[np.int64], fields: int) -> dict[str, bytes]:
    """A course whose problems have `fields` answers each, as many of them right as a level says; -1 is no answer."""
    org, number, run = course.removeprefix("course-v1:").split("+")
    persons = range(1, len(levels) + 1)
    content = write_tar(
        folder / f"{org}.tar.gz", _content(org, number, run, levels.shape[1], fields)
    )
    tables: dict[str, bytes] = {
        "auth_user": users(*persons),
        "student_courseenrollment": enrollments(*persons, course=course),
        "courseware_studentmodule": lines(MODULE, *_states(course, levels, fields)),
    }
    named = {
        f"{org}-{number}-{run}-{table}-prod-analytics.sql": rows for table, rows in tables.items()
    }
    return named | {f"{org}-{number}-{run}-course-prod-analytics.xml.tar.gz": content.read_bytes()}


def _states(course: str, levels: NDArray[np.int64], fields: int) -> Iterator[tuple[object, ...]]:
    time, block = "2024-02-20 10:00:00", course.replace("course-v1:", "block-v1:")
    for person, answers in enumerate(levels.tolist(), start=1):
        for item, level in enumerate(answers):
            ids = [f"p{item}_{field + 2}_1" for field in range(fields)]
            right = {
                name: {"correctness": "correct" if place < level else "incorrect"}
                for place, name in enumerate(ids)
            }
            state = {
                "attempts": 1,
                "student_answers": dict.fromkeys(ids, "a"),
                "correct_map": right,
            }
            if level >= 0:
                row = (f"{block}+type@problem+block@p{item}", person, orjson.dumps(state).decode())
                yield (
                    person * 100 + item,
                    "problem",
                    *row,
                    level,
                    time,
                    time,
                    fields,
                    "na",
                    course,
                )


def _content(org: str, number: str, run: str, problems: int, fields: int) -> dict[str, bytes]:
    responses = "<multiplechoiceresponse/>" * fields
    inside = "".join(
        f'<problem url_name="p{item}">{responses}</problem>' for item in range(problems)
    )
    vertical = f'<vertical url_name="v">{inside}</vertical>'
    chapter = f'<chapter url_name="c"><sequential url_name="s">{vertical}</sequential></chapter>'
    return {
        "course/course.xml": f'<course url_name="{run}" org="{org}" course="{number}"/>'.encode(),
        f"course/course/{run}.xml": f"<course>{chapter}</course>".encode(),
    }


def _columns(workspace: Workspace, course: str, names: str) -> NDArray[np.float64]:
    sql = f"select {names} from item_irt_grm where course_id = '{course}' order by problem_nid, cutnum"
    return np.array(_rows(workspace, sql), dtype=np.float64).T


def _rows(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    with query(workspace, sql) as answer:
        return list(answer.rows())
