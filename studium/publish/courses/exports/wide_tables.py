"""person_problem_wide: the scores of a course with a column per problem, as item analysis wants them.

Enters: person_problem of an open release, one course. Leaves: a `Selection`. Each course has other columns, so a
release holds the long form alone.
"""

from studium.publish.exports.face import Derived
from studium.publish.exports.recipients import Operator, Recipient
from studium.publish.exports.rows.scopes import ids_of, require_ids
from studium.publish.exports.rows.selections import Selection, select_rows
from studium.publish.release import OpenRelease, quoted
from studium.publish.release_store import find_table
from studium.vocabulary import Table, TableColumn

WIDE = "person_problem_wide"
_KIND = "course"
_LONG, _PROBLEMS = "person_problem", "course_problem"
_GRAIN = (
    "One row per learner who answered a problem of the course, a column per problem: y and its number. The long form, "
    "one row per learner and problem, is person_problem."
)


def has_long_form(release: OpenRelease) -> bool:
    """Whether the release has what the wide form is made of."""
    return _LONG in {table.name for table in release.release.manifest.tables}


def wide_courses(release: OpenRelease) -> list[str]:
    """The courses in which somebody answered a problem; raises MisuseError for a release without problems."""
    return ids_of(release, find_table(release.release, _LONG), _KIND)


def select_wide(
    release: OpenRelease,
    recipient: Recipient,
    one: str,
    columns: tuple[str, ...] = (),
    where: str = "",
) -> Selection:
    """The wide form of one course; raises MisuseError for a course without answers."""
    require_ids(release, _KIND, wide_courses(release), [one])
    numbers = release.rows(
        f"select distinct problem_nid from {_LONG} where course_id = $course order by 1",
        {"course": one},
    )
    problems = [int(number) for (number,) in numbers]
    long = select_rows(find_table(release.release, _LONG), recipient)
    wide = _table(release, one, problems, long)
    selection = select_rows(wide, Operator(), columns, None, where)
    scores = "".join(
        f", max(case when problem_nid = {number} then problem_pct_score end) as {quoted(f'y{number}')}"
        for number in problems
    )
    source = (
        f"(select user_id{scores} from {long.source} where course_id = $wide_course"
        " group by user_id)"
    )
    return selection._replace(
        source=source,
        recipient=recipient,
        is_whole=False,
        values=long.values | selection.values | {"wide_course": one},
        filters=(f"course_id is {one}", *selection.filters),
    )


def _table(release: OpenRelease, course: str, problems: list[int], long: Selection) -> Table:
    names = _names(release, course)
    scores = [
        TableColumn(
            f"y{number}",
            "DOUBLE",
            f"Score on {names.get(number, f'problem {number}')}; empty without an answer.",
            "percent",
        )
        for number in problems
    ]
    user = next(column for column in long.columns if column.name == "user_id")
    return Table(WIDE, 0, "", grain=_GRAIN, columns=[user, *scores], depends_on=[_LONG])


def _names(release: OpenRelease, course: str) -> dict[int, str]:
    """Short id and name of each problem, where the release has them."""
    if _PROBLEMS not in {table.name for table in release.release.manifest.tables}:
        return {}
    rows = release.rows(
        f"select problem_nid, problem_short_id, problem_name from {_PROBLEMS} where course_id = $course",
        {"course": course},
    )
    return {number: f"{short} ({name})" if name else short for number, short, name in rows if short}


WIDE_SCORES = Derived(WIDE, _KIND, has_long_form, wide_courses, select_wide)
