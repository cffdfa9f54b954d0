"""From scores of learners on problems to what the statistics want, and back to rows of tables.

Enters: scores of one course as arrays. Leaves: rows, in an order and with digits that depend on nothing else.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studium.analyses.graded_response import Numbers, ScoredAnswers, estimate_abilities, fit_items
from studium.analyses.reliability import measure_reliability
from studium.analyses.standard_errors import measure_errors

LEAST_PERSONS = 50
LEAST_ITEMS = 3
_LEAST_ANSWERS = 5
_SHARE_OF_BEST = 0.15
_DIGITS = 6  # beyond them the number of threads shows

Row = tuple[Any, ...]


class CourseScores(NamedTuple):
    """A row per learner and a column per problem, in the order of their numbers; NaN for no answer.

    `raw` are points, `percent` the same in percent of the problem's items.
    """

    user_ids: NDArray[np.int64]
    problem_nids: NDArray[np.int64]
    raw: Numbers
    percent: Numbers


class CourseRows(NamedTuple):
    """Rows of item_reliabilities (without its label), item_irt_grm and person_irtgrm_theta.

    All without course_id; those of items with the position in the model instead of compat's number.
    """

    reliabilities: list[Row]
    items: list[Row]
    abilities: list[Row]


def analyse_scores(scores: CourseScores, compat: bool) -> CourseRows:
    """All statistics of a course; no model for fewer than 50 learners or 3 problems that vary."""
    items, abilities = _model(scores, compat)
    return CourseRows(_reliabilities(scores), items, abilities)


class Grading(NamedTuple):
    """Answers by level for the items whose scores vary: which ones, and where each level begins."""

    answers: ScoredAnswers
    items: NDArray[np.int64]
    first_scores: list[Numbers]


def grade(raw: Numbers, least: int) -> Grading:
    """Scores as levels 0, 1, …; a level of fewer than `least` learners is one with its neighbour."""
    chosen = np.full(raw.shape, -1, dtype=np.int64)
    items: list[int] = []
    first_scores: list[Numbers] = []
    for item in range(raw.shape[1]):
        has = ~np.isnan(raw[:, item])
        starts = _levels(raw[has, item], least)
        if len(starts) > 1:
            chosen[has, item] = np.searchsorted(starts, raw[has, item], side="right") - 1
            items.append(item)
            first_scores.append(starts)
    kept = np.array(items, dtype=np.int64)
    levels = np.array([len(starts) for starts in first_scores], dtype=np.int64)
    return Grading(ScoredAnswers(chosen[:, kept], levels), kept, first_scores)


def _levels(given: Numbers, least: int) -> Numbers:
    """The scores with which levels begin: small levels join the one below, the lowest the one above."""
    values, counts = np.unique(given, return_counts=True)
    starts: list[float] = []
    sizes: list[int] = []
    for value, count in zip(values, counts, strict=True):
        if starts and (count < least or sizes[-1] < least):
            sizes[-1] += int(count)
        else:
            starts.append(float(value))
            sizes.append(int(count))
    return np.array(starts)


def _model(scores: CourseScores, compat: bool) -> tuple[list[Row], list[Row]]:
    present = _with_answers(scores, 0.0 if compat else -1.0)
    found = _fit(scores, present, compat)
    if compat and found is not None and not found[2]:
        # As published: where it did not come to rest, once more without the weakest.
        best = np.nansum(np.nanmax(np.where(np.isnan(scores.percent), -np.inf, scores.percent), 0))
        found = _fit(scores, _with_answers(scores, _SHARE_OF_BEST * float(best)), compat) or found
    return ([], []) if found is None else found[:2]


def _with_answers(scores: CourseScores, beyond: float) -> NDArray[np.bool_]:
    """Learners with an answer whose scores sum to more than `beyond`."""
    has = ~np.isnan(scores.percent)
    return np.asarray(has.any(axis=1) & (np.where(has, scores.percent, 0.0).sum(axis=1) > beyond))


def _fit(
    scores: CourseScores, present: NDArray[np.bool_], compat: bool
) -> tuple[list[Row], list[Row], bool] | None:
    grading = grade(scores.raw[present], 1 if compat else _LEAST_ANSWERS)
    if np.count_nonzero(present) < LEAST_PERSONS or len(grading.items) < LEAST_ITEMS:
        return None
    fit = fit_items(grading.answers)
    errors = measure_errors(grading.answers, fit)
    rows: list[Row] = []
    for place, item in enumerate(grading.items):
        for cut, first in enumerate(grading.first_scores[place][1:]):
            numbers = (
                fit.items.difficulties[place, cut],
                fit.items.slopes[place],
                errors.difficulties[place, cut],
                errors.slopes[place],
            )
            nid = int(scores.problem_nids[item])
            rounded = [_number(value) for value in numbers]
            rows.append((nid, cut + 1, int(first), *rounded, fit.is_converged, place + 1))
    means, spreads = estimate_abilities(fit.posterior)
    answered = np.any(grading.answers.chosen >= 0, axis=1).tolist()
    abilities = [
        (int(user), _number(mean), _number(spread))
        for user, mean, spread, has in zip(
            scores.user_ids[present], means, spreads, answered, strict=True
        )
        if has
    ]
    return rows, abilities, fit.is_converged


def _reliabilities(scores: CourseScores) -> list[Row]:
    found = measure_reliability(scores.percent)
    return [
        (
            int(nid),
            f"y{nid}",
            int(found.answers[item]),
            *(
                _number(values[item])
                for values in (found.means, found.alpha_without, found.item_test, found.item_rest)
            ),
            _number(found.alpha),
        )
        for item, nid in enumerate(scores.problem_nids)
    ]


def _number(value: Any) -> float | None:
    """None for what is not defined; -0.0 is 0.0."""
    number = round(float(value), _DIGITS) + 0.0
    return number if math.isfinite(number) else None
