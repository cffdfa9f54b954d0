"""What a day before which events count leaves out: packages that are later, and whether anything is left.

Enters: the ledger, a day. Leaves: a `LeftOut`; a day before all events or all packages of somebody can be refused.
"""

from dataclasses import dataclass
from datetime import date

from studium.config import Workspace
from studium.errors import MisuseError
from studium.lake.deliveries.current import packages
from studium.lake.ledger import read_ledger

_MOST_NAMED = 3


@dataclass(frozen=True)
class LeftOut:
    """`later` counts packages by their day; `bare` are scopes of which no package is left.

    `first_event` is the day of the first event where none is before the day, else None.
    """

    as_of: date
    later: dict[str, int]
    bare: tuple[str, ...]
    first_event: str | None

    def said(self) -> list[str]:
        """Sentences for people; none where everything counts."""
        said = []
        if self.first_event:
            said.append(f"No event is before {self.as_of}: the first is of {self.first_event}")
        if self.later:
            number = sum(self.later.values())
            packages_of = "1 package of" if number == 1 else f"{number:,} packages of"
            days = sorted(self.later)
            between = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
            verb = "is later than" if number == 1 else "are later than"
            does = "does" if number == 1 else "do"
            said.append(f"{packages_of} {between} {verb} {self.as_of} and {does} not count")
        if self.bare:
            named = ", ".join(self.bare[:_MOST_NAMED])
            more = len(self.bare) - _MOST_NAMED
            said.append(f"No package is left of {named}{f' and {more:,} more' if more > 0 else ''}")
        return said


def left_out(workspace: Workspace, as_of: date | None) -> LeftOut | None:
    """What `as_of` leaves out; None without a day."""
    if as_of is None:
        return None
    later: dict[str, int] = {}
    left: dict[str, bool] = {}
    for package in packages(workspace):
        name = package.scope_id or "the whole site"
        is_late = package.dump_date > str(as_of)
        left[name] = left.get(name, False) or not is_late
        if is_late:
            later[package.dump_date] = later.get(package.dump_date, 0) + 1
    with read_ledger(workspace) as ledger:
        first = ledger.execute(
            "select min(event_date) from partitions where rows > duplicate_rows"
        ).fetchone()[0]
    bare = tuple(name for name, is_left in left.items() if not is_left)
    return LeftOut(as_of, later, bare, first if first and first >= str(as_of) else None)


def refuse_bare(workspace: Workspace, as_of: date | None) -> None:
    """Raise MisuseError for a day that leaves no event, or no package of somebody who has some."""
    found = left_out(workspace, as_of)
    if found is not None and (found.bare or found.first_event):
        raise MisuseError(
            ". ".join(found.said()),
            f"--as-of {as_of}",
            "Give a later day, or go on without them: --force",
        )
