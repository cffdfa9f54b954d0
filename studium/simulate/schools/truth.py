"""Who may see whom in an invented district, by the rules of rights: as spans of days, from what happened.

Enters: `Facts`. Leaves: `Sight`s. A link without an end is bounded by its section's semester, and a teacher sees a
student only while the student is at that section's school.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import chain, product
from typing import NamedTuple

from studium.simulate.schools.facts import Facts, Link, Stay
from studium.simulate.schools.plan import SEMESTERS, YEAR


class Sight(NamedTuple):
    """Days, the last one included, in which a staff member may see a student, for a reason, at a place."""

    staff: str
    student: str
    reason: str
    place: str
    first: date
    last: date


def sights_of(facts: Facts) -> Iterator[Sight]:
    """All spans that hold a day."""
    stays: dict[str, list[Stay]] = defaultdict(list)
    for stay in facts.stays:
        if stay.role == "student":
            stays[stay.place].append(stay)
    found = chain(_of_teachers(facts, stays), _of_leaders(facts, stays))
    return (sight for sight in found if sight.first <= sight.last)


def _of_leaders(facts: Facts, stays: dict[str, list[Stay]]) -> Iterator[Sight]:
    """Principals see their school, administrators all schools; both are there all year."""
    for leader in facts.stays:
        of_district = leader.role == "districtAdministrator"
        schools = facts.schools if of_district else [leader.place]
        if leader.role == "student":
            continue
        reason = "district" if of_district else "school"
        for one in chain.from_iterable(stays[school] for school in schools):
            yield Sight(leader.person, one.person, reason, leader.place, *_stayed(one))


def _of_teachers(facts: Facts, stays: dict[str, list[Stay]]) -> Iterator[Sight]:
    students, teachers = _links(facts, "student"), _links(facts, "teacher")
    at_school = {school: _by_person(ones) for school, ones in stays.items()}
    for section, of_section in teachers.items():
        of_person = at_school[facts.sections[section].school]
        for teacher, student in product(of_section, students[section]):
            for stay in of_person[student.person]:
                spans = [_days(facts, teacher), _days(facts, student), _stayed(stay)]
                first, last = max(one[0] for one in spans), min(one[1] for one in spans)
                yield Sight(teacher.person, student.person, "teacher", section, first, last)


def _by_person(stays: list[Stay]) -> dict[str, list[Stay]]:
    found: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        found[stay.person].append(stay)
    return found


def _stayed(stay: Stay) -> tuple[date, date]:
    return stay.first, stay.last or YEAR[1]


def _links(facts: Facts, role: str) -> dict[str, list[Link]]:
    """Links of a role by their section."""
    found: dict[str, list[Link]] = defaultdict(list)
    for link in facts.links:
        if link.role == role:
            found[link.section].append(link)
    return found


def _days(facts: Facts, link: Link) -> tuple[date, date]:
    begins, ends = SEMESTERS[facts.sections[link.section].semester]
    return max(link.first, begins), min(link.last or ends, ends)
