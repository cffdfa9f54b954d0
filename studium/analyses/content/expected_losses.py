"""How many people a step of a tutorial should lose, and which steps lose more.

Enters: of each step of a month who came to the page before and who went on. Leaves: the share that pages like it
lose, its own excess with an interval, and whether it is flagged. The logit of that share is kind + position + subject +
tutorial + page. Tutorials and pages are random and shrunk; a few pages that lose many do not move the rest (weights
of Huber, spread by the median).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

LEAST_STEPS = 30  # of a month: with fewer nobody knows what is usual
FALSE_SHARE = 0.05  # of what is flagged (Benjamini and Hochberg)
_RIDGE = 0.1
_HUBER = 1.345
_ROUNDS = 40
_MIDDLE = 0.6744897501960817  # median of |normal|
_LEAST_VARIANCE = 1e-4


class Steps(NamedTuple):
    """Of each step its tutorial, its traits as columns of numbers from 0, who was at the page before, who went on."""

    tutorials: Whole
    traits: tuple[Whole, ...]
    before: Whole
    kept: Whole


class Losses(NamedTuple):
    """`excess` is the shrunk share beyond what is expected, `low` and `high` its 90 % interval.

    Of a tutorial at most one step is `flagged`.
    """

    expected: Numbers
    excess: Numbers
    low: Numbers
    high: Numbers
    flagged: NDArray[np.bool_]


class _Fit(NamedTuple):
    """Logits of the share that stops, the variance of their estimate, and that of pages by the median."""

    logits: Numbers
    variances: Numbers
    of_pages: float


def expected_losses(steps: Steps) -> Losses:
    """What each step loses beyond its like; steps of 0 people, and fewer than `LEAST_STEPS`, are refused."""
    from scipy.special import betainc, betaincinv, expit

    if len(steps.before) < LEAST_STEPS or steps.before.min() <= 0:
        raise ValueError(f"{len(steps.before)} steps are too few, or nobody came to one")
    fit = _fitted(steps)
    count = steps.before.astype(np.float64)
    lost = count - steps.kept
    expected = expit(fit.logits)
    spread = expected * (1 - expected)
    # The share that would be seen of a usual page: chance, its own ways, and what is not known of the usual.
    variance = spread / count + spread**2 * (fit.of_pages + fit.variances)
    strength = np.maximum(spread / np.minimum(variance, spread * 0.99) - 1, 1e-6)
    seen = np.clip((lost - 0.5) / count, 0, 1)
    chance = 1 - betainc(strength * expected, strength * (1 - expected), seen)
    # The page's own share: a beta prior as strong as all pages say, outliers among them, and what was seen.
    prior = 1 / np.maximum(spread * _of_all_pages(lost, count, expected, fit), 1e-6)
    ones, others = prior * expected + lost, prior * (1 - expected) + steps.kept
    share = ones / (ones + others)
    excess = share - expected
    # As sure as the share itself, and as what is expected of it.
    unsure = share * (1 - share) / (ones + others + 1) + spread**2 * fit.variances
    sure = np.maximum(share * (1 - share) / unsure - 1, 1e-6)
    low, high = (
        betaincinv(sure * share, sure * (1 - share), part) - expected for part in (0.05, 0.95)
    )
    is_more = _discoveries(chance) & (low > 0)
    flagged = _first_of_each(steps.tutorials, np.where(is_more, excess * count, -1.0))
    return Losses(expected, excess, low, high, flagged & is_more)


def _fitted(steps: Steps) -> _Fit:
    """Weighted least squares of working logits, again until nothing moves, as for a logistic regression."""
    from scipy.special import expit

    columns = _columns(steps.traits)
    _, tutorials = np.unique(steps.tutorials, return_inverse=True)
    count = steps.before.astype(np.float64)
    shares = (count - steps.kept + 0.5) / (count + 1)
    logits = np.full(len(count), np.log(shares.mean() / (1 - shares.mean())))
    of_pages, of_tutorials, weights = 0.01, 0.01, np.ones(len(count))
    for _ in range(_ROUNDS):
        expected = expit(logits)
        spread = np.maximum(expected * (1 - expected), 1e-4)
        working = logits + (shares - expected) / spread
        chance = 1 / (count * spread)
        solved, variances, effects = _solved(
            columns, tutorials, working, (weights / (chance + of_pages), 1 / of_tutorials)
        )
        move = np.abs(solved - logits).max()
        logits = solved
        residuals = working - logits
        of_pages = _spread_by_median(residuals, np.maximum(chance - variances, chance / 4))
        of_tutorials = max(float(np.mean(effects)), _LEAST_VARIANCE)
        sizes = np.abs(residuals) / np.sqrt(chance + of_pages)
        weights = np.minimum(1.0, _HUBER / np.maximum(sizes, 1e-9))
        if move < 1e-6:
            break
    return _Fit(logits, variances, of_pages)


def _columns(traits: tuple[Whole, ...]) -> Numbers:
    """A column of ones, then one per value of each trait; that they sum to each other the ridge settles."""
    parts = [np.ones((len(traits[0]), 1))]
    for trait in traits:
        values, places = np.unique(trait, return_inverse=True)
        parts.append(np.eye(len(values))[places])
    return np.hstack(parts)


def _solved(
    columns: Numbers, tutorials: Whole, working: Numbers, precisions: tuple[Numbers, float]
) -> tuple[Numbers, Numbers, Numbers]:
    """Fitted logits, their variances, and the squared effect of each tutorial with its variance.

    Tutorials are many and each its own: they are eliminated first, so what is solved is as large as the columns.
    """
    weights, of_tutorials = precisions
    held = np.bincount(tutorials, weights) + of_tutorials
    sums = np.array([np.bincount(tutorials, weights * column) for column in columns.T]).T
    mean = sums / held[:, None]
    ridge = np.full(columns.shape[1], _RIDGE)
    ridge[0] = 1e-6
    normal = (columns.T * weights) @ columns - mean.T @ sums + np.diag(ridge)
    of_working = np.bincount(tutorials, weights * working)
    right = columns.T @ (weights * working) - mean.T @ of_working
    inverse = np.linalg.inv(normal)
    fixed = inverse @ right
    effects = (of_working - sums @ fixed) / held
    apart = columns - mean[tutorials]
    variances = np.einsum("ij,jk,ik->i", apart, inverse, apart) + 1 / held[tutorials]
    logits = columns @ fixed + effects[tutorials]
    return logits, variances, effects**2 + 1 / held


def _spread_by_median(residuals: Numbers, chance: Numbers) -> float:
    """The variance of pages with which the median residual is as large as one of a normal."""
    low, high = 0.0, 4.0
    sizes = np.abs(residuals)
    if np.median(sizes / np.sqrt(chance)) <= _MIDDLE:
        return 0.0
    for _ in range(50):
        middle = (low + high) / 2
        is_less = np.median(sizes / np.sqrt(chance + middle)) > _MIDDLE
        low, high = (middle, high) if is_less else (low, middle)
    return high


def _of_all_pages(lost: Numbers, count: Numbers, expected: Numbers, fit: _Fit) -> float:
    """The variance of the logits of pages, those that lose many among them."""
    spread = np.maximum(expected * (1 - expected), 1e-4)
    residuals = (lost / count - expected) / spread
    weights = 1 / (1 / (count * spread) + fit.of_pages)
    found = float(np.average(residuals**2 - 1 / (count * spread), weights=weights))
    return max(found, fit.of_pages, _LEAST_VARIANCE)


def _discoveries(chance: Numbers) -> NDArray[np.bool_]:
    """Steps of which at most `FALSE_SHARE` is there by chance."""
    order = np.argsort(chance, kind="stable")
    limits = FALSE_SHARE * np.arange(1, len(chance) + 1) / len(chance)
    is_under = chance[order] <= limits
    found = np.zeros(len(chance), dtype=np.bool_)
    if is_under.any():
        found[order[: np.flatnonzero(is_under)[-1] + 1]] = True
    return found


def _first_of_each(tutorials: Whole, scores: Numbers) -> NDArray[np.bool_]:
    """The step of each tutorial with the highest score, of equal ones the first."""
    order = np.lexsort((np.arange(len(scores)), -scores, tutorials))
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = tutorials[order][1:] != tutorials[order][:-1]
    found = np.zeros(len(order), dtype=np.bool_)
    found[order[is_first]] = True
    return found
