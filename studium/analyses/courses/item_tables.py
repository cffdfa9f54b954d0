"""Item response of the courses whose scores changed, as marts in warehouse.duckdb.

Enters: marts.person_problem, course_problem and course_item. Leaves: the tables of descriptions.py; rows of a
course are replaced in one transaction, and remembered with a fingerprint of the scores they come from.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

from studium.analyses.courses.descriptions import ITEM_TABLES
from studium.progress import Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from studium.analyses.courses.course_scores import CourseRows, CourseScores

_METHOD = 1  # a new number computes all courses again
_TYPES = {"string": "varchar"}
_INPUTS = ("person_problem", "course_problem", "course_item")

# Order does not matter to a sum; equal scores, names and definitions give an equal fingerprint.
_FINGERPRINTS = """
    with scored as (
        select course_id, sum(hash(user_id, problem_nid, problem_raw_score, problem_pct_score)) as total
        from marts.person_problem group by course_id
    ),
    problems as (select course_id, sum(hash(problem)) as total from marts.course_problem as problem group by 1),
    items as (select course_id, sum(hash(item)) as total from marts.course_item as item group by 1)
    select
        scored.course_id,
        concat_ws(' ', $method, $compat, scored.total, problems.total, items.total) as fingerprint
    from scored
    left join problems using (course_id)
    left join items using (course_id)
"""
_SCORES = """
    select user_id, problem_nid, problem_raw_score, problem_pct_score
    from marts.person_problem where course_id = $course order by user_id, problem_nid
"""
_LABELS = """
    update marts.item_reliabilities as reliabilities set item_label = problems.problem_short_id
    from marts.course_problem as problems
    where problems.course_id = $course and reliabilities.course_id = $course
        and problems.problem_nid = reliabilities.problem_nid
"""
_REPORT = """
    insert into marts.item_response_theory_report
    with places as (
        select course_id, problem_nid, row_number() over (order by problem_nid) as place
        from (select distinct course_id, problem_nid from marts.item_irt_grm where course_id = $course)
    ),
    items as (
        select
            problem_nid,
            min_by(chapter_name, item_nid) as chapter,
            min_by(assignment_type, item_nid) as assignment_type
        from marts.course_item where course_id = $course group by problem_nid
    )
    select
        cuts.course_id, cuts.problem_nid, cuts.cutnum, problems.problem_short_id, items.chapter,
        items.assignment_type, problems.problem_name, problems.problem_id, places.place,
        problems.avg_problem_raw_score, problems.avg_problem_pct_score, problems.n_unique_users_attempted,
        reliabilities.item_test, reliabilities.item_rest, reliabilities.alpha,
        cuts.irt_diff, cuts.irt_disc, cuts.diff_se, cuts.disc_se, 'studium_grm'
    from marts.item_irt_grm as cuts
    inner join places using (course_id, problem_nid)
    left join items using (problem_nid)
    left join marts.course_problem as problems using (course_id, problem_nid)
    left join marts.item_reliabilities as reliabilities using (course_id, problem_nid)
    where cuts.course_id = $course
"""

_GRADED = """
    insert into marts.person_irtgrm_theta_grade
    select abilities.course_id, abilities.user_id, abilities.theta, abilities.thetase, GRADES
    from marts.person_irtgrm_theta as abilities
"""
_GRADES_KNOWN = "persons.grade, persons.certified"
_GRADES_FROM = "left join marts.person_course as persons using (course_id, user_id)"


def has_inputs(connection: "DuckDBPyConnection") -> bool:
    """Whether the build made the tables that these are made of."""
    return _columns(connection).keys() >= set(_INPUTS)


def remove_item_tables(connection: "DuckDBPyConnection") -> None:
    """Leave nothing that a release would take for this build's."""
    for name in _names():
        connection.execute(f"drop table if exists {name}")
    connection.execute("drop table if exists studium.analysed_courses")


def update_item_tables(
    connection: "DuckDBPyConnection", compat: bool, threads: int, progress: Progress
) -> int:
    """Compute the courses whose scores changed, as many at a time as `threads`; returns how many."""
    _make_tables(connection)
    wanted = _fingerprints(connection, compat)
    known = dict(connection.execute("from studium.analysed_courses").fetchall())
    touched = sorted(
        course for course in wanted.keys() | known.keys() if wanted.get(course) != known.get(course)
    )
    if touched:
        progress.start("analyse", float(len(touched)), "courses")
    for course, rows in _analysed(connection, touched, compat, threads):
        connection.execute("begin")
        _forget(connection, course)
        if course in wanted:
            _insert(connection, course, rows, compat)
            connection.execute(
                "insert into studium.analysed_courses values ($course, $fingerprint)",
                {"course": course, "fingerprint": wanted[course]},
            )
        connection.execute("commit")
        progress.advance(1.0)
    _add_grades(connection)
    if touched:
        progress.finish()
    return len(touched)


