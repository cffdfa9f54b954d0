"""An invented district, written: sets of OneRoster 1.2 as CSV, each what an export of its day holds, and the truth.

Enters: a `DistrictPlan`, a folder. Leaves: `rosters/district-<id>/<day>/`, `truth/sights.csv`.
"""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from studium.simulate.schools.facts import SUBJECTS, Facts, facts_of
from studium.simulate.schools.plan import SEMESTERS, SET_DAYS, YEAR, DistrictPlan, DistrictReport
from studium.simulate.schools.truth import Sight, sights_of

SAID = ("sourcedId", "status", "dateLastModified")
YEAR_ID, TERM_IDS = "ses-year", ("ses-1", "ses-2")
Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]


def simulate_district(plan: DistrictPlan, output: Path) -> DistrictReport:
    """Write the sets and the truth."""
    facts = facts_of(plan)
    for day in SET_DAYS:
        folder = output / "rosters" / f"district-{plan.district}" / day.isoformat()
        tables = _tables(facts, day)
        for name, (columns, rows) in (tables | _manifest(tables)).items():
            _write(folder / f"{name}.csv", columns, rows)
    sights = sorted(sights_of(facts))
    _write(output / "truth" / "sights.csv", Sight._fields, sights)
    return DistrictReport(
        output,
        len(facts.schools),
        len(facts.sections),
        len(facts.staff),
        len(facts.students),
        len(facts.links),
        len(sights),
        len(SET_DAYS),
    )


def _write(path: Path, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _manifest(tables: dict[str, Table]) -> dict[str, Table]:
    said = [("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    said += [(f"file.{name}", "bulk") for name in tables]
    said += [("source.systemName", "Invented SIS"), ("source.systemCode", "invented")]
    return {"manifest": (("propertyName", "value"), said)}


def _tables(facts: Facts, day: date) -> dict[str, Table]:
    """What the district's system knows on a day: what has begun or is planned, ends only where they have come."""
    return {
        "orgs": _orgs(facts),
        "academicSessions": _sessions(),
        "courses": _courses(facts),
        "classes": _classes(facts),
        "users": _users(facts),
        "roles": _roles(facts, day),
        "enrollments": _enrollments(facts, day),
    }


def _columns(names: str) -> tuple[str, ...]:
    return (*SAID, *names.split())


def _orgs(facts: Facts) -> Table:
    rows = [(facts.district, "", "", facts.district.title(), "district", "100", "")]
    rows += [
        (school, "", "", f"School {school[3:]}", "school", f"10{school[3:]}", facts.district)
        for school in facts.schools
    ]
    return _columns("name type identifier parentSourcedId"), rows


def _sessions() -> Table:
    spans = [(YEAR_ID, "schoolYear", YEAR, "")]
    spans += [(TERM_IDS[n], "semester", SEMESTERS[n], YEAR_ID) for n in range(2)]
    columns = _columns("title type startDate endDate parentSourcedId schoolYear")
    return columns, [
        (id_, "", "", id_, kind, first, _end(last), parent, YEAR[1].year)
        for id_, kind, (first, last), parent in spans
    ]


def _courses(facts: Facts) -> Table:
    columns = _columns(
        "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes"
    )
    return columns, [
        (
            f"crs-{one[:3].lower()}",
            "",
            "",
            YEAR_ID,
            one,
            one[:3].upper(),
            "06,07,08",
            facts.district,
            one,
            "",
        )
        for one in SUBJECTS
    ]


def _classes(facts: Facts) -> Table:
    columns = _columns(
        "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds"
        " subjects subjectCodes periods"
    )
    return columns, [
        (
            one.id,
            "",
            "",
            f"{one.subject} {one.grade}",
            f"{one.grade:02}",
            f"crs-{one.subject[:3].lower()}",
            one.id,
            "scheduled",
            "",
            one.school,
            TERM_IDS[one.semester],
            one.subject,
            "",
            "",
        )
        for one in facts.sections.values()
    ]


def _users(facts: Facts) -> Table:
    columns = _columns(
        "enabledUser username userIds givenName familyName middleName identifier email sms phone"
        " agentSourcedIds grades password"
    )
    people = [(id_, *names, f"{facts.grades[id_]:02}") for id_, names in facts.students.items()]
    people += [(id_, *names, "") for id_, names in facts.staff.items()]
    return columns, [
        (
            id_,
            "",
            "",
            "true",
            id_,
            f"{{District:{id_[3:]}}}",
            given,
            family,
            "",
            id_[3:],
            f"{id_}@{facts.district}.example",
            "",
            "",
            "",
            grade,
            f"secret-{id_}",
        )
        for id_, given, family, grade in people
    ]


def _roles(facts: Facts, day: date) -> Table:
    columns = _columns(
        "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId"
    )
    return columns, [
        (
            one.id,
            "",
            "",
            one.person,
            "primary",
            one.role,
            one.first,
            _known_end(one.last, day),
            one.place,
            "",
        )
        for one in facts.stays
        if _is_known(one.first, day)
    ]


def _enrollments(facts: Facts, day: date) -> Table:
    columns = _columns("classSourcedId schoolSourcedId userSourcedId role primary")
    return (*columns, "beginDate", "endDate"), [
        (
            one.id,
            "",
            "",
            one.section,
            facts.sections[one.section].school,
            one.person,
            one.role,
            "true" if one.role == "teacher" else "false",
            one.first,
            _known_end(one.last, day),
        )
        for one in facts.links
        if _is_known(one.first, day)
    ]


def _is_known(first: date, day: date) -> bool:
    """What begins with a semester is planned before; all else is written on its first day."""
    return first <= day or first in {begins for begins, _ in SEMESTERS}


def _known_end(last: date | None, day: date) -> date | str:
    return _end(last) if last is not None and last < day else ""


def _end(last: date) -> date:
    """The standard's end is the first day that is no more of the span."""
    return last + timedelta(days=1)
