"""The diary of a learner: writes down what happens and lets the time pass.

Enters: a plan and a learner's number. Leaves: the facts so far, with the clock, the session, the
course and the marks that the next fact will have.
"""

from collections import Counter
from math import log
from random import Random

from studium.simulate.courses.facts import SECOND, STRANGER, Fact
from studium.simulate.courses.plan import Plan


class Diary:
    """The facts of one learner while they are drawn; `clock` in microseconds since 1970."""

    def __init__(self, plan: Plan, learner: int) -> None:
        self.plan = plan
        self.learner = learner
        self.random = Random(f"{plan.seed}/learner/{learner}")
        self.facts: list[Fact] = []
        self.session = 0
        self.clock = 0
        self.course = -1
        self.marks = 0
        self.attempts: Counter[tuple[int, int]] = Counter()

    def emit(
        self, kind: str, item: int = 0, first: float = 0.0, second: float = 0.0, number: int = 0
    ) -> None:
        """Record that something happens now."""
        marks = self.marks if kind.endswith(("_video", "_transcript")) else self.marks & STRANGER
        self.facts.append(
            Fact(
                self.clock, self.learner, self.session, self.course,
                kind, item, first, second, number, marks,
            )
        )  # fmt: skip

    def wait(self, mean: float) -> None:
        """Let an exponentially distributed time pass, `mean` in seconds; sometimes a long break."""
        scale = mean * 25 if self.random.random() < 0.03 else mean
        self.clock += int(-log(1.0 - self.random.random()) * scale * SECOND) + 20_011

    def hurry(self, least: float, most: float) -> None:
        """Let a short, machine-made delay pass, in seconds."""
        self.clock += int(self.random.uniform(least, most) * SECOND)

    def count_attempt(self, item: int) -> int:
        """The number of the attempt that now begins at a problem, from 1."""
        self.attempts[self.course, item] += 1
        return self.attempts[self.course, item]
