"""A dbt project of few models in two areas, in the place of Studium's own: what a build does is seen there at once.

Enters: models as texts. Leaves: a folder with them and the real macros, and lakes for it: days of events, dumps.
"""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from studium.lake import EVENTS
from studium.vocabulary import EventDay
from studium.warehouse.project import FOLDER
from tests.warehouse.package.deliveries import Dump, write_package

BY_COURSE, BY_DATE = (
    "{{ config(materialized='by_scope', scope='course') }} ",
    "{{ config(materialized='by_date', date_column='date') }} ",
)
# Model -> columns of its contract, SQL.
MODELS: Mapping[str, tuple[str, str]] = {
    "courses/staging/stg_users": (
        "course_id string, user_id bigint",
        "select scope_id as course_id, id as user_id from {{ source('lake', 'auth_user') }}",
    ),
    "courses/staging/stg_modes": (
        "course_id string, mode string",
        """select scope_id as course_id, mode
        from {{ source('lake', 'student_courseenrollment') }}""",
    ),
    "courses/staging/stg_events": (
        "date date, course_id string",
        """select event_date as date, course_id from {{ source('lake', 'events') }}
        where event_date < date '{{ var("as_of") }}'""",
    ),
    "courses/intermediate/members": (
        "course_id string, user_id bigint",
        BY_COURSE
        + "select * from {{ ref('stg_users') }} where {{ is_touched_course('course_id') }}",
    ),
    "courses/intermediate/days": (
        "date date, course_id string, event_count bigint",
        BY_DATE + "select date, course_id, count(*) as event_count from {{ ref('stg_events') }}"
        " where {{ is_recomputed('date') }} group by date, course_id",
    ),
    "courses/marts/course_days": (
        "course_id string, event_count bigint, members bigint",
        BY_COURSE + "select course_id, cast(sum(event_count) as bigint) as event_count,"
        " (select count(*) from {{ ref('members') }} as m where m.course_id = d.course_id)"
        " as members from {{ ref('days') }} as d where {{ is_touched_course('course_id') }}"
        " group by course_id",
    ),
    "courses/marts/member_count": (
        "members bigint",
        "select count(*) as members from {{ ref('members') }}",
    ),
    "courses/marts/mode_counts": (
        "mode string, members bigint",
        "select mode, count(*) as members from {{ ref('stg_modes') }} group by mode",
    ),
    "schools/marts/places": (
        "course_id string",
        """select distinct scope_id as course_id
        from {{ source('lake', 'certificates_generatedcertificate') }}""",
    ),
    "schools/marts/place_count": (
        "places bigint",
        "select count(*) as places from {{ ref('places') }}",
    ),
}


def write_project(
    folder: Path, models: Mapping[str, tuple[str, str]] = MODELS, macros: Sequence[str] = ()
) -> Path:
    """The project with these models, each with a promise about its first column."""
    shutil.copytree(FOLDER / "macros", folder / "macros")
    shutil.copytree(FOLDER / "tests" / "generic", folder / "tests" / "generic")
    shutil.copy(FOLDER / "dbt_project.yml", folder)
    for number, macro in enumerate(macros):
        (folder / "macros" / f"more{number}.sql").write_text(macro)
    for place, (columns, sql) in models.items():
        file = folder / "models" / f"{place}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql)
        file.with_suffix(".yml").write_text(_described(file.stem, columns.split(", "), sql))
    for sources in (FOLDER / "models").rglob("sources.yml"):
        area = sources.relative_to(FOLDER / "models").parts[0]
        shutil.copy(sources, folder / "models" / f"sources_of_{area}.yml")
    return folder


def _described(name: str, columns: Sequence[str], sql: str) -> str:
    first = columns[0].split()[0]
    lines = [
        *("version: 2", "models:", f"  - name: {name}", "    description: One row per thing."),
        *(["    config: {materialized: view}"] if name.startswith("stg_") else []),
        *("    data_tests:", "      - holds:", f"          name: {name}_knows_its_{first}"),
        *("          arguments:", f'            condition: "{first} is not null"', "    columns:"),
        *(f"      - {{name: {it.split()[0]}, data_type: {it.split()[1]}}}" for it in columns),
    ]
    return "\n".join(lines) + "\n"


def write_day(folder: Path, day: date, courses: Sequence[str]) -> EventDay:
    """The events of a day, each of which names a course."""
    version = "-".join(course.translate(str.maketrans("", "", ":+/")) for course in courses)
    file = folder / f"event_date={day}" / f"{version or 'none'}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(
        f"cast({'course' if name == 'course_id' else 'null'} as {kind}) as {name}"
        for name, kind in EVENTS.lake_columns.items()
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns} from (select unnest($courses::varchar[]) as course))"
            f" to '{file}' (format parquet)",
            {"courses": list(courses)},
        )
    return EventDay(day, f"{day} {courses}", (file,), None, len(courses))


def write_dumps(folder: Path, lines: Mapping[str, Sequence[str]]) -> list[Dump]:
    """Dataset -> its lines of CSV, the header first."""
    folder.mkdir(parents=True)
    for dataset, rows in lines.items():
        (folder / f"{dataset}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return write_package(folder, folder / "lake")
