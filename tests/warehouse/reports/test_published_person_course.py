"""The report tables on the person-course that HarvardX and MITx published, against the file itself.

../shared/data/person_course_hmx is not ours to copy: without it this is skipped. What is expected is
counted straight from the file, by other means than the models.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.warehouses import SHARED_DATA, build_all, land_paths, new_workspace

FILE = SHARED_DATA / "person_course_hmx" / "hmxpc13_v3.parquet"
# As the folder's README says.
PUBLISHED_ROWS = 338_223
# Registered, viewed, explored and certified, as the published file adds up; docs/warehouse.md has them too.
TOTALS = [
    ("HarvardX/CB22x/2013_Spring", 30_002, 16_314, 547, 384),
    ("HarvardX/CS50x/2012", 169_621, 106_086, 11_023, 1_287),
    ("HarvardX/ER22x/2013_Spring", 57_406, 32_161, 3_532, 2_346),
    ("HarvardX/PH207x/2012_Fall", 41_592, 24_279, 4_332, 1_842),
    ("HarvardX/PH278x/2013_Spring", 39_602, 15_016, 1_190, 711),
]

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"the dataset is not there: {FILE}")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of the dataset as it is published: one CSV, landed and built like everything else."""
    folder = tmp_path_factory.mktemp("published")
    csv = folder / "HXPC13_DI_v3_11-13-2019.csv"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from '{FILE}') to '{csv}' (header)")
    workspace = new_workspace(folder)
    land_paths(workspace, csv)
    build_all(workspace)
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The rows of the file."""
    with duckdb.connect() as connection:
        found = connection.execute(f"from '{FILE}'")
        names = [column[0] for column in found.description or []]
        values = found.fetchall()
    return [dict(zip(names, row, strict=True)) for row in values]


def test_broad_stats_count_what_was_published(
    reports: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        mine = counts.setdefault(row["course_id"], Counter())
        viewed, explored, certified = (bool(row[n]) for n in ("viewed", "explored", "certified"))
        mine["registered"] += 1
        mine["viewed"] += viewed
        mine["explored"] += viewed and explored
        mine["certified"] += viewed and certified
        mine["both"] += viewed and explored and certified
        mine["american"] += viewed and row["final_cc_cname_DI"] == "United States"
        mine["female"] += row["gender"] == "f"
        mine["degree"] += row["LoE_DI"] in ("Bachelor's", "Master's", "Doctorate")
        mine["graded"] += (row["grade"] or 0) > 0
        mine["events"] += row["nevents"] or 0
        mine["chapters"] = max(mine["chapters"], row["nchapters"] or 0)
    names = (
        *("registered", "viewed", "explored", "certified", "both", "american", "female"),
        *("degree", "graded", "events", "chapters"),
    )

    found = reports.execute(
        "select course_id, registered_sum, viewed_sum, explored_sum, certified_sum, "
        "certified_and_explored_sum, n_usa_and_viewed, n_female, n_bachplus_in_reg, "
        "n_reg_nonzero_grade, nevents_sum, max_nchapters "
        "from marts.broad_stats_by_course order by course_id"
    ).fetchall()

    assert found == [
        (course, *(mine[name] for name in names)) for course, mine in sorted(counts.items())
    ]
    assert sum(row[1] for row in found) == PUBLISHED_ROWS


def test_totals_of_each_course_are_the_published_ones(
    reports: duckdb.DuckDBPyConnection,
) -> None:
    sums = "course_id, registered_sum, viewed_sum, explored_sum, certified_sum"
    for table in ("broad_stats_by_course", "populations_stats_by_course"):
        found = reports.execute(f"select {sums} from marts.{table} order by 1")
        assert found.fetchall() == TOTALS
    page = (Path(__file__).parents[3] / "docs" / "warehouse.md").read_text()
    for course, *numbers in TOTALS:
        cells = " | ".join(f"{number:,}" for number in numbers)
        assert f"| `{course}` | {cells} |" in page


def test_medians_are_those_of_the_published_rows(
    reports: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    events: dict[str, list[int]] = {}
    for row in rows:
        if row["certified"] and row["viewed"] and row["nevents"] is not None:
            events.setdefault(row["course_id"], []).append(row["nevents"])

    found = dict(
        reports.execute(
            "select course_id, nevents_median from marts.certified_median_stats_by_course"
        ).fetchall()
    )

    assert found == {course: _median(values) for course, values in events.items()}


def test_people_count_once_over_all_courses(
    reports: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    found = reports.execute(
        "select course_registrations, n_unique_registrants, min_start_time::date::varchar "
        "from marts.overall_stats"
    ).fetchall()

    people = len({row["userid_DI"] for row in rows})
    assert found == [(PUBLISHED_ROWS, people, "2012-07-23")]


def test_countries_add_up_to_all_registrations(
    reports: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]
) -> None:
    countries = Counter(row["final_cc_cname_DI"] for row in rows)

    found = reports.execute(
        "select coalesce(countryLabel, 'Unknown/Other'), nregistered, cc is null "
        "from marts.geographic_distributions"
    ).fetchall()

    assert {label: number for label, number, _ in found} == dict(countries)
    assert {label for label, _, is_region in found if is_region} == {
        label for label in countries if label.startswith(("Other ", "Unknown"))
    }


def _median(values: list[int]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (ordered[middle - 1] + ordered[middle]) / 2
