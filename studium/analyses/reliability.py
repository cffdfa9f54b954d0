"""Reliability of a test: Cronbach's alpha and how each item goes with the others.

Enters: scores as an array, persons in rows, items in columns, NaN where there is no answer. Leaves: arrays.
Covariances are over the persons who answered both items, as Stata's `alpha` does by default.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Reliability(NamedTuple):
    """`alpha` of all items, and one number per item; NaN where a number is not defined.

    `alpha_without` is alpha of the other items, `item_test` the correlation with a person's mean over
    all answered items, `item_rest` with the mean over the other answered items.
    """

    alpha: float
    answers: NDArray[np.int64]
    means: Numbers
    alpha_without: Numbers
    item_test: Numbers
    item_rest: Numbers


def measure_reliability(scores: Numbers) -> Reliability:
    """Everything that `Reliability` names, for items that vary; the others get NaN and do not count."""
    answered = ~np.isnan(scores)
    counts = answered.sum(axis=0)
    means = _divide(np.where(answered, scores, 0.0).sum(axis=0), counts)
    covariances = pairwise_covariances(scores)
    varies = np.diag(covariances) > 0
    used = np.flatnonzero(varies)
    alpha_without = np.full(scores.shape[1], np.nan)
    item_test, item_rest = alpha_without.copy(), alpha_without.copy()
    totals = np.where(answered[:, used], scores[:, used], 0.0).sum(axis=1)
    numbers = answered[:, used].sum(axis=1)
    for item in used:
        others = used[used != item]
        alpha_without[item] = alpha_of(covariances[np.ix_(others, others)])
        has = answered[:, item]
        own = scores[has, item]
        item_test[item] = _correlate(own, totals[has] / numbers[has])
        has_rest = numbers[has] > 1
        rest = (totals[has] - own)[has_rest] / (numbers[has] - 1)[has_rest]
        item_rest[item] = _correlate(own[has_rest], rest)
    alpha = alpha_of(covariances[np.ix_(used, used)])
    return Reliability(alpha, counts, means, alpha_without, item_test, item_rest)


def pairwise_covariances(scores: Numbers) -> Numbers:
    """Sample covariances (n - 1), each over the persons with both scores; NaN for fewer than two."""
    answered = ~np.isnan(scores)
    shift = _divide(np.where(answered, scores, 0.0).sum(axis=0), answered.sum(axis=0))
    centred = np.where(answered, scores - shift, 0.0)
    flags = answered.astype(np.float64)
    both = flags.T @ flags
    sums = centred.T @ flags  # of the row's item, over persons with both
    return _divide(centred.T @ centred - _divide(sums * sums.T, both), both - 1)


def alpha_of(covariances: Numbers) -> float:
    """Cronbach's alpha from covariances of items: k c / (v + (k - 1) c), with mean c and v.

    Pairs that nobody answered both are left out of c. NaN for fewer than two items.
    """
    items = len(covariances)
    if items < 2:
        return float("nan")
    variances = np.diag(covariances)
    pairs = covariances[~np.eye(items, dtype=bool)]
    known = pairs[~np.isnan(pairs)]
    if not known.size:
        return float("nan")
    covariance, variance = known.mean(), variances.mean()
    return float(items * covariance / (variance + (items - 1) * covariance))


def _correlate(left: Numbers, right: Numbers) -> float:
    if len(left) < 2:
        return float("nan")
    left, right = left - left.mean(), right - right.mean()
    size = np.sqrt((left @ left) * (right @ right))
    return float(left @ right / size) if size > 0 else float("nan")


def _divide(numbers: Numbers, by: NDArray[np.generic]) -> Numbers:
    """NaN where the divisor is not positive."""
    found: Numbers = np.full(np.shape(numbers), np.nan)
    divisor = np.asarray(by, dtype=np.float64)
    np.divide(numbers, divisor, out=found, where=divisor > 0)
    return found
