"""Reliability: against values computed by hand and published ones, with and without gaps."""

import numpy as np
import pytest

from studium.analyses.reliability import alpha_of, measure_reliability, pairwise_covariances
from tests.analyses.answers import law_school_answers

# By hand. Variances 5/3, 5/3 and 11/12; covariances 1, 7/6 and 5/6: their sum is 3, so c = 1 and
# v = 17/12; alpha = 3 / (17/12 + 2) = 36/41.
SMALL = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, 1.0], [3.0, 4.0, 2.0], [4.0, 3.0, 3.0]])


def test_alpha_by_hand() -> None:
    found = measure_reliability(SMALL)

    assert pairwise_covariances(SMALL) == pytest.approx(
        np.array([[5 / 3, 1, 7 / 6], [1, 5 / 3, 5 / 6], [7 / 6, 5 / 6, 11 / 12]])
    )
    assert found.alpha == pytest.approx(36 / 41)
    # Of two items: 2 c / (v + c).
    assert found.alpha_without == pytest.approx(
        [2 * (5 / 6) / (31 / 24 + 5 / 6), 2 * (7 / 6) / (31 / 24 + 7 / 6), 2 / (5 / 3 + 1)]
    )


def test_correlations_by_hand() -> None:
    found = measure_reliability(SMALL)

    # Sums 4, 4, 9, 10 and, without the first item, 3, 2, 6, 6.
    assert found.item_test[0] == pytest.approx(11.5 / np.sqrt(5 * 30.75))
    assert found.item_rest[0] == pytest.approx(6.5 / np.sqrt(5 * 12.75))
    assert found.answers.tolist() == [4, 4, 4]
    assert found.means.tolist() == [2.5, 2.5, 1.75]


def test_alpha_of_the_law_school_test_is_as_published() -> None:
    """R's ltm, cronbach.alpha(LSAT): 0.295."""
    assert measure_reliability(law_school_answers().astype(float)).alpha == pytest.approx(
        0.295, abs=0.0005
    )


def test_alpha_is_the_usual_formula_where_nothing_is_missing() -> None:
    scores = np.random.default_rng(1).normal(size=(50, 6)).cumsum(axis=1)
    usual = 6 / 5 * (1 - scores.var(axis=0, ddof=1).sum() / scores.sum(axis=1).var(ddof=1))

    assert measure_reliability(scores).alpha == pytest.approx(usual)


def test_gaps_count_pair_by_pair() -> None:
    scores = SMALL.copy()
    scores[0, 1] = np.nan

    covariances = pairwise_covariances(scores)

    kept = SMALL[1:]
    assert covariances[0, 1] == pytest.approx(np.cov(kept[:, 0], kept[:, 1])[0, 1])
    assert covariances[0, 2] == pytest.approx(np.cov(SMALL[:, 0], SMALL[:, 2])[0, 1])
    assert covariances[1, 1] == pytest.approx(kept[:, 1].var(ddof=1))
    assert measure_reliability(scores).answers.tolist() == [4, 3, 4]


def test_what_is_not_defined_is_nan() -> None:
    same = np.array([[1.0, 1.0, 5.0], [1.0, 2.0, 5.0], [1.0, 3.0, np.nan]])

    found = measure_reliability(same)

    assert np.isnan(found.alpha)
    assert np.isnan(found.item_test[[0, 2]]).all()
    assert found.item_test[1] == pytest.approx(1.0)
    assert np.isnan(found.item_rest).all()
    assert found.means.tolist() == [1.0, 2.0, 5.0]
    assert np.isnan(alpha_of(np.ones((1, 1))))
    assert np.isnan(measure_reliability(np.full((3, 2), np.nan)).alpha)
