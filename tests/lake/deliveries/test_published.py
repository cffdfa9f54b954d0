"""A published person-course lands as it is: its file name, its own columns, its dates, its courses."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from studium.config import Settings, Workspace
from studium.lake import dump_partitions, find_damage, land, quarantined, reconcile, status
from studium.lake.formats.courses.names import read_name
from studium.sources import find_files

HEADER = (
    *("course_id", "userid_DI", "registered", "viewed", "explored", "certified"),
    *("final_cc_cname_DI", "LoE_DI", "YoB", "gender", "grade", "start_time_DI", "last_event_DI"),
    *("nevents", "ndays_act", "nplay_video", "nchapters", "nforum_posts", "roles"),
    "incomplete_flag",
)
ROWS = [
    "HarvardX/CB22x/2013_Spring,MHxPC1,1,0,0,0,United States,,,,0,12/19/12,11/17/13,,9,,,0,,1",
    "HarvardX/CB22x/2013_Spring,MHxPC2,1,1,0,0,France,Master's,1980,m,0.5,2013-01-01,,42,6,,3,0,,",
    "HarvardX/CS50x/2012,MHxPC2,1,1,0,1,France,Master's,1980.0,m,0.5,1/1/2013,1/2/13,42,6,,3,0,,",
    "HarvardX/CS50x/2012,MHxPC3,1,1,0,1,France,,,m,0.5,1/1/13,99/99/99,42,6,,3,0,,",
]


@pytest.mark.parametrize(
    "name",
    ["HXPC13_DI_v3_11-13-2019.csv", "HMXPC13_DI_v2_5-14-14.csv.gz", "person_course_published.csv"],
)
def test_published_files_are_known_by_name(name: str) -> None:
    named = read_name(name)

    assert named is not None
    assert (named.format, named.dataset, named.course_text) == (
        "dump",
        "person_course_published",
        None,
    )


def test_published_rows_land_and_impossible_dates_are_null_and_told(tmp_path: Path) -> None:
    file = tmp_path / "HXPC13_DI_v3_11-13-2019.csv"
    file.write_text("\n".join([",".join(HEADER), *ROWS]) + "\n", encoding="utf-8")
    workspace = Workspace(tmp_path / "workspace", Settings())

    land(workspace, find_files(workspace, [file]))

    paths = [str(part.path) for part in dump_partitions(workspace)]
    with duckdb.connect() as connection:
        found = connection.execute(
            "select course_id, userid_DI, YoB, start_time_DI, last_event_DI, scope_id "
            "from read_parquet($paths) order by all",
            {"paths": paths},
        ).fetchall()
    spring = "HarvardX/CB22x/2013_Spring"
    assert found == [
        (spring, "MHxPC1", None, date(2012, 12, 19), date(2013, 11, 17), None),
        (spring, "MHxPC2", 1980, date(2013, 1, 1), None, None),
        ("HarvardX/CS50x/2012", "MHxPC2", 1980, date(2013, 1, 1), date(2013, 1, 2), None),
        ("HarvardX/CS50x/2012", "MHxPC3", None, date(2013, 1, 1), None, None),
    ]
    assert [(it.reason, it.line, it.raw) for it in quarantined(workspace)] == [
        ("odd_value", 5, b"99/99/99")
    ]
    assert (status(workspace).quarantined, status(workspace).odd_values) == (0, 1)
    assert find_damage(workspace) == []
    assert reconcile(workspace) == []
