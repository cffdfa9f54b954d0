"""Chains found by trying all of them, written from the definition of a funnel and from nothing else.

Enters: events of one person as (time, pages that they show), steps as pages. Leaves: the steps that an attempt fills.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations, product
from typing import NamedTuple


class Event(NamedTuple):
    """`number` tells events of one time apart; a page may be several steps, or none."""

    time: int
    number: int
    page: str


class Asked(NamedTuple):
    """A funnel: each step is a page."""

    steps: str
    window: int
    order: str = "ordered"
    is_tie_order: bool = True
    gaps: tuple[int, ...] | None = None
    optional: tuple[int, ...] = ()
    exclude: str = ""
    entries: tuple[int, int] = (-(10**9), 10**9)


def events_of(text: str) -> list[Event]:
    """`A1 B2` are two events."""
    return [Event(int(it[1:]), number, it[0]) for number, it in enumerate(text.split())]


def in_order(events: Sequence[Event], asked: Asked) -> list[Event]:
    """By time, smallest step that the event fills (none is last), number."""

    def key(event: Event) -> tuple[int, int, int]:
        step = asked.steps.find(event.page)
        return event.time, step if step >= 0 else len(asked.steps), event.number

    return sorted(events, key=key)


def filled(events: Sequence[Event], asked: Asked) -> set[int]:
    """Numbers of the steps that some attempt fills."""
    if asked.order == "any":
        return _in_any_order(events, asked)
    return {step for chain in all_chains(events, asked) for step, _ in chain}


def best_chain(events: Sequence[Event], asked: Asked) -> list[Event]:
    """The earliest of the longest chains."""
    ordered = in_order(events, asked)
    chains = list(all_chains(events, asked))
    if not chains:
        return []
    best = min(chains, key=lambda chain: (-len(chain), [place for _, place in chain]))
    return [ordered[place] for _, place in best]


def all_chains(events: Sequence[Event], asked: Asked) -> Iterator[list[tuple[int, int]]]:
    """Every valid chain as (step, place in the order)."""
    ordered = in_order(events, asked)

    def grow(chain: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        yield chain
        after = range(chain[-1][0] + 1, len(asked.steps))
        steps = [to for to in after if all(it in asked.optional for it in range(after.start, to))]
        for new in product(steps, range(len(ordered))):
            if _may_follow(ordered, asked, chain, new):
                yield from grow([*chain, new])

    for place, event in enumerate(ordered):
        if event.page == asked.steps[0] and asked.entries[0] <= event.time < asked.entries[1]:
            yield from grow([(0, place)])


def _may_follow(
    ordered: Sequence[Event], asked: Asked, chain: list[tuple[int, int]], new: tuple[int, int]
) -> bool:
    (step, place), (before, last) = new, chain[-1]
    event, neighbour = ordered[place], ordered[last]
    between = ordered[last + 1 : place]
    return (
        event.page == asked.steps[step]
        and place > last
        and event.time - ordered[chain[0][1]].time <= asked.window
        and (asked.is_tie_order or event.time > neighbour.time)
        and (asked.gaps is None or event.time - neighbour.time <= sum(asked.gaps[before:step]))
        and (asked.order != "strict" or all(it.page == asked.steps[before] for it in between))
        and not any(it.page in asked.exclude for it in between)
    )


def _in_any_order(events: Sequence[Event], asked: Asked) -> set[int]:
    """Steps 0 to n - 1, where n distinct events within the window can fill n steps."""
    for size in range(len(asked.steps), 0, -1):
        for chosen in combinations(events, size):
            times = [event.time for event in chosen]
            is_near = max(times) - min(times) <= asked.window
            if is_near and any(
                all(event.page == page for event, page in zip(chosen, pages, strict=True))
                for pages in permutations(asked.steps, size)
            ):
                return set(range(size))
    return set()
