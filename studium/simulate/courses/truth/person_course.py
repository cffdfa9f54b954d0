"""Truth of person_course: one row per learner and course, all 82 columns in their order.

Enters: a learner's account, memberships and sightings. Leaves: rows for CSV; what follows from `ip`
by a database of addresses is left empty. Definitions: specs/edx_person_course.md 2.15, `fixed`.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import sqrt

from studium.simulate.courses.campus import address_of, build_university
from studium.simulate.courses.facts import MODES, SECOND, Fact
from studium.simulate.courses.packages import InventedAccount, Membership, passing_grade
from studium.simulate.courses.packages.forum import is_endorsed, is_pinned, votes_of
from studium.simulate.courses.packages.values import clock
from studium.simulate.courses.plan import Plan
from studium.simulate.courses.truth.days import PERSON_COURSE_DAY, person_course_days
from studium.simulate.courses.truth.languages import Languages, languages_of
from studium.simulate.courses.truth.sightings import Sighting, csv_text, sightings_of

Row = tuple[object, ...]
Values = dict[str, object]

COURSE_ROLES = {
    "roles_isBetaTester": "beta_testers",
    "roles_isInstructor": "instructor",
    "roles_isStaff": "staff",
    "roles_isCCX": "ccx_coach",
    "roles_isFinance": "finance_admin",
    "roles_isLibrary": "library_user",
    "roles_isSales": "sales_admin",
}
FORUM_ROLES = {
    "forumRoles_isAdmin": "Administrator",
    "forumRoles_isCommunityTA": "Community TA",
    "forumRoles_isModerator": "Moderator",
    "forumRoles_isStudent": "Student",
}
SUMS = (
    *("nevents", "nprogcheck", "nshow_answer", "nvideo", "nproblem_check", "nforum"),
    *("ntranscript", "nseq_goto", "nseek_video", "npause_video"),
)
PLACE = (
    *("cc_by_ip", "countryLabel", "continent", "city", "region", "subdivision", "postalCode"),
    *("un_major_region", "un_economic_group", "un_developing_nation", "un_special_region"),
    *("latitude", "longitude"),
)
"""What a database of addresses says about `ip`; empty in the truth."""

PERSON_COURSE = (
    *("course_id", "user_id", "username", "registered", "viewed", "explored", "certified"),
    *("completed", "ip", *PLACE, "LoE", "YoB", "gender", "grade", "passing_grade", "start_time"),
    *("first_event", "last_event", "nevents", "ndays_act", "nplay_video", "nchapters"),
    *("nforum_posts", "nforum_votes", "nforum_endorsed", "nforum_threads", "nforum_comments"),
    *("nforum_pinned", "roles", "nprogcheck", "nproblem_check", "nforum_events", "mode"),
    *("is_active", "cert_created_date", "cert_modified_date", "cert_status"),
    *("verified_enroll_time", "verified_unenroll_time", "profile_country", "y1_anomalous"),
    *("email_domain", "language", "language_download", "language_nevents", "language_ndiff"),
    *("ntranscript", "nshow_answer", "nvideo", "nvideos_unique_viewed", "nvideos_total_watched"),
    *("nseq_goto", "nseek_video", "npause_video", "avg_dt", "sdv_dt", "max_dt", "n_dt", "sum_dt"),
    *COURSE_ROLES,
    *FORUM_ROLES,
)


def person_course_lines(
    plan: Plan, account: InventedAccount, members: list[Membership], facts: list[Fact]
) -> bytes:
    """Lines of CSV about one learner, whose facts are in order of time."""
    sightings = list(sightings_of(facts, account.profile, build_university(plan)))
    rows = person_course_rows(account, members, sightings, person_course_days(sightings))
    return csv_lines(rows)


def csv_lines(rows: Iterable[Row]) -> bytes:
    """Rows as CSV, empty text for NULL."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([csv_text(value) for value in row] for row in rows)
    return text.getvalue().encode()


def person_course_rows(
    account: InventedAccount, members: list[Membership], sightings: list[Sighting], days: list[Row]
) -> list[Row]:
    """Rows of PERSON_COURSE; `days` are the learner's rows of person_course_day."""
    named = [seen for seen in sightings if seen.username is not None and seen.course is not None]
    languages = languages_of(named)
    rows = []
    for member in members:
        key = member.course.key
        own = [seen for seen in named if seen.course == key]
        values: Values = dict.fromkeys(PERSON_COURSE)
        values |= _person(account, member) | _directory(member) | _chapters(member)
        values |= _modal_ip(account, own) or _modal_ip(account, named)
        values |= _activity([row for row in days if row[1] == key])
        values |= _posts(member.posts) | _roles(member)
        values |= _verified(seen for seen in sightings if seen.fact.course == member.number)
        values |= _languages(languages.get(key))
        if values["roles"] != "Staff":
            values |= _videos(member, own)
        rows.append(tuple(values[name] for name in PERSON_COURSE))
    return rows


def _person(account: InventedAccount, member: Membership) -> Values:
    return {
        "course_id": member.course.key,
        "user_id": account.profile.user_id,
        "username": account.profile.username,
        "registered": True,
        "LoE": account.education,
        "YoB": account.birth_year,
        "gender": account.gender,
        "profile_country": account.country,
        "email_domain": account.domain,
    }


