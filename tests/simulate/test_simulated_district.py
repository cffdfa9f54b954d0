"""The truth about an invented district against its exports, read plainly and day by day, by code that knows no spans.

Enters: a district of 900 students. Leaves: who sees whom, asked 6,000 times of the CSV and of the truth.
"""

import csv
import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from studium.config import Settings, Workspace
from studium.lake import land
from studium.simulate import DistrictPlan, DistrictReport, simulate_district
from studium.simulate.schools.plan import SET_DAYS, YEAR
from studium.sources import find_files

SATURDAY = 5


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> DistrictReport:
    return simulate_district(DistrictPlan(students=900, seed=5), tmp_path_factory.mktemp("d"))


def test_who_sees_whom_is_what_the_exports_say_day_by_day(district: DistrictReport) -> None:
    dice, truth = random.Random(3), _Truth(district.output)
    seen = 0
    for day_of_set, days in [(SET_DAYS[1], [SET_DAYS[1]]), (SET_DAYS[2], _days_of_year())]:
        export = _Export(district.output, day_of_set)
        staff, students = sorted(truth.staff), sorted(truth.students)
        pairs = sorted(truth.spans)
        for number in range(3_000):
            # Two of strangers sees no one nearly always: half of the questions are about people who do meet.
            pair = dice.choice(pairs) if number % 2 else (dice.choice(staff), dice.choice(students))
            day = dice.choice(days)
            found = truth.reasons(pair, day)
            assert found == export.reasons(*pair, day), (pair, day)
            seen += bool(found)
    assert 1_000 < seen < 5_000


def test_a_teacher_who_leaves_on_friday_sees_nobody_of_the_section_on_saturday(
    district: DistrictReport,
) -> None:
    truth = _Truth(district.output)
    ends: dict[tuple[str, str], date] = {}
    for (staff, _), spans in truth.spans.items():
        for reason, place, _, last in spans:
            if reason == "teacher":
                ends[staff, place] = max(ends.get((staff, place), last), last)
    leavers = {key for key, last in ends.items() if last < YEAR[1] and last != date(2026, 12, 18)}
    assert leavers, "the size of this district is chosen so that some leave"
    assert {(ends[key] + timedelta(days=1)).weekday() for key in leavers} == {SATURDAY}


def test_links_left_open_and_no_shows_give_no_sight(district: DistrictReport) -> None:
    """The export holds links without an end of students whose stay at that school has ended."""
    export, truth = _Export(district.output, SET_DAYS[2]), _Truth(district.output)
    no_shows = {
        person
        for person, stays in export.stays.items()
        if all(end and end <= begin for role, _, begin, end in stays if role == "student")
        and any(role == "student" for role, *_ in stays)
    }
    assert no_shows
    assert not no_shows & {student for _, student in truth.spans}
    after = YEAR[1] - timedelta(days=1)
    left_open = [
        link
        for link in export.links
        if link["role"] == "student"
        and not link["endDate"]
        and link["schoolSourcedId"] not in export.schools_of(link["userSourcedId"], after)
    ]
    assert left_open


def test_the_sets_land_row_by_row(district: DistrictReport, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace", Settings())
    report = land(workspace, find_files(workspace, [district.output / "rosters"]))
    files = list((district.output / "rosters").rglob("*.csv"))
    written = sum(len(_read(path)) + 1 for path in files)
    assert not report.failed
    assert sum(file.lines for file in report.landed) == written
    assert sum(file.quarantined for file in report.landed) == 0
    assert len(report.landed) == len(SET_DAYS) * 8


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate_district(DistrictPlan(students=60, seed=9), tmp_path / name)
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.csv")
        }
        for name in ("one", "two")
    )
    assert one == two
    assert len(one) == len(SET_DAYS) * 8 + 1


def _days_of_year() -> list[date]:
    length = (YEAR[1] - YEAR[0]).days
    return [YEAR[0] + timedelta(days=n) for n in range(-3, length + 4)]


class _Truth:
    """truth/sights.csv as it was written."""

    def __init__(self, output: Path) -> None:
        self.spans: dict[tuple[str, str], list[tuple[str, str, date, date]]] = defaultdict(list)
        for row in _read(output / "truth" / "sights.csv"):
            span = (row["reason"], row["place"], _day(row["first"]), _day(row["last"]))
            self.spans[row["staff"], row["student"]].append(span)
        self.staff = {staff for staff, _ in self.spans}
        self.students = {student for _, student in self.spans}

    def reasons(self, pair: tuple[str, str], day: date) -> set[tuple[str, str]]:
        """Why one sees the other on a day, and where."""
        spans = self.spans.get(pair, [])
        return {(why, where) for why, where, first, last in spans if first <= day <= last}


class _Export:
    """A set as a standard's reader takes it: an end is the first day that does not count."""

    def __init__(self, output: Path, day: date) -> None:
        (folder,) = (output / "rosters").glob(f"district-*/{day}")
        self.links = _read(folder / "enrollments.csv")
        self.classes = {row["sourcedId"]: row for row in _read(folder / "classes.csv")}
        self.sessions = {row["sourcedId"]: row for row in _read(folder / "academicSessions.csv")}
        self.parents = {
            row["sourcedId"]: row["parentSourcedId"] for row in _read(folder / "orgs.csv")
        }
        self.stays: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        for row in _read(folder / "roles.csv"):
            end = row["endDate"] or self.sessions["ses-year"]["endDate"]
            self.stays[row["userSourcedId"]].append(
                (row["role"], row["orgSourcedId"], row["beginDate"], end)
            )
        self.of_person: dict[str, list[Any]] = defaultdict(list)
        for link in self.links:
            self.of_person[link["userSourcedId"]].append(link)

    def schools_of(self, student: str, day: date) -> set[str]:
        """Where a student is enrolled on a day."""
        return self._places(student, "student", day)

    def reasons(self, staff: str, student: str, day: date) -> set[tuple[str, str]]:
        """Why one sees the other on a day, and where."""
        schools = self.schools_of(student, day)
        taught = self._sections(staff, "teacher", day) & self._sections(student, "student", day)
        found = {
            ("teacher", one) for one in taught if self.classes[one]["schoolSourcedId"] in schools
        }
        found |= {("school", one) for one in self._places(staff, "principal", day) & schools}
        districts = self._places(staff, "districtAdministrator", day)
        return found | {
            ("district", self.parents[one]) for one in schools if self.parents[one] in districts
        }

    def _places(self, person: str, role: str, day: date) -> set[str]:
        stays = self.stays.get(person, [])
        return {at for as_, at, begin, end in stays if as_ == role and begin <= str(day) < end}

    def _sections(self, person: str, role: str, day: date) -> set[str]:
        return {
            link["classSourcedId"]
            for link in self.of_person.get(person, [])
            if link["role"] == role and self._is_on(link, day)
        }

    def _is_on(self, link: dict[str, str], day: date) -> bool:
        term = self.sessions[self.classes[link["classSourcedId"]]["termSourcedIds"]]
        first = link["beginDate"] or term["startDate"]
        return first <= str(day) < (link["endDate"] or term["endDate"])


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date:
    return date.fromisoformat(text)
