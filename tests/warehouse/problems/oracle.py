"""Problems and items, computed naively from an invented package.

Enters: a package, the rows of person_course, events as (course, username, url_name, date). Leaves: rows of the marts,
their numbers rounded. Rules: ../shared/specs/edx_person_course.md §2.19.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import stdev
from typing import Any

from tests.warehouse.problems.package import (
    CONTENT,
    COURSES,
    GRADERS,
    TYPES,
    Package,
    State,
    module_id,
)

Row = tuple[Any, ...]
Check = tuple[str, str, str, date]


@dataclass(frozen=True)
class Item:
    """A row of course_item, as far as other tables need it."""

    course: str
    problem: str
    answer: str
    max_grade: float
    nid: int
    problem_nid: int


def answered(package: Package, compat: bool) -> list[State]:
    """States with answers."""
    return [s for s in package.latest if s.items and not (compat and s.grade is None)]


def _places() -> dict[str, tuple[int, str, str, int, int]]:
    """url_name -> content index, type, section path, chapter number, section number."""
    chapters: list[str] = []
    sections: dict[str, list[str]] = defaultdict(list)
    found: dict[str, tuple[int, str, str, int, int]] = {}
    for index, (category, name, path, kind, _, _) in enumerate(CONTENT, start=1):
        if category == "chapter":
            chapters.append(name)
        elif category == "sequential":
            sections[chapters[-1]].append(name)
        elif category == "problem" and name not in found:
            _, chapter, section, *_ = (path or "").split("/")
            numbers = chapters.index(chapter) + 1, sections[chapter].index(section) + 1
            found[name] = (index, kind or "", section, *numbers)
    return found


def course_items(package: Package, compat: bool) -> tuple[list[Item], list[Row]]:
    """Items in their order, and rows of course_item: the columns that are not copied from the content."""
    places, items, rows = _places(), [], []
    for course, _ in COURSES:
        chosen = _chosen(package, course, compat)
        chosen.sort(key=lambda found: (places[found[0]][0], *_order(found, compat)))
        problems = list(dict.fromkeys(problem for problem, *_ in chosen))
        for nid, (problem, answer, top, responses) in enumerate(chosen, start=1):
            mine = [found for found in chosen if found[0] == problem]
            place = mine.index((problem, answer, top, responses)) + 1
            item = Item(course, problem, answer, top, nid, problems.index(problem) + 1)
            named = _named(problem, problems, compat)
            weight, short = named[:2]
            items.append(item)
            rows.append(
                (
                    *(course, nid, answer, problem, item.problem_nid, short.partition("__")[0]),
                    *(round(float(weight / len(mine)), 9), responses, *named[2:]),
                    *(top, place, len(mine), f"{short}_{place}"),
                )
            )
    return items, rows


def _named(problem: str, problems: list[str], compat: bool) -> tuple[Any, ...]:
    """Weight of a problem, its short name, and what course_item says of its assignment."""
    places = _places()
    index, kind, section, *numbers = places[problem]
    weights = {name: 1.0 if w is None else w for _, name, _, _, w, _ in reversed(CONTENT)}
    together = [name for name in problems if places[name][1:3] == (kind, section)]
    sections = list(dict.fromkeys(p[2] for p in places.values() if p[1] == kind))
    label = {k: short or k for k, _, short in GRADERS}.get(kind, kind)
    share = _share(kind, compat)
    total = sum(Fraction(str(weights[name])) for name in together)
    weight = Fraction(str(weights[problem])) * share / len(sections)
    number = together.index(problem) + 1
    return (
        weight / total if total else Fraction(0),
        f"{label}_{sections.index(section) + 1}__{number}",
        f"{kind}_ch{numbers[0]}_sec{numbers[1]}",
        *(len(together), float(share), len(sections), index, number),
    )


def _share(kind: str, compat: bool) -> Fraction:
    for known, weight, _ in GRADERS:
        if known == kind:
            return Fraction(str(weight))
    return Fraction(1 if compat else 0)


def _chosen(package: Package, course: str, compat: bool) -> list[tuple[str, str, float, int]]:
    """(problem, answer id, max_grade, responses) of items with more than five responses."""
    tops: dict[tuple[str, str], Counter[float]] = defaultdict(Counter)
    for state in answered(package, compat):
        if state.course == course and state.name in _places():
            for answer, _ in state.items:
                tops[state.name, answer][state.max_grade or 0.0] += 1
    if compat:
        return [(*k, top, n) for k, found in tops.items() for top, n in found.items() if n > 5]
    return [
        (*key, max(found, key=lambda top: (found[top], top)), found.total())
        for key, found in tops.items()
        if found.total() > 5
    ]


def _order(found: tuple[str, str, float, int], compat: bool) -> tuple[Any, ...]:
    _, answer, top, _ = found
    return (answer, top) if compat else tuple(int(part) for part in answer.split("_")[-2:])


def person_problems(package: Package, items: Iterable[Item], compat: bool) -> list[Row]:
    """Rows of person_problem: user, course, problem_nid, score, percent, grade, attempts, date."""
    rows = []
    for state in answered(package, compat):
        right = dict(state.items)
        mine = [i for i in items if (i.course, i.problem) == (state.course, state.name)]
        scores = [right[i.answer] == "correct" for i in mine if i.answer in right]
        if scores:
            percent = 100 * sum(scores) / len(scores)
            rows.append(
                (
                    *(state.user, state.course, mine[0].problem_nid, sum(scores), percent),
                    *(state.grade, state.attempts or 0, state.created),
                )
            )
    return rows


def course_problems(persons: list[Row], items: list[Item]) -> list[Row]:
    """course, nid, problem, mean and deviation of the score, mean percentage, persons."""
    rows = []
    for course, nid, name in {(i.course, i.problem_nid, i.problem) for i in items}:
        mine = [row for row in persons if row[1:3] == (course, nid)]
        scores = [row[3] for row in mine]
        spread = round(stdev(scores), 9) if len(scores) > 1 else None
        percents = sum(row[4] for row in mine) / len(mine)
        mean = round(sum(scores) / len(scores), 9)
        rows.append((course, nid, name, mean, spread, round(percents, 9), len(mine)))
    return rows


def first_attempts(persons: list[Row], people: list[dict[str, Any]]) -> list[Row]:
    """Rows of problem_first_attempt_correct, without percentages."""
    known = {(row["course_id"], row["user_id"]): row for row in people}
    counts: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for user, course, nid, _, percent, _, attempts, _ in persons:
        person = known.get((course, user))
        groups = [g for g in ("certified", "completed", "explored") if person and person[g]]
        groups.append("all")
        is_right = attempts == 1 and percent == 100
        if person:
            counts[course, nid].update(groups + [f"{g} at once" for g in groups if is_right])
    return [
        (
            *key,
            *(
                n
                for g in ("certified", "completed", "explored", "all")
                for n in (c[f"{g} at once"], c[g])
            ),
        )
        for key, c in counts.items()
    ]


def chapter_grades(package: Package) -> list[Row]:
    """course, user, chapter, points that could be had, points, median, largest possible."""
    graded: dict[str, str] = {}
    for category, name, path, _, _, flag in CONTENT:
        if category == "problem" and name not in graded:
            graded[name] = (path or "").split("/")[1] if str(flag).lower() == "true" else ""
    sums: dict[tuple[str, str], dict[int, list[State]]] = defaultdict(lambda: defaultdict(list))
    for state in package.latest:
        if state.category == "problem" and state.grade is not None and graded.get(state.name):
            sums[state.course, graded[state.name]][state.user].append(state)
    rows = []
    for (course, chapter), users in sums.items():
        points = sorted(sum(s.grade or 0 for s in states) for states in users.values())
        tops = {
            user: sum(s.max_grade for s in states if s.max_grade is not None)
            if any(s.max_grade is not None for s in states)
            else None
            for user, states in users.items()
        }
        chmax = max((top for top in tops.values() if top is not None), default=None)
        for user, states in users.items():
            rows.append(
                (
                    *(course, user, module_id(course, "chapter", chapter), tops[user]),
                    round(sum(s.grade or 0 for s in states), 9),
                    *(round(points[(len(points) - 1) // 2], 9), chmax),
                )
            )
    return rows


def shown_shares(
    package: Package, people: list[dict[str, Any]], shown: set[tuple[str, str, str]]
) -> list[Row]:
    """Rows of show_answer_stats_by_user: course, user, then n_problems_seen to the last share."""
    rows = []
    for person in people:
        mine = [
            s
            for s in package.latest
            if (s.course, s.user, s.category) == (person["course_id"], person["user_id"], "problem")
        ]
        if person["forumRoles_isStudent"] not in (1, None) or not mine:
            continue
        kinds = (
            mine,
            [s for s in mine if s.grade is None],
            [s for s in mine if s.grade is not None],
            [s for s in mine if None not in (s.grade, s.max_grade) and s.grade >= s.max_grade],  # type: ignore[operator]
            [s for s in mine if s.grade],
        )
        seen = [
            sum((s.course, person["username"], s.name) in shown for s in kind) for kind in kinds
        ]
        shares = [
            round(100 * n / len(kind), 9) if kind else None
            for n, kind in zip(seen, kinds, strict=True)
        ]
        rows.append((person["course_id"], person["user_id"], *map(len, kinds), *seen, *shares))
    return rows


def attempts_correct(
    package: Package,
    people: list[dict[str, Any]],
    shown: set[tuple[str, str, str]],
    compat: bool,
) -> list[Row]:
    """Rows of stats_attempts_correct: course, user, then percent_correct to frac_complete."""
    mine: dict[tuple[str, int], list[State]] = defaultdict(list)
    for state in answered(package, compat):
        mine[state.course, state.user].append(state)
    viewed = {(p["course_id"], p["user_id"]): p["username"] for p in people if p["viewed"]}
    most: Counter[str] = Counter()
    for (course, user), states in mine.items():
        if (course, user) in viewed:
            most[course] = max(most[course], len(states))
    rows = []
    for (course, user), states in mine.items():
        if (course, user) in viewed:
            marks = [mark == "correct" for state in states for _, mark in state.items]
            problems = {name for c, u, name in shown if (c, u) == (course, viewed[course, user])}
            rows.append(
                (
                    *(course, user, round(100 * sum(marks) / len(marks), 9), len(marks)),
                    *(len(problems), len(states), most[course]),
                    round(len(states) / most[course], 9),
                )
            )
    return rows


def problem_days(
    package: Package, checks: list[Check], items: list[Item], compat: bool
) -> list[Row]:
    """Rows of person_problem_day: course, username, problem, date, attempts, type."""
    names = {(course, user): name for course, user, name in package.users if name}
    logged = Counter([] if compat else checks)
    counted = {(i.course, i.problem) for i in items}
    known = {check[:3] for check in logged}
    for state in answered(package, compat):
        name = names.get((state.course, state.user))
        place = (state.course, name, state.name)
        is_counted = (state.course, state.name) in counted if compat else place not in known
        if name and is_counted:
            logged[(*place, state.created.date())] += state.attempts or 0  # type: ignore[index]
    places = _places()
    return [(*key, n, TYPES.get(key[2]) if key[2] in places else None) for key, n in logged.items()]
