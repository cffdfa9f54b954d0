"""For whom the operator takes rows out: a role of the server gets from a file what it would get from the API.

Enters: a workspace, the id of a release, a role. Leaves: a `RoleRecipient` for exports and packages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from studium.config import Workspace
from studium.publish import find_release
from studium.serve.accounts.secrets import load_secrets
from studium.serve.rights import Principal, Role, View, guard_query, is_visible, visible_columns
from studium.serve.rights.rows import INNER_PAD, OUTER_PAD
from studium.vocabulary import Table

_PSEUDONYM = "Pseudonym of {}, the same in all that leaves this workspace for this recipient."


@dataclass(frozen=True)
class RoleRecipient:
    """Somebody of a role, with all courses: which of them leave is the operator's choice."""

    role: Role
    view: View
    tables: Mapping[str, Table]
    pads: tuple[bytes, bytes]

    @property
    def name(self) -> str:
        """The role."""
        return self.role.value

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done, and what it does not protect from."""
        notes = [
            f"For a {self.name.replace('_', ' ')}: what the role is shown by the server, and no personal columns."
        ]
        if self.view.is_pseudonymous:
            notes.append(
                "People have pseudonyms, made with a key of the workspace. A pseudonym hides a name, not a person: "
                "year of birth, country, education and times of learning together are often unique, and values may "
                "be joined with other files. Rows stand in the order of what is shown."
            )
        if self.view.hides_under:
            notes.append(f"Counts of fewer than {self.view.hides_under} people are empty.")
        return tuple(notes)

    def table(self, table: Table) -> Table | None:
        """The table with the columns that the role sees; names of people become texts."""
        if not is_visible(table, self.view):
            return None
        shown = set(visible_columns(table, self.view))
        names = set(table.rights.learner) if table.rights and self._hides_names(table) else set()
        personal = set(table.rights.personal) if table.rights else set()
        columns = [
            msgspec.structs.replace(
                it, type="VARCHAR", description=_PSEUDONYM.format(it.description or it.name)
            )
            if it.name in names
            else it
            for it in table.columns
            if it.name in shown - personal
        ]
        return msgspec.structs.replace(table, columns=columns)

    def rows(self, table: Table) -> tuple[str, Mapping[str, Any]]:
        """The rows as the role would read them, of all courses."""
        query = guard_query(
            f"select * from {_quoted(table.name)}", self.tables, replace(self.view, sees_site=True)
        )
        own = {INNER_PAD: self.pads[0], OUTER_PAD: self.pads[1]}
        return f"({query.sql})", {name: own[name] for name in query.parameters}

    def _hides_names(self, table: Table) -> bool:
        return (
            self.view.is_pseudonymous
            and table.rights is not None
            and table.rights.level == "learner"
        )


def recipient_of(workspace: Workspace, release_id: str | None, role: Role) -> RoleRecipient:
    """What a role gets of a release, by default the current one."""
    release = find_release(workspace, release_id)
    view = Principal(0, role.value, role).view(workspace.settings.serve.small_group)
    tables = {table.name: table for table in release.manifest.tables}
    return RoleRecipient(role, view, tables, load_secrets(workspace).pads)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
