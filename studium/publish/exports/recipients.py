"""For whom rows leave: what they get of each table, in place of what the release holds.

Enters: a table of a release. Leaves: the table as the recipient has it, and where its rows are. Roles come from the
server's rights; by itself this room knows the operator alone, who has everything but personal columns unasked.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from msgspec.structs import replace

from studium.publish.release import quoted
from studium.vocabulary import Table


class Recipient(Protocol):
    """Somebody for whom rows leave."""

    @property
    def name(self) -> str:
        """How READMEs and the audit log call them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Paragraphs about what was changed for them."""

    def table(self, table: Table) -> Table | None:
        """The columns that they get, in the types in which they get them; None: nothing of it."""

    def rows(self, table: Table) -> tuple[str, Mapping[str, Any]]:
        """SQL of the rows that they get, and values of its parameters."""


class Operator(NamedTuple):
    """Whoever runs the program: true names, and personal columns where they are asked for."""

    personal: bool = False

    @property
    def name(self) -> str:
        """Nobody else."""
        return "operator"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the file holds that its reader must keep."""
        kept = "names and personal columns" if self.personal else "names of people"
        return (f"For the operator: with true {kept}, where the table has them.",)

    def table(self, table: Table) -> Table | None:
        """The table, without personal columns unless they are wanted."""
        personal = () if self.personal or table.rights is None else table.rights.personal
        return replace(table, columns=[it for it in table.columns if it.name not in personal])

    def rows(self, table: Table) -> tuple[str, Mapping[str, Any]]:
        """The table as it stands."""
        return quoted(table.name), {}
