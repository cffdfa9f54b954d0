"""Whether accounts and the audit log can be read and are whole; `studium doctor` asks.

Enters: a workspace. Leaves: what is wrong, if anything. Nothing is made, brought up to date or written.
"""

import sqlite3
from contextlib import closing
from typing import Any

from studium.config import Workspace
from studium.errors import StudiumError
from studium.serve.accounts.secrets import load_secrets
from studium.serve.accounts.store.file import AccountsLostError, open_file
from studium.serve.audit import AuditLog, HeadFile

_RESTORE = "Restore it from a backup, then look: studium audit verify"


def accounts_problem(workspace: Workspace) -> StudiumError | None:
    """What is wrong with the accounts in the workspace; None where they are sound, or there were never any.

    Those in a database of `serve.accounts_url` are that database's to look after.
    """
    head = HeadFile(workspace.keys / "audit_head")
    is_elsewhere = bool(workspace.settings.serve.accounts_url)
    if is_elsewhere or not (workspace.accounts.exists() or head.path.exists()):
        return None
    try:
        return _fault(workspace, head)
    except StudiumError as error:
        return error


def _fault(workspace: Workspace, head: HeadFile) -> StudiumError | None:
    where = str(workspace.accounts)
    engine = open_file(workspace.accounts)
    try:
        with closing(engine.raw_connection()) as connection:
            has_log = _check_pages(connection.cursor(), where)
        if not has_log and not head.path.exists():
            return None  # made and never used
        if not (workspace.settings.serve.audit_key or (workspace.keys / "audit").exists()):
            return StudiumError("The key of the audit log is gone", str(workspace.keys), _RESTORE)
        log = AuditLog(engine, load_secrets(workspace).audit, head)
        problem = log.verify().problem if has_log else "it is gone"
    finally:
        engine.dispose()
    fix = "See where: studium audit verify"
    return StudiumError(f"The audit log was changed: {problem}", where, fix) if problem else None


def _check_pages(cursor: Any, where: str) -> bool:
    """Whether there is a log; raises AccountsLostError for a file with broken pages."""
    try:
        found = str(cursor.execute("pragma quick_check(1)").fetchone()[0])
        logs = cursor.execute("select name from sqlite_master where name = 'audit_head'").fetchall()
    except sqlite3.DatabaseError as error:
        found, logs = str(error), []
    if found != "ok":
        raise AccountsLostError(f"The accounts are damaged: {found}", where, _RESTORE)
    return bool(logs)
