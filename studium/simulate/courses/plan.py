"""What to simulate and what came of it.

Enters: the size, the seed and the traps that a caller wants. Leaves: a checked `Plan`, and the
`SimulationReport` that `simulate` returns.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from studium.errors import MisuseError

FIRST_DAY = date(2024, 2, 26)
"""A Monday, so that the first ISO week is complete; the leap day falls into it."""

TRAPS = (
    "anonymous",
    "broken",
    "clock_skew",
    "duplicates",
    "extra_fields",
    "key_styles",
    "late",
    "mobile",
    "out_of_order",
    "prefixes",
    "string_payloads",
    "unicode",
    "unknown_durations",
)
"""Names of the switchable traps; each one off leaves data without that flaw."""

PACKAGE_TRAPS = (
    "dump_escapes",
    "dump_nulls",
    "dump_returns",
    "header_only",
    "odd_states",
    "other_courses",
    "user_rows",
)
"""Those of packages; logs have none of them."""

MOST_EVENTS = 1_000_000_000
MOST_FILES = 10_000
MOST_COURSES = 1_000
MOST_DAYS = 3_650
YEARS = (2000, 2150)


@dataclass(frozen=True)
class Plan:
    """Size, seed and traps of a simulation; the same plan gives the same bytes.

    `events` is the exact number of distinct, well-formed events; duplicates and broken lines come
    on top. `days` counts from `start`. Raises MisuseError for a value outside its bounds.
    """

    events: int = 300_000
    files: int = 6
    seed: int = 1
    courses: int = 3
    learners: int = 2_000
    days: int = 42
    start: date = FIRST_DAY
    traps: frozenset[str] = field(default_factory=lambda: frozenset((*TRAPS, *PACKAGE_TRAPS)))
    truth: bool = True
    packages: bool = False

    def __post_init__(self) -> None:
        _within("events", self.events, 1, MOST_EVENTS)
        _within("files", self.files, 1, min(MOST_FILES, self.events))
        _within("seed", self.seed, 0, 2**63 - 1)
        _within("courses", self.courses, 1, MOST_COURSES)
        _within("learners", self.learners, 1, MOST_EVENTS)
        _within("days", self.days, 1, MOST_DAYS)
        if not YEARS[0] <= self.start.year <= YEARS[1]:
            raise MisuseError(
                f"start is {self.start}",
                "simulation plan",
                f"Give a day of the years {YEARS[0]} to {YEARS[1]}.",
            )
        unknown = sorted(set(self.traps) - {*TRAPS, *PACKAGE_TRAPS})
        if unknown:
            raise MisuseError(
                f"no trap is called {unknown[0]!r}",
                "traps of the simulation plan",
                f"Choose among: {', '.join((*TRAPS, *PACKAGE_TRAPS))}.",
            )


@dataclass(frozen=True)
class SimulationReport:
    """What was written; `lines` = `events` + `duplicates` + `quarantined`, blank lines apart."""

    output: Path
    files: int
    lines: int
    events: int
    duplicates: int
    quarantined: int
    blank_lines: int
    reasons: dict[str, int]
    first_date: date
    last_date: date
    raw_bytes: int
    compressed_bytes: int
    packages: int = 0


def _within(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise MisuseError(
            f"{name} is {value!r}",
            "simulation plan",
            f"Give a whole number from {least} to {most}.",
        )
