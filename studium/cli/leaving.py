"""What a command takes out of a workspace, in its audit log before anything leaves.

Enters: a workspace, a command, what it was asked for. Leaves: a record of the user of the operating system.
"""

import getpass
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studium.config import Workspace


def remember_leaving(
    workspace: "Workspace", command: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Write the record; what was not asked for is left out of it."""
    from studium.serve import AuditRecord, open_desk

    said = {name: value for name, value in detail.items() if value not in ((), "", None, False)}
    who = f"command line, {getpass.getuser()}"
    record = AuditRecord(username=who, action="export", subject=f"{command} {subject}", detail=said)
    with closing(
        open_desk(workspace)
    ) as desk:  # also where the command ends as a child, without farewell
        desk.audit.append([record])
