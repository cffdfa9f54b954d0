"""First half of a simulation: the facts of some learners, their truth, and a spill file.

Enters: a plan and a range of learners. Leaves: a `Shard` with the truth, and its facts on disk,
sorted by time, so that the second half can write log files without holding everything.
"""

import marshal
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from studium.simulate.courses.campus import draw_budgets, live
from studium.simulate.courses.facts import LATE, TWIN_FAR, Fact
from studium.simulate.courses.packages import (
    Spool,
    SpoolWriter,
    account_of,
    memberships_of,
    spool_learner,
)
from studium.simulate.courses.plan import Plan
from studium.simulate.courses.traps import mark_facts
from studium.simulate.courses.truth import Truth, person_course_lines

CHUNK = 500
LEAST_EVENTS = 12_500
MOST_SHARDS = 100
PERSON_COURSE_TABLE = "person_course"


@dataclass(frozen=True)
class ShardTask:
    """Which learners to simulate, with their budgets, and where to spill."""

    plan: Plan
    first_learner: int
    budgets: tuple[int, ...]
    path: Path


@dataclass(frozen=True)
class Spill:
    """Facts on disk in chunks: the time of each chunk's first fact, and where it starts."""

    path: Path
    first_times: tuple[int, ...]
    offsets: tuple[int, ...]

    def read(self, start: int, end: int) -> Iterator[Fact]:
        """The facts with start <= time < end, in order of time."""
        begin = max(0, bisect_right(self.first_times, start - 1) - 1)
        stop = bisect_left(self.first_times, end)
        with self.path.open("rb") as file:
            file.seek(self.offsets[begin])
            for _ in range(begin, stop):
                # Our own file of a moment ago: nobody else's bytes are read here.
                facts = map(Fact._make, marshal.load(file))  # noqa: S302
                yield from (fact for fact in facts if start <= fact.time < end)


@dataclass(frozen=True)
class Shard:
    """What became of a ShardTask; `strays` are the facts that a later file will hold."""

    times: NDArray[np.int64]
    spill: Spill
    strays: tuple[Fact, ...]
    truth: Truth | None
    spool: Spool | None = None


def plan_shards(plan: Plan, folder: Path) -> list[ShardTask]:
    """Split the learners into parts of about equal work, whatever the number of processes."""
    budgets = draw_budgets(plan)
    goal = max(LEAST_EVENTS, plan.events // MOST_SHARDS)
    numbers = np.cumsum(budgets) // goal
    starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), plan.learners]
    return [
        ShardTask(plan, start, tuple(budgets[start:end].tolist()), folder / f"facts-{index:04d}")
        for index, (start, end) in enumerate(pairwise(starts))
        if end > start
    ]


def simulate_shard(task: ShardTask) -> Shard:
    """Draw the facts of a task's learners, count their truth, and spill them."""
    plan = task.plan
    truth = Truth() if plan.truth else None
    spool = SpoolWriter(task.path.with_suffix(".spool")) if plan.packages else None
    facts: list[Fact] = []
    for learner, budget in enumerate(task.budgets, start=task.first_learner):
        own = live(plan, learner, budget) if budget else []
        mark_facts(plan, own, Random(f"{plan.seed}/traps/{learner}"))
        if spool:
            _dump_learner(plan, learner, own, spool)
        if truth and own:
            truth.add_learner(plan, learner, own)
        facts.extend(own)
    facts.sort()
    times = np.fromiter((fact.time for fact in facts), dtype=np.int64, count=len(facts))
    strays = tuple(fact for fact in facts if fact.marks & (LATE | TWIN_FAR))
    spill = _spill(facts, task.path)
    return Shard(times, spill, strays, truth, spool.close() if spool else None)


def _dump_learner(plan: Plan, learner: int, facts: list[Fact], spool: SpoolWriter) -> None:
    """What the platform's database has about a learner, also about one without any event."""
    account = account_of(plan, learner)
    members = memberships_of(plan, learner, facts)
    spool_learner(plan, account, members, spool)
    if plan.truth:
        lines = person_course_lines(plan, account, members, facts)
        spool.add(-1, PERSON_COURSE_TABLE, lines)


def _spill(facts: list[Fact], path: Path) -> Spill:
    first_times: list[int] = []
    offsets: list[int] = []
    rest = iter(facts)
    with path.open("wb") as file:
        while chunk := list(islice(rest, CHUNK)):
            first_times.append(chunk[0].time)
            offsets.append(file.tell())
            marshal.dump([tuple(fact) for fact in chunk], file)
    return Spill(path, tuple(first_times), tuple(offsets))
