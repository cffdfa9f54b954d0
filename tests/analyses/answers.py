"""Answers whose parameters are known: simulated ones, and a published small test.

Enters: a seed and sizes. Leaves: arrays.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studium.analyses.graded_response import GradedItems, Numbers, ScoredAnswers


class Simulated(NamedTuple):
    """Answers, and what they were drawn from."""

    answers: ScoredAnswers
    slopes: Numbers
    difficulties: Numbers
    abilities: Numbers


def simulate_answers(
    seed: int, persons: int, items: int, levels: int = 3, missing: float = 0.1
) -> Simulated:
    """Draw from a graded response model with discriminations of 0.7 to 2.2; answers miss at random."""
    random = np.random.default_rng(seed)
    slopes = random.uniform(0.7, 2.2, items)
    difficulties = np.sort(random.normal(0, 1, (items, levels - 1)), axis=1)
    difficulties += 0.3 * np.arange(levels - 1)
    abilities = random.normal(size=persons)
    model = GradedItems(slopes, -slopes[:, None] * difficulties)
    reached = model.at_least(abilities)[:, :, 1:-1].transpose(1, 0, 2)
    chosen = (random.random((persons, items))[:, :, None] < reached).sum(axis=2)
    chosen[random.random((persons, items)) < missing] = -1
    answers = ScoredAnswers(chosen.astype(np.int64), np.full(items, levels))
    return Simulated(answers, slopes, difficulties, abilities)


# Section 6 of the Law School Admission Test, 1,000 persons, 5 questions (Bock and Lieberman 1970): how often
# each pattern of right and wrong answers was given.
_PATTERNS = """
    00000 3 00001 6 00010 2 00011 11 00100 1 00101 1 00110 3 00111 4 01000 1 01001 8 01011 16
    01101 3 01110 2 01111 15 10000 10 10001 29 10010 14 10011 81 10100 3 10101 28 10110 15
    10111 80 11000 16 11001 56 11010 21 11011 173 11100 11 11101 61 11110 28 11111 298
"""


def law_school_answers() -> NDArray[np.int64]:
    """A row per person, a column per question: 1 is right, 0 wrong."""
    words = _PATTERNS.split()
    rows = [
        [int(digit) for digit in pattern]
        for pattern, count in zip(words[::2], words[1::2], strict=True)
        for _ in range(int(count))
    ]
    return np.array(rows)
