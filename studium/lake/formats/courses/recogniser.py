"""Which files are of courses: data packages by their names, databases by their content, each with its course.

Enters: paths and first bytes. Leaves: what each file is. Files of one package agree on the course's key, and a folder
is a course only where a file in it is known to be the platform's.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from studium.lake.formats.courses.datasets.tables import TABLES
from studium.lake.formats.courses.names import Named, read_name
from studium.lake.formats.courses.packages import course_key, dashed, twins_of
from studium.lake.formats.courses.packages import is_course_key as is_key
from studium.lake.formats.face import FoundFile, Known, Told
from studium.lake.reading.heads import head_of
from studium.lake.reading.naming import BETWEEN
from studium.vocabulary import SITE, Scope

STATEMENT = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:--|/\*|#|(?:DROP|CREATE|INSERT|REPLACE|LOCK|SET|USE|START|BEGIN)\b)",
    re.IGNORECASE,
)
TABLE_NAMED = re.compile(
    rb"\b(?:TABLE|INTO)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?[`\"]?(\w+)", re.IGNORECASE
)
NAMES_OF_TABLES = frozenset(table.name.encode() for table in TABLES)
NOT_OURS = (
    "no known file of the platform lies beside it, so nobody says whose rows it holds: "
    "name its folder in landing.scopes"
)

TWIN = (
    "names spell {} the same way: where one of the two keys was guessed, name the right one in landing.courses, "
    "retract the files of the other and land them again"
)

__all__ = ["doubts", "is_id", "is_table", "settle", "tell"]


def tell(path: str, bytes_at: Path | None, known: Known) -> Named | None:
    """A file of a package by its name, or a dump of statements by its content, else None."""
    named = read_name(path, tuple(text for text in map(dashed, _courses(known)) if text))
    if named is None or bytes_at is None or named.format != "sql_dump":
        return named
    return named if STATEMENT.match(head_of(bytes_at)) else None


def settle(candidates: Sequence[FoundFile], known: Known) -> Mapping[str, Told | str]:
    """What each file is; those whose name may be any table, and whose folder any folder, are refused."""
    keys = _keys(candidates, known)
    places = {_place(one.path) for one in candidates if not one.told.is_bare}
    settled: dict[str, Told | str] = {}
    for one in candidates:
        scope = known.scope_of(one.path) or _scope(one.told, keys)
        is_doubtful = one.told.is_bare and known.scope_of(one.path) is None
        if is_doubtful and not _is_of_platform(one, places, known):
            settled[one.path] = NOT_OURS
        else:
            settled[one.path] = _told(one, scope)
    return settled


def is_table(bytes_at: Path) -> bool:
    """Whether the content of a file is a table of MySQL: a header of names between tabs, or statements."""
    head = head_of(bytes_at)
    first = head.split(b"\n", 1)[0]
    return STATEMENT.match(head) is not None or (b"\t" in first and b"{" not in first)


def doubts(scopes: Sequence[Scope]) -> Mapping[Scope, str]:
    """Courses that names spell the same way."""
    twins = twins_of(scope.id for scope in scopes if scope.kind == "course")
    return {Scope("course", one): TWIN.format(other) for one, other in twins.items()}


def is_id(scope: Scope) -> bool:
    """Whether a package's course is a key; else its rows may be of any course."""
    return scope.kind != "course" or is_key(scope.id)


def _courses(known: Known) -> list[str]:
    """Keys of the settings, then those that landed; of these a new one, which may be a guess, comes last."""
    landed = sorted(known.landed, key=lambda key: (key.startswith("course-v1:"), key))
    return [*known.ids, *landed]


def _keys(candidates: Sequence[FoundFile], known: Known) -> dict[str, str]:
    """The course's key of each spelling of a name."""
    of_course: dict[str, list[FoundFile]] = defaultdict(list)
    for one in candidates:
        if one.told.course_text:
            of_course[one.told.course_text.replace("__", "-")].append(one)
    return {
        text: course_key(_spelling(members), _courses(known), _heads(members))
        for text, members in of_course.items()
    }


def _spelling(members: Sequence[FoundFile]) -> str:
    """The spelling that says where a part ends, if any member has it."""
    texts = sorted({member.told.course_text or "" for member in members})
    return next((text for text in texts if "__" in text), texts[0])


def _heads(members: Sequence[FoundFile]) -> Iterator[bytes]:
    for member in members:
        if member.told.format == "dump":
            yield head_of(member.bytes_at)


def _scope(named: Named, keys: Mapping[str, str]) -> Scope:
    text = named.course_text
    return Scope("course", keys[text.replace("__", "-")]) if text else SITE


def _is_of_platform(one: FoundFile, places: set[str], known: Known) -> bool:
    """Whether a file that any table could be names one of the platform's, or a known one lies beside it, or its
    course is known.
    """
    head = head_of(one.bytes_at)
    if STATEMENT.match(head) and NAMES_OF_TABLES.intersection(TABLE_NAMED.findall(head)):
        return True
    text = one.told.course_text
    if text and any(dashed(key) == text.replace("__", "-") for key in _courses(known)):
        return True
    place = _place(one.path)
    if place in places or BETWEEN in one.path:
        return place in places
    try:
        beside = [path.name for path in Path(place).iterdir()]
    except OSError:
        return False
    named = (read_name(f"{place}/{name}") for name in beside)
    return any(found is not None and not found.is_bare for found in named)


def _place(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _told(one: FoundFile, scope: Scope) -> Told:
    named: Named = one.told
    if named.format == "dump" and STATEMENT.match(head_of(one.bytes_at)):
        return Told("sql_dump", None, scope, named.dump_date)
    return Told(named.format, named.dataset, scope, named.dump_date)
