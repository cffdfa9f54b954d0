"""The rows of a package's tables, learner by learner.

Enters: an account and its memberships. Leaves: lines in a spool; `HEADERS` names the columns.
"""

from studium.simulate.courses.campus import Course, block_id, build_university
from studium.simulate.courses.facts import Fact
from studium.simulate.courses.packages.accounts import InventedAccount
from studium.simulate.courses.packages.forum import FORUM, forum_document
from studium.simulate.courses.packages.memberships import Membership, end_of
from studium.simulate.courses.packages.outline import letter, passing_grade
from studium.simulate.courses.packages.spool import SpoolWriter
from studium.simulate.courses.packages.values import Value, clock, line_of
from studium.simulate.courses.plan import Plan

Row = tuple[Value, ...]

HEADERS = {
    "auth_user": (
        *("id", "username", "first_name", "last_name", "email", "password", "is_staff"),
        *("is_active", "is_superuser", "last_login", "date_joined"),
    ),
    "auth_userprofile": (
        *("id", "user_id", "name", "language", "location", "meta", "courseware", "gender"),
        *("mailing_address", "year_of_birth", "level_of_education", "goals", "allow_certificate"),
        *("country", "city", "bio"),
    ),
    "student_courseenrollment": ("id", "user_id", "course_id", "created", "is_active", "mode"),
    "certificates_generatedcertificate": (
        *("id", "user_id", "download_url", "grade", "course_id", "key", "distinction", "status"),
        *("verify_uuid", "download_uuid", "name", "created_date", "modified_date"),
        *("error_reason", "mode"),
    ),
    "user_id_map": ("id", "username", "hash_id"),
    "courseware_studentmodule": (
        *("id", "module_type", "module_id", "student_id", "state", "grade", "created"),
        *("modified", "max_grade", "done", "course_id"),
    ),
    "student_courseaccessrole": ("id", "org", "course_id", "user_id", "role"),
    "django_comment_client_role_users": ("id", "course_id", "user_id", "name"),
    "grades_persistentcoursegrade": (
        *("course_id", "user_id", "grading_policy_hash", "percent_grade", "letter_grade"),
        *("passed_timestamp", "created", "modified"),
    ),
    "grades_persistentsubsectiongrade": (
        *("course_id", "user_id", "usage_key", "earned_all", "possible_all", "earned_graded"),
        *("possible_graded", "first_attempted", "created", "modified"),
    ),
    "user_api_usercoursetag": ("id", "user_id", "key", "course_id", "value"),
}
POSSIBLE = 12.0
FOREIGN_EVERY = 37


def spool_learner(
    plan: Plan, account: InventedAccount, memberships: list[Membership], spool: SpoolWriter
) -> None:
    """Write all rows of one learner."""
    for member in memberships:
        for table, row in _rows(plan, account, member):
            spool.add(member.number, table, line_of(plan, row))
        for post in member.posts:
            spool.add(member.number, FORUM, forum_document(post, member.course, account.profile))


def _rows(plan: Plan, account: InventedAccount, member: Membership) -> list[tuple[str, Row]]:
    user_id, key = account.profile.user_id, member.course.key
    rows = _directory_rows(account)
    if member.enrollment:
        entry = member.enrollment
        values = (clock(entry.created), int(entry.is_active), entry.mode)
        rows.append(("student_courseenrollment", (_row_id(member), user_id, key, *values)))
    rows += _certificate_rows(account, member)
    rows += _state_rows(user_id, member)
    rows += _grade_rows(user_id, member)
    rows += _role_rows(user_id, member)
    if member.group is not None:
        tag = (_row_id(member), user_id, "xblock.partition_service.partition_0", key, member.group)
        rows.append(("user_api_usercoursetag", tag))
    if "other_courses" in plan.traps and account.profile.user_id % FOREIGN_EVERY == 0:
        rows += _foreign_rows(plan, user_id, member)
    return rows


def _row_id(member: Membership, number: int = 0) -> int:
    return (member.learner * 1_000 + member.number) * 1_000 + number + 1


