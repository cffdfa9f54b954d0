"""What became of files, days and promises: the evidence that goes from room to room.

Enters: nothing. Leaves: `InputFile`, `EventDay`, `CheckOutcome`, the same for lake, warehouse and releases.
"""

from datetime import date
from pathlib import Path

from msgspec import Struct

from studium.vocabulary.scopes import Scope


class OddColumn(Struct, frozen=True):
    """A column with values that did not fit and are NULL in their rows: `times` in all, `line` and `value` of the first
    one.
    """

    column: str
    times: int
    line: int
    value: str


class InputFile(Struct, frozen=True, rename={"path": "name", "dataset": "table"}):
    """A landed file: lines == events + table_rows + duplicates + quarantined + skipped.

    `sha256` is the ledger's name of the file, `content` the SHA-256 of its bytes, which is the same for a log. A
    delivery has a format, a table where it holds one, a scope (the site has no `scope_id`) and a day; where the scope
    is a course, `course_id` names it, as older manifests do. `area` is whose datasets it holds, `reached` how many of
    its rows count in each of them: none of a dump that a newer one replaced; `odd` lists values that are NULL in its
    rows because they did not fit. A manifest calls `path` name and
    `dataset` table.
    """

    path: str
    sha256: str
    lines: int
    events: int = 0
    duplicates: int = 0
    quarantined: int = 0
    skipped: int = 0
    table_rows: int = 0
    content: str = ""
    dataset: str | None = None
    course_id: str | None = None
    scope: str | None = None
    scope_id: str | None = None
    dump_date: str | None = None
    format: str = ""
    bytes: int = 0
    state: str = ""
    landed_at: str = ""
    damage: str | None = None
    area: str = ""
    reached: dict[str, int] = {}
    odd: list[OddColumn] = []

    @property
    def holder(self) -> Scope | None:
        """Whose rows it holds; None for a file of an old manifest that does not say."""
        if self.scope:
            return Scope(self.scope, self.scope_id or "")
        return Scope("course", self.course_id) if self.course_id else None


class EventDay(Struct, frozen=True):
    """The events of one date: `rows` in the Parquet files `paths`, of which those in `duplicates` do not count.

    `fingerprint` changes whenever any of it does.
    """

    day: date
    fingerprint: str
    paths: tuple[Path, ...]
    duplicates: Path | None = None
    rows: int = 0
    duplicate_rows: int = 0


class CheckOutcome(Struct, frozen=True):
    """A promise as it ended: `status` is "pass", "warn", "fail" or "error", `failures` the rows that break it.

    `model` is the table that it is about, `area` whose it is, `relation` the view of the warehouse that holds the rows.
    """

    name: str
    status: str
    failures: int = 0
    model: str = ""
    seconds: float = 0.0
    relation: str = ""
    area: str = ""

    @property
    def show(self) -> str:
        """The command that prints the rows."""
        return f"studium check --show {self.name}"