def _directory(member: Membership) -> Values:
    """What enrolling and the certificate run left."""
    passing, entry, certificate = (
        passing_grade(member.number),
        member.enrollment,
        member.certificate,
    )
    values: Values = {"passing_grade": passing, "certified": False, "completed": False}
    if entry:
        values |= {
            "start_time": clock(entry.created),
            "mode": entry.mode,
            "is_active": int(entry.is_active),
        }
    if certificate:
        certified = certificate.status == "downloadable"
        passed = certificate.grade is not None and certificate.grade >= passing
        values |= {
            "certified": certified,
            "completed": certified or passed,
            "grade": certificate.grade,
            "cert_status": certificate.status,
            "cert_created_date": clock(certificate.created),
            "cert_modified_date": clock(certificate.modified),
        }
    return values


def _chapters(member: Membership) -> Values:
    """Half of the chapters make an explorer; those that only staff can see are none."""
    visited = sum(state.category == "chapter" for state in member.states)
    if not visited:
        return {"viewed": False}
    total = len({sequence.chapter for sequence in member.course.sequences})
    return {"viewed": True, "nchapters": visited, "explored": 2 * visited >= total}


def _modal_ip(account: InventedAccount, seen: list[Sighting]) -> Values:
    """The address of most events; of equally frequent ones that of the last event."""
    counts: Counter[str] = Counter()
    latest: dict[str, int] = {}
    for each in seen:
        address = address_of(account.profile, each.fact.session)
        counts[address] += 1
        latest[address] = each.time
    if not counts:
        return {}
    return {"ip": max(counts, key=lambda address: (counts[address], latest[address]))}


def _activity(days: list[Row]) -> Values:
    """Sums over the days; a spread within days is weighted by their gaps."""
    if not days:
        return {}
    table = [dict(zip(PERSON_COURSE_DAY, row, strict=True)) for row in days]
    values: Values = {name: sum(_whole(day[name]) for day in table) for name in SUMS}
    values |= {
        "ndays_act": len(table),
        "nplay_video": values["nvideo"],
        "nforum_events": values.pop("nforum"),
        "first_event": min(str(day["first_event"]) for day in table),
        "last_event": max(str(day["last_event"]) for day in table),
    }
    gaps = [day for day in table if day["n_dt"]]
    number = sum(_whole(day["n_dt"]) for day in gaps)
    values["n_dt"] = number
    if gaps:
        total = sum(round(_real(day["sum_dt"]) * SECOND) for day in gaps) / SECOND
        spreads = [
            _real(day["sdv_dt"]) ** 2 * _whole(day["n_dt"])
            for day in gaps
            if day["sdv_dt"] is not None
        ]
        values |= {
            "sum_dt": total,
            "avg_dt": total / number,
            "max_dt": max(_real(day["max_dt"]) for day in gaps),
            "sdv_dt": sqrt(sum(spreads) / number) if spreads else None,
        }
    return values


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _real(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _posts(posts: tuple[Fact, ...]) -> Values:
    if not posts:
        return {}
    threads = sum(post.kind == "thread_created" for post in posts)
    return {
        "nforum_posts": len(posts),
        "nforum_votes": sum(votes_of(post) for post in posts),
        "nforum_endorsed": sum(is_endorsed(post) for post in posts),
        "nforum_threads": threads,
        "nforum_comments": len(posts) - threads,
        "nforum_pinned": sum(is_pinned(post) for post in posts),
    }


def _roles(member: Membership) -> Values:
    """Whoever has any role at all is a student at least; roles that no column knows make no staff."""
    if not member.course_roles and not member.forum_roles:
        return {}
    flags: Values = {name: 1 for name, role in COURSE_ROLES.items() if role in member.course_roles}
    flags |= {name: 1 for name, role in FORUM_ROLES.items() if role in member.forum_roles}
    is_staff = bool(flags.keys() - {"forumRoles_isStudent"})
    return flags | {"roles": "Staff" if is_staff else "Student"}


def _verified(seen: Iterable[Sighting]) -> Values:
    """First entry into the verified track, and the leaving that no entry follows."""
    entered: int | None = None
    left: int | None = None
    is_inside = False
    for each in seen:
        if each.kind not in ("activated", "deactivated", "mode_changed"):
            continue
        is_verified = MODES[each.fact.item] == "verified"
        if is_verified and each.kind != "deactivated":
            entered = each.time if entered is None else entered
            left, is_inside = None, True
        elif is_inside or (is_verified and entered is None):
            left, is_inside = each.time, False
    return {"verified_enroll_time": clock(entered), "verified_unenroll_time": clock(left)}


def _languages(found: Languages | None) -> Values:
    if found is None:
        return {}
    return {
        "language": found.language,
        "language_download": found.downloads,
        "language_nevents": found.events,
        "language_ndiff": found.languages,
    }


def _videos(member: Membership, own: list[Sighting]) -> Values:
    watched: dict[str, set[int]] = defaultdict(set)
    for seen in own:
        if seen.kind in ("play_video", "pause_video", "stop_video"):
            watched["items"].add(seen.fact.item)
    number = len(watched["items"])
    if not number:
        return {}
    share = number / len(member.course.videos)
    return {"nvideos_unique_viewed": number, "nvideos_total_watched": share}
