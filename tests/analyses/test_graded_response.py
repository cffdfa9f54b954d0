"""The graded response model: known parameters are found within their errors, published results are met."""

import numpy as np
import pytest

from studium.analyses.graded_response import (
    GradedItems,
    Numbers,
    ScoredAnswers,
    estimate_abilities,
    fit_items,
    weigh_abilities,
)
from studium.analyses.standard_errors import measure_errors, observed_information
from tests.analyses.answers import law_school_answers, simulate_answers


def test_published_results_of_the_law_school_test_are_met() -> None:
    """As the R package ltm gives them: estimates, standard errors, log likelihood."""
    answers = ScoredAnswers(law_school_answers(), np.full(5, 2))

    fit = fit_items(answers)
    errors = measure_errors(answers, fit)

    assert fit.is_converged
    assert fit.log_likelihood == pytest.approx(-2466.653, abs=0.001)
    assert fit.items.slopes == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.001)
    difficulties = [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236]
    assert fit.items.difficulties[:, 0] == pytest.approx(difficulties, abs=0.003)
    assert errors.slopes == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], abs=0.001)
    published = [0.8669, 0.3073, 0.0997, 0.4341, 0.8700]
    assert errors.difficulties[:, 0] == pytest.approx(published, abs=0.002)


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_known_parameters_are_found_within_their_errors(levels: int) -> None:
    known = simulate_answers(seed=levels, persons=3000, items=15, levels=levels)

    fit = fit_items(known.answers)
    errors = measure_errors(known.answers, fit)

    assert fit.is_converged
    slopes = (fit.items.slopes - known.slopes) / errors.slopes
    difficulties = (fit.items.difficulties - known.difficulties) / errors.difficulties
    assert np.abs(slopes).max() < 3.5
    assert np.abs(difficulties).max() < 3.5
    assert errors.slopes.max() < 0.2


def test_errors_cover_the_truth_as_often_as_they_say() -> None:
    """95 % intervals of 240 parameters in 12 tests: within three binomial standard deviations."""
    inside: list[bool] = []
    for seed in range(12):
        known = simulate_answers(seed=100 + seed, persons=800, items=10, levels=2)
        fit = fit_items(known.answers)
        errors = measure_errors(known.answers, fit)
        inside += (np.abs(fit.items.slopes - known.slopes) < 1.96 * errors.slopes).tolist()
        off = np.abs(fit.items.difficulties - known.difficulties) < 1.96 * errors.difficulties
        inside += off[:, 0].tolist()

    assert 0.908 <= np.mean(inside) <= 0.992


def test_abilities_are_found_and_their_errors_hold() -> None:
    known = simulate_answers(seed=3, persons=4000, items=20, levels=4)

    means, spreads = estimate_abilities(fit_items(known.answers).posterior)

    off = (means - known.abilities) / spreads
    assert np.corrcoef(means, known.abilities)[0, 1] > 0.94
    assert 0.93 < np.mean(np.abs(off) < 1.96) < 0.97
    assert abs(means.mean()) < 0.05


def test_information_is_minus_the_second_derivative() -> None:
    """Items of two and three levels, by differences of the log likelihood."""
    drawn = simulate_answers(seed=5, persons=400, items=4, levels=3).answers.chosen
    drawn[:, [0, 2]] = np.minimum(drawn[:, [0, 2]], 1)
    answers = ScoredAnswers(drawn, np.array([2, 3, 2, 3]))
    fit = fit_items(answers)

    information = observed_information(answers, fit)

    assert information == pytest.approx(_by_differences(answers, fit.items), abs=1e-3)


def test_the_estimate_is_a_maximum_whatever_the_start_of_persons() -> None:
    known = simulate_answers(seed=8, persons=500, items=6)
    turned = ScoredAnswers(known.answers.chosen[::-1].copy(), known.answers.levels)

    first, second = fit_items(known.answers), fit_items(turned)

    assert first.items.slopes == pytest.approx(second.items.slopes, abs=1e-9)
    hot = known.answers.one_hot()
    for change in (0.05, -0.05):
        moved = GradedItems(first.items.slopes + change, first.items.intercepts)
        assert weigh_abilities(moved, hot)[1] < first.log_likelihood


def test_an_item_that_turns_the_other_way_has_a_negative_discrimination() -> None:
    known = simulate_answers(seed=9, persons=2000, items=6, levels=2, missing=0.0)
    turned = known.answers.chosen.copy()
    turned[:, 0] = 1 - turned[:, 0]

    fit = fit_items(ScoredAnswers(turned, known.answers.levels))

    assert fit.items.slopes[0] < 0 < fit.items.slopes[1:].min()


def test_what_cannot_be_estimated_is_not_called_converged() -> None:
    """Two questions that everybody answers alike: the discriminations have no maximum."""
    chosen = np.repeat([[0, 0, 0], [1, 1, 1]], 40, axis=0)

    fit = fit_items(ScoredAnswers(chosen, np.full(3, 2)))

    assert not fit.is_converged
    assert np.all(np.isfinite(fit.items.slopes))


def _by_differences(answers: ScoredAnswers, items: GradedItems) -> Numbers:
    hot = answers.one_hot()
    full = np.concatenate([items.slopes[:, None], items.intercepts], axis=1)
    known = np.isfinite(full)
    steps = np.eye(int(known.sum())) * 1e-3

    def log_likelihood(change: Numbers) -> float:
        moved = full.copy()
        moved[known] += change
        return weigh_abilities(GradedItems(moved[:, 0], moved[:, 1:]), hot)[1]

    return np.array(
        [
            [
                log_likelihood(one - other)
                + log_likelihood(other - one)
                - log_likelihood(one + other)
                - log_likelihood(-one - other)
                for other in steps
            ]
            for one in steps
        ]
    ) / (4 * 1e-3**2)
