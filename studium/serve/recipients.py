"""For whom the operator takes rows out: a role of the server gets from a file what it would get from the API.

Enters: a workspace, the id of a release, a role. Leaves: a `RoleRecipient` for exports and packages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from studium.config import Workspace
from studium.errors import MisuseError
from studium.publish import find_release
from studium.serve.accounts.secrets import load_secrets, pads_for
from studium.serve.rights import Principal, Role, View, guard_query, is_visible, visible_columns
from studium.serve.rights.rows import INNER_PAD, OUTER_PAD
from studium.vocabulary import ROLES, Table

_PSEUDONYM = "Pseudonym of {}, the same in all that leaves this workspace for this recipient."


@dataclass(frozen=True)
class RoleRecipient:
    """Somebody of a role, with all courses: which of them leave is the operator's choice."""

    role: Role
    view: View
    tables: Mapping[str, Table]
    pads: tuple[bytes, bytes]
    person: str = ""  # for whom pseudonyms are made, where they are not those of the workspace

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
            whose = f"for {self.person} alone" if self.person else "for the workspace"
            notes.append(
                f"People have pseudonyms, made with a key {whose}. A pseudonym hides a name, not a person: "
                "year of birth, country, education and times of learning together are often unique, and values may "
                "be joined with other files, whatever the pseudonyms. Rows stand in the order of what is shown."
            )
        if self.view.year_step > 1:
            notes.append(f"Years of birth are rounded down to multiples of {self.view.year_step}.")
        if self.view.hidden_traits:
            notes.append(f"Empty for everybody: {', '.join(sorted(self.view.hidden_traits))}.")
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


def recipient_of(
    workspace: Workspace, release_id: str | None, role: Role, person: str = ""
) -> RoleRecipient:
    """What a role gets of a release, by default the current one.

    Raises MisuseError where pseudonyms are made for a `person` and none is named.
    """
    privacy = workspace.settings.privacy
    is_own = ROLES[role].is_pseudonymous and privacy.pseudonyms == "recipient"
    if is_own and not person:
        raise MisuseError(
            "Pseudonyms are made for each recipient here, and none is named",
            "privacy.pseudonyms = recipient",
            "Say for whom it is: --recipient NAME; the name of an account gives what that account is shown",
        )
    release = find_release(workspace, release_id)
    view = Principal(0, role.value, role).view(workspace.settings.serve.small_group, privacy)
    tables = {table.name: table for table in release.manifest.tables}
    pads = load_secrets(workspace).pads
    if is_own:
        return RoleRecipient(role, view, tables, pads_for(pads, person), person)
    return RoleRecipient(role, view, tables, pads)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