def _add_grades(connection: "DuckDBPyConnection") -> None:
    """Always and for all courses: a grade may change where no score did."""
    is_known = "person_course" in _columns(connection)
    columns = _GRADES_KNOWN if is_known else "null, null"
    connection.execute("begin")
    connection.execute("delete from marts.person_irtgrm_theta_grade")
    connection.execute(_GRADED.replace("GRADES", columns) + (_GRADES_FROM if is_known else ""))
    connection.execute("commit")


def _make_tables(connection: "DuckDBPyConnection") -> None:
    """Typed and empty where they are missing or have other columns; then all courses are computed."""
    connection.execute("create schema if not exists marts")
    connection.execute("create schema if not exists studium")
    connection.execute(
        "create table if not exists studium.analysed_courses "
        "(course_id varchar primary key, fingerprint varchar not null)"
    )
    found = _columns(connection)
    for table, columns in _column_types().items():
        if found.get(table) == list(columns.items()):
            continue
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute("begin")
        connection.execute(f"create or replace table marts.{table} ({typed})")
        connection.execute("delete from studium.analysed_courses")
        connection.execute("commit")


def _columns(connection: "DuckDBPyConnection") -> dict[str, list[tuple[str, str]]]:
    """Name and type of every column of every mart."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in connection.execute(
        "select table_name, column_name, lower(data_type) from duckdb_columns() "
        "where schema_name = 'marts' order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, []).append((name, kind))
    return found


def _fingerprints(connection: "DuckDBPyConnection", compat: bool) -> dict[str, str]:
    if not has_inputs(connection):
        return {}
    values = {"method": str(_METHOD), "compat": str(compat)}
    return dict(connection.execute(_FINGERPRINTS, values).fetchall())


def _forget(connection: "DuckDBPyConnection", course: str) -> None:
    for table in ("studium.analysed_courses", *_names()):
        connection.execute(f"delete from {table} where course_id = $course", {"course": course})


def _names() -> list[str]:
    return [f"marts.{model.name}" for model in ITEM_TABLES]


def _analysed(
    connection: "DuckDBPyConnection", courses: Sequence[str], compat: bool, threads: int
) -> "Iterator[tuple[str, CourseRows]]":
    """Rows of each course, in order, while the next ones are computed."""
    if not courses:
        return
    from threadpoolctl import threadpool_limits

    from studium.analyses.courses.course_scores import analyse_scores

    waiting: deque[tuple[str, Future[CourseRows]]] = deque()
    # A product of small matrices is no work for two: their threads spin, twice the processor time.
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        for course in courses:
            scores = _read_scores(connection, course)
            waiting.append((course, pool.submit(analyse_scores, scores, compat)))
            if len(waiting) > threads:
                done, rows = waiting.popleft()
                yield done, rows.result()
        for done, rows in waiting:
            yield done, rows.result()


def _read_scores(connection: "DuckDBPyConnection", course: str) -> "CourseScores":
    import numpy as np

    from studium.analyses.courses.course_scores import CourseScores

    found = connection.execute(_SCORES, {"course": course}).fetchnumpy()
    users, persons = np.unique(found["user_id"], return_inverse=True)
    problems, items = np.unique(found["problem_nid"], return_inverse=True)
    raw = np.full((len(users), len(problems)), np.nan)
    percent = raw.copy()
    raw[persons, items] = np.ma.filled(found["problem_raw_score"].astype(np.float64), np.nan)
    percent[persons, items] = np.ma.filled(found["problem_pct_score"].astype(np.float64), np.nan)
    return CourseScores(users, problems, raw, percent)


def _insert(
    connection: "DuckDBPyConnection", course: str, rows: "CourseRows", compat: bool
) -> None:
    items = [(place if compat else nid, *values) for nid, *values, place in rows.items]
    _append(connection, "item_reliabilities", [(course, *row, None) for row in rows.reliabilities])
    _append(connection, "item_irt_grm", [(course, *row) for row in items])
    _append(connection, "person_irtgrm_theta", [(course, *row) for row in rows.abilities])
    connection.execute(_LABELS, {"course": course})
    connection.execute(_REPORT, {"course": course})


def _append(connection: "DuckDBPyConnection", table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows in one statement, by column."""
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    kinds = _column_types()[table].values()
    parts = ", ".join(f"unnest($column{number}::{kind}[])" for number, kind in enumerate(kinds))
    values = {f"column{number}": list(column) for number, column in enumerate(columns)}
    connection.execute(f"insert into marts.{table} select {parts}", values)


@cache
def _column_types() -> dict[str, dict[str, str]]:
    """Name and type of the columns of each table of this room."""
    return {
        model.name: {it.name: _TYPES.get(it.type, it.type) for it in model.columns}
        for model in ITEM_TABLES
    }
