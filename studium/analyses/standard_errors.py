"""How sure the items of a graded response model are: the observed information at its estimate.

Enters: a fit. Leaves: standard errors. Information of the marginal likelihood by Louis' identity: what
complete data would tell, less what is lost because abilities are not seen.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studium.analyses.graded_response import (
    ABILITIES,
    Answers,
    Fit,
    GradedItems,
    Numbers,
    derivatives,
)

_TINY = 1e-300
_NEGLIGIBLE = 1e-10  # of a person's posterior: two thirds of the work, no digit of the result
_PERSONS_AT_ONCE = 2_000


class StandardErrors(NamedTuple):
    """Of discriminations per item, of difficulties per item and cut; NaN where not defined."""

    slopes: Numbers
    difficulties: Numbers


def measure_errors(answers: Answers, fit: Fit) -> StandardErrors:
    """Errors of all parameters; all NaN when the likelihood is flat in some direction."""
    items = fit.items
    known = np.concatenate(
        [np.ones((len(items.slopes), 1), bool), np.isfinite(items.intercepts)], axis=1
    )
    information = observed_information(answers, fit)
    errors = np.full((*known.shape, known.shape[1]), np.nan)
    try:
        np.linalg.cholesky(information)
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return _errors(items, errors)
    place = np.full(known.shape, -1)
    place[known] = np.arange(np.count_nonzero(known))
    for item in range(len(items.slopes)):
        own = place[item][known[item]]
        errors[np.ix_([item], known[item], known[item])] = covariance[np.ix_(own, own)]
    return _errors(items, errors)


def observed_information(answers: Answers, fit: Fit) -> Numbers:
    """Minus the second derivative of the log likelihood, over slopes and intercepts item by item."""
    items, posterior = fit.items, fit.posterior
    known = np.concatenate(
        [np.ones((len(items.slopes), 1), bool), np.isfinite(items.intercepts)], axis=1
    )
    chances = np.maximum(items.probabilities(), _TINY)
    scores = derivatives(items) / chances[..., None]  # item, ability, category, parameter
    complete = _complete_information(answers, items, posterior, scores)
    total = _block_diagonal(complete, known)
    for start in range(0, len(posterior), _PERSONS_AT_ONCE):
        part = slice(start, start + _PERSONS_AT_ONCE)
        total -= _lost_information(answers.chosen[part], posterior[part], scores, known)
    return total


def _complete_information(
    answers: Answers, items: GradedItems, posterior: Numbers, scores: Numbers
) -> Numbers:
    """Per item: expected minus second derivatives of the log likelihood if abilities were seen."""
    shape = (len(answers.levels), answers.most_levels, len(ABILITIES))
    expected = (answers.one_hot().T @ posterior).reshape(shape).transpose(0, 2, 1)
    reached = items.at_least()
    bend = reached * (1 - reached) * (1 - 2 * reached)
    ratio = expected / np.maximum(items.probabilities(), _TINY)
    cuts = items.intercepts.shape[1]
    second = np.zeros((len(items.slopes), cuts + 1, cuts + 1))
    per_ability = (ratio * (bend[:, :, :-1] - bend[:, :, 1:])).sum(axis=2)
    second[:, 0, 0] = per_ability @ ABILITIES**2
    for cut in range(1, cuts + 1):
        change = bend[:, :, cut] * (ratio[:, :, cut] - ratio[:, :, cut - 1])
        second[:, cut, cut] = change.sum(axis=1)
        second[:, 0, cut] = second[:, cut, 0] = change @ ABILITIES
    squares = np.einsum("iqk,iqkp,iqkr->ipr", expected, scores, scores, optimize=True)
    return np.asarray(squares - second, dtype=np.float64)


def _lost_information(
    chosen: NDArray[np.int64], posterior: Numbers, scores: Numbers, known: NDArray[np.bool_]
) -> Numbers:
    """Sum over persons of the posterior covariance of their scores."""
    parameters = int(np.count_nonzero(known))
    means = np.zeros((len(chosen), parameters))
    total = np.zeros((parameters, parameters))
    for ability in range(len(ABILITIES)):
        likely = np.flatnonzero(posterior[:, ability] > _NEGLIGIBLE)
        weights = posterior[likely, ability]
        found = _scores_of_persons(chosen[likely], scores[:, ability], known)
        means[likely] += weights[:, None] * found
        rooted = np.sqrt(weights)[:, None] * found
        total += rooted.T @ rooted
    return np.asarray(total - means.T @ means, dtype=np.float64)


def _scores_of_persons(
    chosen: NDArray[np.int64], scores: Numbers, known: NDArray[np.bool_]
) -> Numbers:
    """A row per person, a column per parameter; `scores` by item, category and parameter."""
    persons, items = np.nonzero(chosen >= 0)
    answered = scores[items, chosen[persons, items]]
    place = np.full(known.shape, -1)
    place[known] = np.arange(np.count_nonzero(known))
    found = np.zeros((len(chosen), int(np.count_nonzero(known))))
    for parameter in range(known.shape[1]):
        has = known[items, parameter]
        found[persons[has], place[items[has], parameter]] = answered[has, parameter]
    return found


def _block_diagonal(blocks: Numbers, known: NDArray[np.bool_]) -> Numbers:
    parameters = int(np.count_nonzero(known))
    found = np.zeros((parameters, parameters))
    start = 0
    for block, has in zip(blocks, known, strict=True):
        size = int(np.count_nonzero(has))
        found[start : start + size, start : start + size] = block[np.ix_(has, has)]
        start += size
    return found


def _errors(items: GradedItems, covariances: Numbers) -> StandardErrors:
    """Slopes directly, difficulties b = -c / a by the delta method."""
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    slopes = items.slopes[:, None]
    cuts = np.where(np.isfinite(items.intercepts), items.intercepts, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_cut, by_slope = -1 / slopes, cuts / slopes**2
        spread = (
            by_cut**2 * variances[:, 1:]
            + by_slope**2 * variances[:, :1]
            + 2 * by_cut * by_slope * covariances[:, 0, 1:]
        )
        return StandardErrors(np.sqrt(variances[:, 0]), np.sqrt(spread))
