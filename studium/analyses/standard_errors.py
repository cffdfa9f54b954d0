"""How sure the items of a graded response model are: the observed information at its estimate.

Enters: a fit. Leaves: standard errors. Information of the marginal likelihood by Louis' identity: what
complete data would tell, less what is lost because abilities are not seen.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studium.analyses.graded_response import (
    ABILITIES,
    Fit,
    GradedItems,
    Numbers,
    ScoredAnswers,
    derivatives,
)

_TINY = 1e-300
_NEGLIGIBLE = 1e-10  # of a person's posterior: two thirds of the work, no digit of the result
_PERSONS_AT_ONCE = 2_000


class StandardErrors(NamedTuple):
    """Of discriminations per item, of difficulties per item and cut; NaN where not defined."""

    slopes: Numbers
    difficulties: Numbers


def measure_errors(answers: ScoredAnswers, fit: Fit) -> StandardErrors:
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


def observed_information(answers: ScoredAnswers, fit: Fit) -> Numbers:
    """Minus the second derivative of the log likelihood, over slopes and intercepts item by item."""
    items, posterior = fit.items, fit.posterior
    known = np.concatenate(
        [np.ones((len(items.slopes), 1), bool), np.isfinite(items.intercepts)], axis=1
    )
    chances = np.maximum(items.probabilities(), _TINY)
    scores = derivatives(items) / chances[..., None]  # item, ability, category, parameter
    complete = _complete_information(answers, items, posterior, scores)
    total = _block_diagonal(complete, known)
    chosen, first, counts = np.unique(
        answers.chosen, axis=0, return_index=True, return_counts=True
    )  # who answered alike loses alike
    weights = posterior[first]
    for start in range(0, len(chosen), _PERSONS_AT_ONCE):
        part = slice(start, start + _PERSONS_AT_ONCE)
        alike = _Alike(chosen[part], weights[part], np.sqrt(counts[part])[:, None])
        total -= _lost_information(alike, scores, known)
    return total


def _complete_information(
    answers: ScoredAnswers, items: GradedItems, posterior: Numbers, scores: Numbers
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


class _Alike(NamedTuple):
    """Different rows of answers, their posteriors, and the root of how many persons gave each."""

    chosen: NDArray[np.int64]
    posterior: Numbers
    roots: Numbers


def _lost_information(alike: _Alike, scores: Numbers, known: NDArray[np.bool_]) -> Numbers:
    """Sum over persons of the posterior covariance of their scores.

    An item has as many categories as parameters, so that `known` tells which of both are no padding.
    """
    given = np.zeros((len(alike.chosen), *known.shape))
    rows, items = np.nonzero(alike.chosen >= 0)
    given[rows, items, alike.chosen[rows, items]] = 1.0
    means = alike.roots * _mean_scores(given, alike.posterior, scores)[:, known]
    total = -means.T @ means
    answers = alike.roots * given[:, known]
    for ability in range(len(ABILITIES)):
        likely = np.flatnonzero(alike.posterior[:, ability] > _NEGLIGIBLE)
        rooted = np.sqrt(alike.posterior[likely, ability])[:, None] * answers[likely]
        by_answer = _block_diagonal(scores[:, ability], known)
        total += by_answer.T @ (rooted.T @ rooted) @ by_answer
    return np.asarray(total, dtype=np.float64)


def _mean_scores(given: Numbers, posterior: Numbers, scores: Numbers) -> Numbers:
    """By row, item and parameter."""
    means = np.zeros_like(given)
    for category in range(given.shape[2]):
        by_ability = scores[:, :, category].transpose(1, 0, 2)
        expected = np.tensordot(posterior, by_ability, axes=1)
        means += given[:, :, category, None] * expected
    return means


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