def _directory_rows(account: InventedAccount) -> list[tuple[str, Row]]:
    profile = account.profile
    first, last = account.name.split(" ")
    dates = (clock(account.last_login), clock(account.joined))
    rows: list[tuple[str, Row]] = []
    for domain in (account.former_domain, account.domain):
        if domain is None:
            continue
        email = f"{profile.username}@{domain}"
        person = (profile.user_id, profile.username, first, last, email, "!", 0, 1, 0)
        rows.append(("auth_user", (*person, *dates)))
    # The older of two rows of a user is out of date in all that people change.
    if account.former_domain is not None:
        old = (profile.user_id, profile.user_id, account.name, "", "", "", "course.xml", None)
        rows.append(("auth_userprofile", (*old, None, 1900, None, "", 1, None, None, None)))
    row: Row = (
        *(profile.user_id, profile.user_id, account.name, profile.language[:2], "", ""),
        *("course.xml", account.gender, None, account.birth_year, account.education),
        *(account.goals, 1, account.country, None, None),
    )
    rows.append(("auth_userprofile", row))
    rows.append(("user_id_map", (profile.user_id, profile.username, account.hash_id)))
    return rows


def _certificate_rows(account: InventedAccount, member: Membership) -> list[tuple[str, Row]]:
    certificate = member.certificate
    if certificate is None:
        return []
    verify = block_id("certificate", member.learner, member.number)
    row: Row = (
        *(_row_id(member), account.profile.user_id, "", certificate.grade, member.course.key),
        *(verify[:16], 0, certificate.status, verify, "", account.name),
        *(clock(certificate.created), clock(certificate.modified), "", certificate.mode),
    )
    return [("certificates_generatedcertificate", row)]


def _state_rows(user_id: int, member: Membership) -> list[tuple[str, Row]]:
    return [
        (
            "courseware_studentmodule",
            (
                *(_row_id(member, number), state.category, state.key, user_id, state.text()),
                *(state.grade, clock(state.created), clock(state.modified), state.max_grade),
                *("na", member.course.key),
            ),
        )
        for number, state in enumerate(member.states)
    ]


def _grade_rows(user_id: int, member: Membership) -> list[tuple[str, Row]]:
    """The last grade of the course and of each subsection, and when the first was computed."""
    key, rows = member.course.key, list[tuple[str, Row]]()
    if member.course_grades:
        first, last = member.course_grades[0], member.course_grades[-1]
        passed = next(
            (f.time for f in member.course_grades if f.first >= passing_grade(member.number)), None
        )
        grades = (last.first, letter(member.number, last.first), clock(passed))
        row = (key, user_id, f"{key[-8:]}=", *grades, clock(first.time), clock(last.time))
        rows.append(("grades_persistentcoursegrade", row))
    subsections: dict[str, list[Fact]] = {}
    for fact in member.subsection_grades:
        subsections.setdefault(_sequence_key(member.course, fact), []).append(fact)
    for sequence, facts in subsections.items():
        points = (facts[-1].first, POSSIBLE, facts[-1].first, POSSIBLE)
        times = (clock(facts[0].time), clock(facts[0].time), clock(facts[-1].time))
        rows.append(("grades_persistentsubsectiongrade", (key, user_id, sequence, *points, *times)))
    return rows


def _sequence_key(course: Course, fact: Fact) -> str:
    return course.sequences[course.problems[fact.item].sequence].key


def _role_rows(user_id: int, member: Membership) -> list[tuple[str, Row]]:
    course = member.course
    rows: list[tuple[str, Row]] = []
    for number, role in enumerate(member.course_roles):
        access: Row = (_row_id(member, number), course.organisation, course.key, user_id, role)
        rows.append(("student_courseaccessrole", access))
    for number, name in enumerate(member.forum_roles):
        in_forum: Row = (_row_id(member, number), course.key, user_id, name)
        rows.append(("django_comment_client_role_users", in_forum))
    return rows


def _foreign_rows(plan: Plan, user_id: int, member: Membership) -> list[tuple[str, Row]]:
    """Rows of another course, as careless exports have them: none of them may count."""
    others = [course for course in build_university(plan) if course.key != member.course.key]
    key = others[member.learner % len(others)].key if others else "course-v1:ElsewhereX+E1+1T2020"
    when = clock(end_of(plan))
    number = _row_id(member, 999)
    certificate: Row = (
        *(number, user_id, "", 0.99, key, "", 0, "downloadable", "", "", "Nobody", when, when),
        *("", "verified"),
    )
    return [
        ("student_courseenrollment", (number, user_id, key, when, 0, "credit")),
        ("certificates_generatedcertificate", certificate),
        ("django_comment_client_role_users", (number, key, user_id, "Moderator")),
    ]
