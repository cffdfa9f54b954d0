"""What a funnel is, as somebody asks for it, and what is refused with the field, what is allowed and the nearest name.

Enters: steps and options. Leaves: a checked `Funnel` with its hash. Importing this stays cheap.
"""

from collections.abc import Collection, Sequence
from datetime import date
from difflib import get_close_matches
from hashlib import blake2b
from typing import Literal, get_args

from msgspec import Struct, json

from studium.errors import MisuseError

Order = Literal["ordered", "strict", "any"]
Tie = Literal["by_step", "strict"]
Counting = Literal["uniques", "totals"]
Reentry = Literal["best", "first"]
CLASSES = ("phantom", "new", "logged_in")
MOST_STEPS = 200
MOST_OPTIONAL = 6
DAY_SECONDS = 86_400


class Funnel(Struct, frozen=True, forbid_unknown_fields=True):
    """Pages of a course in an order; `optional` are numbers of steps, from 1.

    Entries count from `start` and before `end`, in UTC; what follows them may come up to a window later.
    `gaps_seconds` are the longest times between a step and the next. `exclude` are pages that may not be seen between
    two steps. With `by_class` people are told apart by who they were at each step. `totals` count attempts, one after
    the other; with `reentry` first later views of the first page begin none while one is on.
    """

    course_id: str
    steps: tuple[str, ...]
    window_seconds: int = 7 * DAY_SECONDS
    order: Order = "ordered"
    tie: Tie = "by_step"
    optional: tuple[int, ...] = ()
    gaps_seconds: tuple[int, ...] = ()
    exclude: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    by_class: bool = False
    counting: Counting = "uniques"
    reentry: Reentry = "best"

    @property
    def definition(self) -> str:
        """Equal for equal questions, whatever release they are put to."""
        return blake2b(json.encode(self), digest_size=8).hexdigest()

    @property
    def is_plain(self) -> bool:
        """Whether each entry has one chain: the earliest view of each next page."""
        return self.order == "ordered" and not (self.optional or self.gaps_seconds or self.exclude)


def check_funnel(funnel: Funnel, pages: Collection[str]) -> None:
    """Raise MisuseError for what cannot be asked; `pages` are those of the course."""
    if not 1 <= len(funnel.steps) <= MOST_STEPS:
        raise _refused(
            "steps",
            f"A funnel of {len(funnel.steps)} steps is none",
            f"Give 1 to {MOST_STEPS} pages",
        )
    for field in ("steps", "exclude"):
        _check_pages(field, getattr(funnel, field), pages)
    if funnel.window_seconds <= 0:
        raise _refused(
            "window",
            f"A window of {funnel.window_seconds} seconds holds nothing",
            "Give 1s or more",
        )
    _check_choices(funnel)
    _check_numbers(funnel)
    if funnel.start and funnel.end and funnel.start >= funnel.end:
        raise _refused(
            "from and to",
            f"No day is left from {funnel.start} to {funnel.end}",
            "Give a first day before the day that ends it",
        )


def nearest(name: str, names: Collection[str], instead: str) -> str:
    """A question that names what may be meant, else what to do instead."""
    close = get_close_matches(name, names, n=1, cutoff=0.3)
    return f"Did you mean {close[0]}?" if close else instead


def _check_pages(field: str, asked: Sequence[str], pages: Collection[str]) -> None:
    for page in asked:
        if page not in pages:
            raise _refused(
                field,
                f"The course has no page {page}",
                nearest(page, pages, "List its pages: studium query 'from content_nodes'"),
            )


def _check_choices(funnel: Funnel) -> None:
    for field, value, allowed in (
        ("order", funnel.order, get_args(Order)),
        ("tie", funnel.tie, get_args(Tie)),
        ("counting", funnel.counting, get_args(Counting)),
        ("reentry", funnel.reentry, get_args(Reentry)),
    ):
        if value not in allowed:
            raise _refused(
                field, f"{field} cannot be {value}", nearest(value, allowed, f"{allowed}")
            )
    if funnel.tie != "by_step" and funnel.order != "ordered":
        raise _refused(
            "tie", f"tie = {funnel.tie} goes with order = ordered alone", "Leave one of them out"
        )
    if funnel.order == "any" and (funnel.optional or funnel.gaps_seconds or funnel.exclude):
        raise _refused(
            "order",
            "order = any knows no neighbours: optional steps, gaps and excluded pages go with ordered and strict",
            "Leave them out, or ask with --order ordered",
        )
    for field, is_asked, what in (
        ("counting", funnel.counting == "totals", "Attempts are counted"),
        ("by", funnel.by_class, "Classes are told"),
    ):
        if is_asked and not funnel.is_plain:
            raise _refused(
                field,
                f"{what} where each entry has one chain: with order = ordered, without optional steps, gaps and"
                " excluded pages",
                f"Leave --{field} or the options out",
            )


def _check_numbers(funnel: Funnel) -> None:
    inner = range(2, len(funnel.steps))
    if len(funnel.optional) > MOST_OPTIONAL or any(it not in inner for it in funnel.optional):
        raise _refused(
            "optional",
            f"Steps {', '.join(map(str, funnel.optional))} cannot be optional",
            f"At most {MOST_OPTIONAL} numbers, neither the first step nor the last",
        )
    gaps = funnel.gaps_seconds
    if gaps and (len(gaps) != len(funnel.steps) - 1 or min(gaps) <= 0):
        raise _refused(
            "gaps",
            f"{len(gaps)} gaps do not fit {len(funnel.steps)} steps",
            f"Give {len(funnel.steps) - 1} times above 0, one between each step and the next",
        )


def _refused(field: str, problem: str, fix: str) -> MisuseError:
    return MisuseError(problem, f"funnel: {field}", fix)
