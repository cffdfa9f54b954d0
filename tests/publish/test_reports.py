"""Reports: the CSV files that the Open edX pipeline published for its acceptance logs, byte by byte.

Parameters: ../shared/specs/edx_insights.md §3. The logs are not ours to copy: without them those tests are skipped.
"""

import csv
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from studium.config import BuildSettings, Settings, Workspace
from studium.errors import MisuseError
from studium.pipeline import Job, build, land, publish
from studium.progress import Silent
from studium.publish import ReportOrder, query, write_report
from tests.warehouse.warehouses import SHARED_DATA

FOLDER = SHARED_DATA / "edx_insights"
PUBLISHED = FOLDER / "output" / "student_engagement" / "expected"
BUILD = BuildSettings(
    tables=[
        *("student_engagement_daily", "student_engagement_weekly", "student_engagement_all"),
        *("enrollment_periods", "learner_contacts"),
    ],
    events_from=date(2015, 4, 6),
    as_of=date(2015, 4, 20),
)

needs_logs = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the acceptance logs are not there: {FOLDER}"
)


@pytest.fixture(scope="module")
def engaged(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A release of the acceptance log of student engagement, with the dump of its site."""
    folder = tmp_path_factory.mktemp("engaged")
    shutil.copy(FOLDER / "input" / "load_student_engagement.sql", folder / "site-2015-04-20.sql")
    workspace = Workspace(folder / "workspace", Settings(build=BUILD))
    workspace.root.mkdir()
    job = Job(workspace, Silent())
    land(job, [FOLDER / "input" / "student_engagement_acceptance_tracking.log"])
    land(job, [folder / "site-2015-04-20.sql"])
    build(job)
    assert publish(job).release
    return workspace


@needs_logs
@pytest.mark.parametrize(("kind", "files"), [("daily", 42), ("weekly", 6), ("all", 3)])
def test_student_engagement_equals_the_published_files(
    kind: str, files: int, engaged: Workspace, tmp_path: Path
) -> None:
    """Every other file is of a day or week without activity: all counts are 0."""
    order = ReportOrder(f"student_engagement_{kind}", with_emails=True)

    delivery = write_report(engaged, order, tmp_path, Silent())

    published = sorted((PUBLISHED / kind).rglob("*.csv"))
    assert len(delivery.files) == len(list(tmp_path.rglob("*.csv"))) == files
    for file in published:
        mine = tmp_path / file.relative_to(PUBLISHED / kind)
        assert mine.read_bytes() == file.read_bytes()
    for mine in tmp_path.rglob("*.csv"):
        if PUBLISHED / kind / mine.relative_to(tmp_path) not in published:
            with mine.open(encoding="utf-8", newline="") as stream:
                assert {cell for row in list(csv.reader(stream))[1:] for cell in row[5:-1]} == {"0"}


@needs_logs
def test_who_was_enrolled_on_which_day_is_as_published(engaged: Workspace) -> None:
    with (FOLDER / "expected" / "student_engagement__enrolled_rows_by_date.csv").open() as stream:
        published = [tuple(row) for row in csv.reader(stream)][1:]
    with duckdb.connect(str(engaged.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select day::date::varchar, course_id, username, email, coalesce(cohort, '') "
            "from marts.enrollment_periods join personal.learner_contacts using (course_id, user_id, username), "
            "unnest(generate_series(valid_from, valid_to - 1, interval 1 day)) as days (day) where is_enrolled"
        ).fetchall()

    assert sorted(found) == sorted(published)


@needs_logs
def test_addresses_are_left_out_unless_asked_for(engaged: Workspace, tmp_path: Path) -> None:
    order = ReportOrder("student_engagement_all", courses=("edX/DemoX/Demo_Course",))

    delivery = write_report(engaged, order, tmp_path, Silent())

    (file,) = delivery.files
    text = (tmp_path / file.name).read_text(encoding="utf-8")
    assert "honor" in text
    assert "@" not in text
    with pytest.raises(MisuseError, match="there already"):
        write_report(engaged, order, tmp_path, Silent())


@needs_logs
def test_unknown_reports_and_courses_are_misuse(engaged: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="There is no report nonsense"):
        write_report(engaged, ReportOrder("nonsense"), tmp_path, Silent())
    unknown = ReportOrder("student_engagement_all", courses=("edX/DemoX/Demo",))
    with pytest.raises(MisuseError, match="There is no course edX/DemoX/Demo"):
        write_report(engaged, unknown, tmp_path, Silent())
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A release of the acceptance log of answers."""
    settings = Settings(build=BuildSettings(tables=["answer_distribution", "problem_response"]))
    workspace = Workspace(tmp_path_factory.mktemp("answered"), settings)
    job = Job(workspace, Silent())
    land(job, [FOLDER / "input" / "answer_dist_acceptance_tracking.log"])
    build(job)
    assert publish(job).release
    return workspace


@needs_logs
def test_answers_keep_what_is_known_of_the_published_files(
    answered: Workspace, tmp_path: Path
) -> None:
    """Their numbers of rows are known; in every file somebody answered first, in every course somebody last."""
    delivery = write_report(answered, ReportOrder("answer_distribution"), tmp_path, Silent())

    rows = {}
    for file in delivery.files:
        with (tmp_path / file.name).open(encoding="utf-8", newline="") as stream:
            header, *rows[file.name.split("/")[1]] = csv.reader(stream)
        assert header[3] == "First Response Count"
        assert any(int(row[3]) > 0 for row in rows[file.name.split("/")[1]])
    assert {name: len(found) for name, found in rows.items()} == {
        "edX_E929_2014_T2_answer_distribution.csv": 21,
        "edX_Open_DemoX_edx_demo_course_answer_distribution.csv": 8,
        "edX_DemoX_Test_2014_answer_distribution.csv": 3,
    }
    with query(
        answered,
        "select count(distinct course_id), min(last) from (select course_id, count(*) as last "
        "from answer_distribution where last_response_count > 0 group by course_id)",
    ) as answer:
        ((courses, least),) = answer.rows()
    assert courses == 3
    assert least >= 1


@needs_logs
def test_responses_are_in_the_order_of_the_course(answered: Workspace, tmp_path: Path) -> None:
    order = ReportOrder("problem_response", courses=("edX/E929/2014_T2",))

    delivery = write_report(answered, order, tmp_path, Silent())

    assert [file.name for file in delivery.files] == ["edX_E929_2014_T2_problem_response.csv"]
    with (tmp_path / delivery.files[0].name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == delivery.rows == 24
    assert [row["username"] for row in rows] == sorted(row["username"] for row in rows)
    assert rows[0]["first_attempt_date"].endswith("Z")
    assert {row["correct"] for row in rows} <= {"0", "1", ""}
