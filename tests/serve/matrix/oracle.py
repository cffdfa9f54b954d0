"""What each role may see, by the words of docs/serve.md and in plain Python: no line of the server is used.

Enters: all rows of a dataset, its classification, a role with its courses. Leaves: the rows that it may see.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studium.vocabulary import Groups, Rights

Row = dict[str, Any]
SMALL_GROUP = 10
_LEVELS = {
    "administrator": {"learner", "course", "institution", "operations"},
    "analyst": {"learner", "course", "institution", "operations"},
    "institution_viewer": {"course", "institution"},
    "course_staff": {"learner", "course"},
    "researcher": {"learner", "course"},
}


@dataclass(frozen=True)
class Asker:
    """Who asks; `courses` count for course staff and researchers alone."""

    role: str
    courses: frozenset[str]
    reads_learners: bool = True

    @property
    def is_of_courses(self) -> bool:
        return self.role in {"course_staff", "researcher"}


def permitted(
    rows: Sequence[Row],
    rights: Rights | None,
    asker: Asker,
    key: bytes,
    courses: Mapping[tuple[str, str], Sequence[int]] | None = None,
) -> list[Row] | None:
    """The rows for somebody; None: nothing of the dataset at all.

    `courses` are the people that each course adds to a total, by its column and the key of its row; `*`: to all rows.
    """
    if rights is None:
        return list(rows) if asker.role == "administrator" and asker.reads_learners else None
    if rights.level not in _LEVELS[asker.role] or (
        rights.level == "learner" and not asker.reads_learners
    ):
        return None
    if asker.is_of_courses:
        if rights.scope is None:
            return None
        rows = [row for row in rows if course_of(row, rights) in asker.courses]
        own = [name for name in (rows[0] if rows else ()) if name not in rights.beyond]
        rows = [{name: row[name] for name in own} for row in rows]
    if asker.role == "researcher" and rights.level == "learner":
        return [_pseudonymous(row, rights, key) for row in rows]
    if asker.role in {"institution_viewer", "researcher"} and rights.groups:
        return _without_small_groups(rows, rights, rights.groups, courses or {})
    return list(rows)


def course_of(row: Mapping[str, Any], rights: Rights) -> Any:
    """The course that a row belongs to."""
    scope = rights.scope
    value = row[scope.column if scope else ""]
    return value.split(scope.until)[0] if scope and scope.until and value is not None else value


def _pseudonymous(row: Row, rights: Rights, key: bytes) -> Row:
    kept = {name: value for name, value in row.items() if name not in rights.personal}
    for name in rights.learner:
        if row[name] is not None:
            message = f"{'number' if isinstance(row[name], int) else 'text'}:{row[name]}".encode()
            kept[name] = hmac.new(key, message, hashlib.sha256).hexdigest()[:32]
    return kept


def _without_small_groups(
    rows: Iterable[Row],
    rights: Rights,
    groups: Groups,
    courses: Mapping[tuple[str, str], Sequence[int]],
) -> list[Row]:
    """Wholes are hidden one by one: the least cells first, until two of them are ten people together."""
    known = list(rows)
    if groups.latest:
        last: dict[Any, Any] = {}
        for row in known:
            key = course_of(row, rights)
            last[key] = max(last.get(key, row[groups.latest]), row[groups.latest])
        known = [row for row in known if row[groups.latest] == last[course_of(row, rights)]]
    gone = {
        name: _small(known, _cells(known, name), groups, risks=_risks(known, name, groups, courses))
        for name in groups.counts
    }
    for change, count in groups.changes.items():
        before = [
            None if row[count] is None or row[change] is None else row[count] - row[change]
            for row in known
        ]
        gone[change] = gone[count] | _small(known, before, groups)
    if groups.series:
        gone[groups.counts[0]] = _small_series(known, groups)
    alone = dict(gone)
    anywhere = set().union(*(alone[name] for name in groups.counts))
    for name in _measures(known, rights, groups):
        gone[name] = gone.get(name, set()) | anywhere
    for name, others in groups.follows.items():
        gone[name] = gone.get(name, set()).union(*(alone[other] for other in others))
    return [
        {name: None if place in gone.get(name, ()) else value for name, value in row.items()}
        for place, row in enumerate(known)
    ]


def _measures(rows: Sequence[Row], rights: Rights, groups: Groups) -> set[str]:
    if groups.measures != ["*"]:
        return set(groups.measures)
    kept = {
        *groups.within,
        *groups.counts,
        *groups.follows,
        rights.scope.column if rights.scope else "",
    }
    return set(rows[0]) - kept if rows else set()


def _cells(rows: Sequence[Row], count: str) -> list[Any]:
    return [row[count] for row in rows]


def _small_series(rows: Sequence[Row], groups: Groups) -> set[int]:
    """A series is a part as large as its largest row; no two rows that are shown differ by a few people."""
    count, series = groups.counts[0], dict[tuple[Any, ...], list[int]]()
    for place, row in enumerate(rows):
        series.setdefault(tuple(row[name] for name in groups.series), []).append(place)
    firsts = sorted(series)
    parts = [{name: rows[series[key][0]][name] for name in rows[0]} for key in firsts]
    sizes = [max(rows[place][count] for place in series[key]) for key in firsts]
    small = _small(parts, sizes, groups, groups.series)
    gone: set[int] = set()
    for number, key in enumerate(firsts):
        for place in series[key]:
            value = rows[place][count]
            above = (rows[other][count] - value for other in series[key])
            is_near = any(0 < difference < SMALL_GROUP for difference in above)
            if value and (number in small or value < SMALL_GROUP or is_near):
                gone.add(place)
    return gone


def _risks(
    rows: Sequence[Row],
    count: str,
    groups: Groups,
    courses: Mapping[tuple[str, str], Sequence[int]],
) -> tuple[set[int], bool]:
    """Places of totals that tell of few people, beside all courses that are seen; and whether the sum of all does."""
    if groups.parts is None:
        return set(), False
    keys = ["|".join(row[name] or "" for name in groups.parts) for row in rows]
    told = {key for (name, key), parts in courses.items() if name == count and _tells(parts)}
    return {place for place, key in enumerate(keys) if groups.parts and key in told}, "*" in told


def _tells(parts: Sequence[int]) -> bool:
    """One course of few people is what is left of a total; of more of them, what they are together."""
    least, *others = [*sorted(number for number in parts if number), SMALL_GROUP]
    if least >= SMALL_GROUP:
        return False
    return others[0] >= SMALL_GROUP or least + others[0] < SMALL_GROUP


def _small(
    rows: Sequence[Row],
    people: Sequence[Any],
    groups: Groups,
    ties: Sequence[str] = (),
    risks: tuple[set[int], bool] = (set(), False),
) -> set[int]:
    """Places of the cells that are hidden; `people` are the cells, beside their rows."""
    risky, is_whole_risky = risks
    apart = {*groups.counts, *groups.measures, *groups.follows, *groups.changes}
    wholes: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        wholes.setdefault(tuple(row[name] for name in groups.within), []).append(place)
    gone: set[int] = set()
    for whole in wholes.values():
        few = {place for place in whole if people[place] and 0 < people[place] < SMALL_GROUP}
        if not (few or is_whole_risky or risky & set(whole)):
            continue
        named = ties or [name for name in rows[whole[0]] if name not in apart]
        order = sorted(
            (people[place], [_last(rows[place][name]) for name in named], place)
            for place in whole
            if people[place] and people[place] > 0
        )
        total = 0
        for taken, (number, _, place) in enumerate(order):
            if number < SMALL_GROUP or total < SMALL_GROUP or taken < 2 or place in risky:
                gone.add(place)
            total += number
    return gone


def _last(value: Any) -> tuple[bool, Any]:
    """Nothing comes after everything."""
    return (value is None, 0 if value is None else value)
