"""Answers a funnel that somebody asks for, from the views of a course.

Enters: columns of views, a checked `Funnel`. Leaves: people of each class at each step, and the
median time since the step before.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studium.analyses.chains import Attempts, Matches, best_attempts, sorted_matches
from studium.analyses.content.definitions import Funnel
from studium.analyses.reach import Gap, Rule, Walk, filled_steps
from studium.analyses.successive import successive_attempts

_ALL = "all"
_MICRO = 1_000_000


class Reached(NamedTuple):
    """People of a class who came to a step, from 1; the median is not told where chains are not."""

    step: int
    people: str
    users: int
    median_seconds: float | None


def answer_funnel(
    views: Mapping[str, NDArray[Any]], funnel: Funnel, classes: tuple[str, ...]
) -> list[Reached]:
    """Rows by step and class, all people first; `views` has actor, moment, event, page and class.

    `page` is the number of the page in `funnel.steps + funnel.exclude`'s distinct ones in that order, else -1; `event`
    stands for the order of events of one time; `class` is a number in `classes`.
    """
    if funnel.is_plain:
        return _plain(views, funnel, classes)
    _, filled = _filled(views, funnel)
    return [Reached(step, _ALL, int(it.sum()), None) for step, it in enumerate(filled, start=1)]


def people_at_steps(views: Mapping[str, NDArray[Any]], funnel: Funnel) -> list[NDArray[np.int64]]:
    """Numbers of the people who came to each step, in order; `views` as `answer_funnel` wants them."""
    if funnel.is_plain:
        matches, _, found = _attempts(views, funnel)
        levels = [numbers for numbers, _ in found.levels]
        levels += [np.zeros(0, dtype=np.int64)] * (len(funnel.steps) - len(levels))
        return [np.unique(matches.units[found.entries[numbers]]) for numbers in levels]
    units, filled = _filled(views, funnel)
    return [units[it] for it in filled]


def _filled(
    views: Mapping[str, NDArray[Any]], funnel: Funnel
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """People, and whether each fills each step, by the options that look at neighbours."""
    fills, is_entry = _marks(views, funnel)
    pages = list(dict.fromkeys((*funnel.steps, *funnel.exclude)))
    excluded = np.isin(views["page"], [pages.index(page) for page in funnel.exclude])
    order = _order(views, fills)
    rule = Rule(
        funnel.window_seconds * _MICRO,
        funnel.order,
        funnel.tie == "by_step",
        tuple(it * _MICRO for it in funnel.gaps_seconds) or None,
        tuple(it - 1 for it in funnel.optional),
        (Gap(excluded[order], 0, len(funnel.steps) - 1),) if funnel.exclude else (),
    )
    actors, moments = (views[name].astype(np.int64)[order] for name in ("actor", "moment"))
    return filled_steps(Walk(actors, moments, fills[:, order], is_entry[order]), rule)


def _marks(
    views: Mapping[str, NDArray[Any]], funnel: Funnel
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """A row per step of which views fill it, and which views may begin an attempt."""
    pages = list(dict.fromkeys((*funnel.steps, *funnel.exclude)))
    fills = np.array([views["page"] == pages.index(page) for page in funnel.steps], dtype=np.bool_)
    moments = views["moment"].astype(np.int64)
    is_entry = (moments >= _micro(funnel.start, moments, 0)) & (
        moments < _micro(funnel.end, moments, 1)
    )
    if funnel.counting == "uniques" and funnel.reentry == "first":
        is_entry &= _first_of_each(views, moments, fills[0] & is_entry)
    return fills, is_entry


def _attempts(
    views: Mapping[str, NDArray[Any]], funnel: Funnel
) -> tuple[Matches, NDArray[np.int64], Attempts]:
    """Views by the steps that they fill, in order; which view each was; the attempts that count."""
    fills, is_entry = _marks(views, funnel)
    steps, rows = np.nonzero(fills)
    matches, order = sorted_matches(
        Matches(
            views["actor"].astype(np.int64)[rows],
            views["moment"].astype(np.int64)[rows],
            views["event"].astype(np.int64)[rows],
            steps,
            np.where((steps == 0) & is_entry[rows], 0, -1),
        )
    )
    is_tie_order = funnel.tie == "by_step"
    window = funnel.window_seconds * _MICRO
    if funnel.counting == "totals":
        found = successive_attempts(
            matches, window, is_tie_order=is_tie_order, keeps_first=funnel.reentry == "first"
        )
    else:
        found = best_attempts(matches, window, is_tie_order=is_tie_order)
    return matches, rows[order], found


def _plain(
    views: Mapping[str, NDArray[Any]], funnel: Funnel, classes: tuple[str, ...]
) -> list[Reached]:
    matches, rows, found = _attempts(views, funnel)
    class_of = views["class"][rows]
    before = found.entries.copy()
    answer = []
    for step in range(len(funnel.steps)):
        nobody = (np.zeros(0, dtype=np.int64),) * 2
        numbers, seen = found.levels[step] if step < len(found.levels) else nobody
        gaps = matches.times[seen] - matches.times[before[numbers]]
        before[numbers] = seen
        names = (_ALL, *classes) if funnel.by_class else (_ALL,)
        for name in names:
            mine = gaps if name == _ALL else gaps[class_of[seen] == classes.index(name)]
            middle = float(np.median(mine)) / _MICRO if step and len(mine) else None
            answer.append(Reached(step + 1, name, len(mine), middle))
    return answer


def _first_of_each(
    views: Mapping[str, NDArray[Any]], moments: NDArray[np.int64], may_enter: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Of the views that may begin an attempt the first of each person."""
    rows = np.flatnonzero(may_enter)
    actors = views["actor"].astype(np.int64)[rows]
    order = np.lexsort((views["event"][rows], moments[rows], actors))
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = actors[order][1:] != actors[order][:-1]
    found = np.zeros(len(moments), dtype=np.bool_)
    found[rows[order[is_first]]] = True
    return found


def _order(views: Mapping[str, NDArray[Any]], fills: NDArray[np.bool_]) -> NDArray[np.int64]:
    """By person, time, smallest step that the view fills, event; what fills none comes last."""
    smallest = np.where(fills.any(axis=0), fills.argmax(axis=0), len(fills))
    return np.lexsort((views["event"], smallest, views["moment"], views["actor"]))


def _micro(day: date | None, moments: NDArray[np.int64], otherwise: int) -> int:
    """Microseconds since 1970 of the beginning of a day; without one what holds every moment."""
    if day is None:
        every = (moments.min(), moments.max() + 1) if len(moments) else (0, 0)
        return int(every[otherwise])
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * _MICRO
