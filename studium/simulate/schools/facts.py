"""What happens in an invented district in one school year: who is where, in which section, from which day to which.

Enters: a `DistrictPlan`. Leaves: `Facts`. All days are last days: how an export writes them is not of interest here.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from studium.simulate.schools.plan import SEMESTERS, YEAR, DistrictPlan

SCHOOL_SIZE, SECTION_SIZE = 400, 24
SUBJECTS = ("Mathematics", "English", "Science", "History", "Arts")
MOVES, LEAVES, NO_SHOWS, LEFT_OPEN = 0.03, 0.02, 0.01, 0.5
TEACHER_LEAVES, OBSERVED = 0.05, 0.1
Days = tuple[date, date]


@dataclass(frozen=True)
class Section:
    """A section of a school in one semester."""

    id: str
    school: str
    subject: str
    grade: int
    semester: int


@dataclass(frozen=True)
class Link:
    """A person in a section, as `role`; `last` is None where nobody wrote an end."""

    id: str
    person: str
    section: str
    role: str
    first: date
    last: date | None


@dataclass(frozen=True)
class Stay:
    """A person at a school or the district, as `role`; without `last` to the end of the year."""

    id: str
    person: str
    place: str
    role: str
    first: date
    last: date | None


@dataclass
class Facts:
    """A district: `students` and `staff` by id with their names, `grades` of students."""

    district: str
    schools: list[str]
    students: dict[str, tuple[str, str]] = field(default_factory=dict)
    staff: dict[str, tuple[str, str]] = field(default_factory=dict)
    grades: dict[str, int] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


GIVEN = ("Ana", "Björn", "Chidi", "Dana", "Emre", "Fatou", "Grace", "Hugo", "Ines", "Jun")
FAMILY = ("Abara", "Berg", "Costa", "D'Angelo", "Eze", "Fox", "Null", "Haddad", "Ito", "Ng")


def facts_of(plan: DistrictPlan) -> Facts:
    """The whole year."""
    dice = random.Random(f"district {plan.seed}")
    schools = [f"sch{n + 1}" for n in range(max(1, plan.students // SCHOOL_SIZE))]
    facts = Facts(plan.district, schools)
    for number in range(1, plan.students + 1):
        student = f"stu{number}"
        facts.students[student] = (dice.choice(GIVEN), dice.choice(FAMILY))
        facts.grades[student] = dice.randint(6, 8)
        _year_of_student(facts, student, dice)
    for section in list(facts.sections.values()):
        _staff_section(facts, section, dice)
    for place, role in [
        *((one, "principal") for one in schools),
        (plan.district, "districtAdministrator"),
    ]:
        _stay(facts, _new_staff(facts, dice), place, role, YEAR)
    return facts


def _year_of_student(facts: Facts, student: str, dice: random.Random) -> None:
    school = dice.choice(facts.schools)
    chance = dice.random()
    if chance < NO_SHOWS:
        _attend(facts, student, school, (YEAR[0], YEAR[0] - timedelta(days=1)), dice)
    elif chance < NO_SHOWS + LEAVES + MOVES:
        monday = YEAR[0] + timedelta(weeks=dice.randint(2, 36))
        _attend(facts, student, school, (YEAR[0], monday - timedelta(days=3)), dice)
        others = [one for one in facts.schools if one != school]
        if others and chance >= NO_SHOWS + LEAVES:
            _attend(facts, student, dice.choice(others), (monday, YEAR[1]), dice)
    else:
        _attend(facts, student, school, YEAR, dice)


def _attend(facts: Facts, student: str, school: str, days: Days, dice: random.Random) -> None:
    """A stay at a school, and its sections; of one that ends early the links may be left open."""
    _stay(facts, student, school, "student", days)
    is_left_open = days[1] < YEAR[1] and dice.random() < LEFT_OPEN
    for semester, (begins, ends) in enumerate(SEMESTERS):
        first, last = max(days[0], begins), min(days[1], ends)
        if first > last and not (semester == 0 and days[1] < days[0]):
            continue
        for subject in SUBJECTS:
            section = _section_for(facts, (school, subject, facts.grades[student], semester), dice)
            _link(facts, student, section, "student", (first, None if is_left_open else last))


def _section_for(facts: Facts, wanted: tuple[str, str, int, int], dice: random.Random) -> str:
    """One of the sections of a subject, which are as many as the district's size needs."""
    school, subject, grade, semester = wanted
    number = dice.randint(1, -(-SCHOOL_SIZE // (3 * SECTION_SIZE)))
    id_ = f"{school}-{subject[:3].lower()}{grade}-{semester + 1}-{number}"
    facts.sections.setdefault(id_, Section(id_, school, subject, grade, semester))
    return id_


def _staff_section(facts: Facts, section: Section, dice: random.Random) -> None:
    """A teacher; one who leaves on a Friday is followed on Monday. Some have an observer, who sees nobody."""
    begins, ends = SEMESTERS[section.semester]
    teacher = _new_staff(facts, dice)
    if dice.random() < TEACHER_LEAVES:
        monday = begins + timedelta(weeks=dice.randint(2, 14))
        _link(facts, teacher, section.id, "teacher", (begins, monday - timedelta(days=3)))
        teacher, begins = _new_staff(facts, dice), monday
    _link(
        facts, teacher, section.id, "teacher", (begins, None if dice.random() < LEFT_OPEN else ends)
    )
    if dice.random() < OBSERVED:
        _link(facts, _new_staff(facts, dice), section.id, "proctor", (begins, ends))


def _new_staff(facts: Facts, dice: random.Random) -> str:
    id_ = f"stf{len(facts.staff) + 1}"
    facts.staff[id_] = (dice.choice(GIVEN), dice.choice(FAMILY))
    return id_


def _link(
    facts: Facts, person: str, section: str, role: str, days: tuple[date, date | None]
) -> None:
    facts.links.append(Link(f"enr{len(facts.links) + 1}", person, section, role, *days))


def _stay(facts: Facts, person: str, place: str, role: str, days: Days) -> None:
    last = None if days[1] == YEAR[1] else days[1]
    facts.stays.append(Stay(f"rol{len(facts.stays) + 1}", person, place, role, days[0], last))
