"""What each role may see, by the words of docs/serve.md and in plain Python: no line of the server is used.

Enters: all rows of a dataset, its classification, a role with its courses. Leaves: the rows that it may see.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studium.publish import Groups, Rights

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
    rows: Sequence[Row], rights: Rights | None, asker: Asker, key: bytes
) -> list[Row] | None:
    """The rows for somebody; None: nothing of the dataset at all."""
    if rights is None:
        return list(rows) if asker.role == "administrator" and asker.reads_learners else None
    if rights.level not in _LEVELS[asker.role] or (
        rights.level == "learner" and not asker.reads_learners
    ):
        return None
    if asker.is_of_courses:
        if rights.course is None:
            return None
        rows = [row for row in rows if course_of(row, rights) in asker.courses]
    if asker.role == "researcher" and rights.level == "learner":
        return [_pseudonymous(row, rights, key) for row in rows]
    if asker.role in {"institution_viewer", "researcher"} and rights.groups:
        return _without_small_groups(rows, rights.groups)
    return list(rows)


def course_of(row: Mapping[str, Any], rights: Rights) -> Any:
    """The course that a row belongs to."""
    value = row[rights.course or ""]
    return (
        value.split(rights.course_until)[0] if rights.course_until and value is not None else value
    )


def _pseudonymous(row: Row, rights: Rights, key: bytes) -> Row:
    kept = {name: value for name, value in row.items() if name not in rights.personal}
    for name in rights.learner:
        if row[name] is not None:
            message = f"{'number' if isinstance(row[name], int) else 'text'}:{row[name]}".encode()
            kept[name] = hmac.new(key, message, hashlib.sha256).hexdigest()[:32]
    return kept


def _without_small_groups(rows: Iterable[Row], groups: Groups) -> list[Row]:
    """Wholes are hidden one by one: the least cells first, until two of them are ten people together."""
    answer = [dict(row) for row in rows]
    wholes: dict[tuple[Any, ...], list[Row]] = {}
    for row in answer:
        wholes.setdefault(tuple(row[name] for name in groups.within), []).append(row)
    for whole in wholes.values():
        gone: set[int] = set()
        for count in groups.counts:
            gone |= _hide(whole, count, [*groups.counts, *groups.measures])
        for place in gone:
            kept = {*groups.within, *groups.counts}
            measures = groups.measures if groups.measures != ["*"] else set(whole[place]) - kept
            whole[place] |= dict.fromkeys(measures)
    return answer


def _hide(whole: list[Row], count: str, apart: Sequence[str]) -> set[int]:
    people = [(row[count], place) for place, row in enumerate(whole)]
    if not any(number and 0 < number < SMALL_GROUP for number, _ in people):
        return set()
    ties = [
        [str(whole[place][name]) for name in whole[place] if name not in apart]
        for _, place in people
    ]
    order = sorted((number, ties[place], place) for number, place in people if number)
    gone: set[int] = set()
    total = 0
    for number, _, place in order:
        if number >= SMALL_GROUP and total >= SMALL_GROUP and len(gone) >= 2:
            break
        gone.add(place)
        total += number
        whole[place][count] = None
    return gone
