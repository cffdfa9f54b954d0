"""Samejima's graded response model, estimated by marginal maximum likelihood.

Enters: answers as categories 0, 1, … per item. Leaves: discriminations and difficulties, and abilities of
persons. P(answer >= k | theta) = 1 / (1 + exp(-a (theta - b_k))), with theta standard normal.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

Numbers = NDArray[np.float64]

# Equally spaced points with normal weights: for smooth functions as exact as any rule, and fixed.
ABILITIES: Numbers = np.linspace(-6.0, 6.0, 61)
_PRIOR: Numbers = np.exp(-0.5 * ABILITIES**2) / np.exp(-0.5 * ABILITIES**2).sum()
_TINY = 1e-300
_STEEPEST = 10.0  # beyond it the points, 0.2 apart, do not see where an item turns
_TOLERANCE = 1e-6
_MOST_ROUNDS = 1000


@dataclass(frozen=True)
class ScoredAnswers:
    """`chosen` holds a row per person, a column per item: the category from 0, or -1 for no answer.

    `levels` is the number of categories of each item, each of which somebody chose.
    """

    chosen: NDArray[np.int64]
    levels: NDArray[np.int64]

    @property
    def most_levels(self) -> int:
        """Of any item; arrays over categories are padded to it."""
        return int(self.levels.max())

    def one_hot(self) -> sparse.csr_array:
        """Persons by (item, category), 1 where that was the answer."""
        persons, items = np.nonzero(self.chosen >= 0)
        columns = items * self.most_levels + self.chosen[persons, items]
        shape = (len(self.chosen), self.chosen.shape[1] * self.most_levels)
        ones = np.ones(len(persons))
        return sparse.csr_array((ones, (persons, columns)), shape=shape)


@dataclass(frozen=True)
class GradedItems:
    """Items as slopes (discriminations) and intercepts -a b_k, which fall from k to k + 1.

    Intercepts are padded with -inf for items with fewer categories than the one with the most.
    """

    slopes: Numbers
    intercepts: Numbers

    @property
    def difficulties(self) -> Numbers:
        """b_k per item and cut; NaN where the item has no such cut."""
        known = np.isfinite(self.intercepts)
        cuts = np.where(known, self.intercepts, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-cuts / self.slopes[:, None], dtype=np.float64)

    def at_least(self, abilities: Numbers = ABILITIES) -> Numbers:
        """P(answer >= k) by item, ability and k from 0 to the number of categories: first 1, last 0."""
        logits = self.slopes[:, None, None] * abilities[None, :, None] + self.intercepts[:, None, :]
        inner = expit(logits)
        ends = np.ones((*inner.shape[:2], 1)), np.zeros((*inner.shape[:2], 1))
        return np.concatenate([ends[0], inner, ends[1]], axis=2)

    def probabilities(self, abilities: Numbers = ABILITIES) -> Numbers:
        """P(answer = k) by item, ability and category."""
        reached = self.at_least(abilities)
        return np.asarray(reached[:, :, :-1] - reached[:, :, 1:], dtype=np.float64)


class Fit(NamedTuple):
    """Estimated items, how it ended, and the posterior of each person over ABILITIES."""

    items: GradedItems
    is_converged: bool
    rounds: int
    log_likelihood: float
    posterior: Numbers


class _Weighed(NamedTuple):
    """Posterior of each pattern over ABILITIES, and the log likelihood of all persons."""

    posterior: Numbers
    log_likelihood: float


@dataclass(frozen=True)
class _Patterns:
    """Who answered alike is weighed once: different rows of answers, as many of each, and whose they are."""

    hot: sparse.csr_array
    counts: NDArray[np.int64]
    of_persons: NDArray[np.int64]
    shape: tuple[int, int, int]

    def weigh(self, items: GradedItems) -> _Weighed:
        posterior, log_likelihoods = _weigh(items, self.hot)
        return _Weighed(posterior, float(log_likelihoods @ self.counts))

    def expect(self, posterior: Numbers) -> Numbers:
        """Expected numbers of answers by item, ability and category."""
        found: Numbers = self.hot.T @ (posterior * self.counts[:, None])
        return found.reshape(self.shape).transpose(0, 2, 1)


def _patterns(answers: ScoredAnswers) -> _Patterns:
    chosen, of_persons, counts = np.unique(
        answers.chosen, axis=0, return_inverse=True, return_counts=True
    )
    shape = (len(answers.levels), answers.most_levels, len(ABILITIES))
    hot = ScoredAnswers(chosen, answers.levels).one_hot()
    return _Patterns(hot, counts, of_persons.reshape(-1), shape)


def fit_items(answers: ScoredAnswers) -> Fit:
    """EM from a fixed start; not converged when parameters still move after 1,000 rounds.

    Items are better left out that all answered alike. Nothing is drawn by chance.
    """
    patterns = _patterns(answers)
    items = _start(answers)
    weighed = patterns.weigh(items)
    is_converged, rounds = False, 0
    while not is_converged and rounds < _MOST_ROUNDS:
        first = _round(items, weighed, patterns)
        middle = patterns.weigh(first)
        second = _round(first, middle, patterns)
        moved = _extrapolate(items, first, second)
        items, weighed = _better(moved, second, middle.log_likelihood, patterns)
        is_converged = _distance(first, second) < _TOLERANCE
        rounds += 2
    if items.slopes.sum() < 0:
        items = _turn(items)
        weighed = patterns.weigh(items)
    is_bounded = bool(np.all(np.abs(items.slopes) < _STEEPEST))
    posterior = weighed.posterior[patterns.of_persons]
    return Fit(items, is_converged and is_bounded, rounds, weighed.log_likelihood, posterior)


def weigh_abilities(items: GradedItems, hot: sparse.csr_array) -> tuple[Numbers, float]:
    """Posterior of each person over ABILITIES, and the marginal log likelihood of all answers."""
    posterior, log_likelihoods = _weigh(items, hot)
    return posterior, float(log_likelihoods.sum())


def _weigh(items: GradedItems, hot: sparse.csr_array) -> tuple[Numbers, Numbers]:
    """Posterior and log likelihood of each row."""
    logs = np.log(np.maximum(items.probabilities(), _TINY))  # item, ability, category
    by_answer = logs.transpose(0, 2, 1).reshape(hot.shape[1], len(ABILITIES))
    joint = hot @ by_answer
    joint += np.log(_PRIOR)
    top = joint.max(axis=1, keepdims=True)
    joint -= top
    np.exp(joint, out=joint)
    totals = joint.sum(axis=1, keepdims=True)
    joint /= totals
    return joint, (np.log(totals) + top)[:, 0]


def estimate_abilities(posterior: Numbers) -> tuple[Numbers, Numbers]:
    """Expected ability of each person given the answers, and its standard error."""
    means = posterior @ ABILITIES
    spreads = np.sqrt(np.maximum(posterior @ ABILITIES**2 - means**2, 0.0))
    return means, spreads


def _start(answers: ScoredAnswers) -> GradedItems:
    """Slopes of 1, and intercepts from how many answered at least in a category."""
    cuts = answers.most_levels - 1
    intercepts = np.full((len(answers.levels), cuts), -np.inf)
    for item, levels in enumerate(answers.levels):
        chosen = answers.chosen[:, item]
        given = chosen[chosen >= 0]
        for cut in range(1, int(levels)):
            share = (np.count_nonzero(given >= cut) + 0.5) / (len(given) + 1.0)
            intercepts[item, cut - 1] = 1.2 * np.log(share / (1 - share))
    return GradedItems(np.ones(len(answers.levels)), intercepts)


def _round(items: GradedItems, weighed: _Weighed, patterns: _Patterns) -> GradedItems:
    """One round of EM: expected numbers of answers at each ability, then better items for them."""
    expected = patterns.expect(weighed.posterior)
    for _ in range(3):
        items = _climb(items, expected)
    return items


def _climb(items: GradedItems, expected: Numbers) -> GradedItems:
    """A step of Fisher scoring for each item, halved until it is no step down."""
    scores, information = _score_and_information(items, expected)
    steps = np.linalg.solve(information, scores[..., None])[..., 0]
    size: Numbers = np.ones(len(items.slopes))
    before = _expected_log_likelihood(items, expected)
    for _ in range(30):
        moved = _move(items, steps * size[:, None])
        worse = ~(_expected_log_likelihood(moved, expected) >= before - 1e-10)
        if not worse.any():
            return moved
        size[worse] /= 2
    size[worse] = 0.0
    return _move(items, steps * size[:, None])


def _move(items: GradedItems, steps: Numbers) -> GradedItems:
    slopes = np.clip(items.slopes + steps[:, 0], -_STEEPEST, _STEEPEST)
    return GradedItems(slopes, items.intercepts + steps[:, 1:])


def _expected_log_likelihood(items: GradedItems, expected: Numbers) -> Numbers:
    """Per item; -inf where intercepts do not fall."""
    chances = items.probabilities()
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(chances, 0.0))
    logs = np.where(expected > 0, logs, 0.0)
    return np.asarray((expected * logs).sum(axis=(1, 2)), dtype=np.float64)


def derivatives(items: GradedItems) -> Numbers:
    """dP(answer = k) by item, ability, category and parameter: slope first, then intercepts."""
    reached = items.at_least()
    growth = reached * (1 - reached)  # of P(answer >= k) with its logit
    cuts = items.intercepts.shape[1]
    found = np.zeros((*reached.shape[:2], cuts + 1, cuts + 1))
    found[..., 0] = ABILITIES[None, :, None] * (growth[:, :, :-1] - growth[:, :, 1:])
    for cut in range(1, cuts + 1):
        found[:, :, cut, cut] = growth[:, :, cut]
        found[:, :, cut - 1, cut] = -growth[:, :, cut]
    return found


def _score_and_information(items: GradedItems, expected: Numbers) -> tuple[Numbers, Numbers]:
    chances = np.maximum(items.probabilities(), _TINY)
    slopes = derivatives(items)
    scores = np.einsum("iqk,iqkp->ip", expected / chances, slopes)
    persons = expected.sum(axis=2)
    weights = persons[:, :, None] / chances
    information = np.einsum("iqk,iqkp,iqkr->ipr", weights, slopes, slopes, optimize=True)
    padded = ~np.isfinite(items.intercepts)
    item, cut = np.nonzero(padded)
    information[item, cut + 1, cut + 1] = 1.0
    ridge = 1e-9 * np.trace(information, axis1=1, axis2=2)[:, None, None]
    return scores, information + ridge * np.eye(information.shape[1])


def _extrapolate(start: GradedItems, first: GradedItems, second: GradedItems) -> GradedItems:
    """Varadhan's squared extrapolation of two rounds: EM alone takes many small steps."""
    known = np.isfinite(start.intercepts)
    values = [np.concatenate([it.slopes, it.intercepts[known]]) for it in (start, first, second)]
    step = values[1] - values[0]
    bend = values[2] - values[1] - step
    length = np.sqrt((step @ step) / (bend @ bend)) if bend @ bend > 0 else 1.0
    factor = max(1.0, float(length))
    moved = values[0] + 2 * factor * step + factor**2 * bend
    intercepts = start.intercepts.copy()
    intercepts[known] = moved[len(start.slopes) :]
    slopes = np.clip(moved[: len(start.slopes)], -_STEEPEST, _STEEPEST)
    return GradedItems(slopes, intercepts)


def _better(
    moved: GradedItems, safe: GradedItems, least: float, patterns: _Patterns
) -> tuple[GradedItems, _Weighed]:
    """The extrapolated items unless they are none, or less likely than `least`; then the safe ones."""
    falls = np.all(np.diff(np.where(np.isfinite(moved.intercepts), moved.intercepts, -1e9)) <= 0)
    if falls and np.all(np.isfinite(moved.slopes)):
        weighed = patterns.weigh(moved)
        if weighed.log_likelihood >= least:
            return moved, weighed
    return safe, patterns.weigh(safe)


def _distance(left: GradedItems, right: GradedItems) -> float:
    known = np.isfinite(left.intercepts)
    cuts = np.abs(left.intercepts[known] - right.intercepts[known]).max()
    return float(max(np.abs(left.slopes - right.slopes).max(), cuts))


def _turn(items: GradedItems) -> GradedItems:
    """The same model with abilities counted the other way, so that most items discriminate upwards."""
    return replace(items, slopes=-items.slopes)
