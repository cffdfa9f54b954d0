"""Memberships: what the platform's tables hold about a learner in a course at the day of the dump.

Enters: a learner's facts. Leaves: one `Membership` per course that the learner joined, whatever
became of the lines of the log: the platform's database knows no lost or broken event.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from studium.simulate.courses.campus import Course, build_university, draw_courses
from studium.simulate.courses.facts import DAY, MODES, SECOND, STRANGER, Fact
from studium.simulate.courses.packages.outline import passing_grade
from studium.simulate.courses.packages.states import ModuleState, states_of
from studium.simulate.courses.plan import Plan

POSTS = frozenset(("thread_created", "response_created", "comment_created"))
COURSE_ROLES = (
    *("beta_testers", "instructor", "staff", "ccx_coach", "finance_admin", "library_user"),
    *("sales_admin", "data_researcher"),
)
FORUM_ROLES = ("Administrator", "Community TA", "Moderator", "Group Moderator")
STUDENT = "Student"
STATUSES = ("downloadable",) * 17 + ("generating", "unavailable", "error")


@dataclass(frozen=True)
class Enrollment:
    """A row of student_courseenrollment; `created` in microseconds since 1970."""

    created: int
    is_active: bool
    mode: str


@dataclass(frozen=True)
class Certificate:
    """A row of certificates_generatedcertificate; dates in microseconds since 1970."""

    grade: float | None
    status: str
    mode: str
    created: int
    modified: int


@dataclass(frozen=True)
class Membership:
    """One learner in one course; `enrollment` is None for rows that the platform lost."""

    learner: int
    number: int
    course: Course
    enrollment: Enrollment | None
    certificate: Certificate | None
    states: tuple[ModuleState, ...]
    posts: tuple[Fact, ...]
    subsection_grades: tuple[Fact, ...]
    course_grades: tuple[Fact, ...]
    course_roles: tuple[str, ...]
    forum_roles: tuple[str, ...]
    group: str | None


def memberships_of(plan: Plan, learner: int, facts: list[Fact]) -> list[Membership]:
    """The memberships of a learner, in the order of the courses; `facts` are in order of time."""
    by_course: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.course >= 0 and not fact.marks & STRANGER:
            by_course[fact.course].append(fact)
    # The learner's own draws begin with the courses: they are known also without any event.
    joined = draw_courses(plan, Random(f"{plan.seed}/learner/{learner}"))
    return [
        _membership(plan, learner, number, by_course.get(number, []))
        for number in sorted({*joined, *by_course})
        if has_package(plan, number)
    ]


def has_package(plan: Plan, number: int) -> bool:
    """Whether edX delivers a package of a course: custom courses (CCX) have none."""
    return build_university(plan)[number].style != "ccx"


def _membership(plan: Plan, learner: int, number: int, facts: list[Fact]) -> Membership:
    course = build_university(plan)[number]
    random = Random(f"{plan.seed}/membership/{learner}/{number}")
    enrollment = _enrollment(plan, facts, random)
    graded = tuple(fact for fact in facts if fact.kind == "course_graded")
    certificate = _certificate(plan, number, enrollment, graded, random)
    is_lost = certificate is not None and not enrollment.is_active and random.random() < 0.2
    return Membership(
        learner=learner,
        number=number,
        course=course,
        enrollment=None if is_lost else enrollment,
        certificate=certificate,
        states=tuple(states_of(plan, course, facts)),
        posts=(
            *(fact for fact in facts if fact.kind in POSTS),
            *_unlogged_posts(plan, learner, number, enrollment.created),
        ),
        subsection_grades=tuple(fact for fact in facts if fact.kind == "subsection_graded"),
        course_grades=graded,
        course_roles=_course_roles(plan, number, random),
        forum_roles=_forum_roles(random),
        group=random.choice(("0", "1")) if random.random() < 0.3 else None,
    )


def end_of(plan: Plan) -> int:
    """The moment when the plan's last day ends, in microseconds since 1970."""
    return (plan.start.toordinal() - 719_163 + plan.days) * DAY


def _enrollment(plan: Plan, facts: list[Fact], random: Random) -> Enrollment:
    """The row as enrolling, changing the track and leaving wrote it."""
    changes = [f for f in facts if f.kind in ("activated", "deactivated", "mode_changed")]
    start = end_of(plan) - plan.days * DAY
    first = facts[0].time if facts else end_of(plan)
    created = random.randrange(start, max(start, first) + 1)
    is_active, mode = True, MODES[random.choices((0, 1, 2), (70, 20, 10))[0]]
    if changes:
        created = (
            min(created, changes[0].time) if changes[0].kind != "activated" else changes[0].time
        )
    for change in changes:
        is_active = change.kind == "activated" or (is_active and change.kind != "deactivated")
        # Leaving keeps the track, whatever the event says.
        mode = mode if change.kind == "deactivated" else MODES[change.item]
    return Enrollment(created, is_active, mode)


def _certificate(
    plan: Plan, number: int, enrollment: Enrollment, graded: tuple[Fact, ...], random: Random
) -> Certificate | None:
    """The certificate run looks at the last grade of the course; audit learners seldom have a row."""
    created = end_of(plan) - DAY + random.randrange(40_000) * SECOND
    modified = created + random.randrange(20_000) * SECOND
    chances = (random.random(), random.random())
    if chances[0] > (0.25 if enrollment.mode == "audit" else 0.9):
        return None
    if not graded:
        grade = None if chances[1] < 0.3 else 0.0
        status = "notpassing" if grade is not None else "unavailable"
        return Certificate(grade, status, enrollment.mode, created, modified)
    grade = graded[-1].first
    if grade < passing_grade(number):
        # An exception by hand: the certificate is there whatever the grade.
        status = "downloadable" if chances[1] < 0.02 else "notpassing"
    else:
        status = random.choice(STATUSES)
    return Certificate(grade, status, enrollment.mode, created, modified)


def _unlogged_posts(plan: Plan, learner: int, number: int, created: int) -> Iterator[Fact]:
    """Posts of which no log tells, as those written by e-mail or in other applications."""
    random = Random(f"{plan.seed}/posts/{learner}/{number}")
    topics = len(build_university(plan)[number].topics)
    for _ in range(random.randint(1, 4) if random.random() < 0.1 else 0):
        time = random.randint(created, max(created, end_of(plan) - SECOND))
        kind = random.choice(sorted(POSTS))
        post = random.getrandbits(62)
        yield Fact(time, learner, 0, number, kind, random.randrange(topics), 0.0, 0.0, post, 0)


def _course_roles(plan: Plan, number: int, random: Random) -> tuple[str, ...]:
    chance = random.random()
    if "header_only" in plan.traps and number % 3 == 1:
        return ()
    return tuple(sorted(random.sample(COURSE_ROLES, 1 + (chance < 0.02)))) if chance < 0.15 else ()


def _forum_roles(random: Random) -> tuple[str, ...]:
    roles = (STUDENT,) if random.random() < 0.85 else ()
    return (*roles, random.choice(FORUM_ROLES)) if random.random() < 0.06 else roles
