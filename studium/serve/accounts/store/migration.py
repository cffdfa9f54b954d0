"""Accounts of an earlier Studium become those of this one, those of a later one are refused.

Enters: a connection inside the one transaction that opens the accounts: killed anywhere, they are as before or
as after. Leaves: all tables of this version, and in SQLite a word to a Studium that is older than versions.
"""

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, inspect, select, text

from studium.errors import StudiumError
from studium.serve.accounts.store.tables import METADATA, VERSIONS

# An older Studium looks for `grants` when it opens the accounts, and shows this name where it finds no such table.
_WORD = "these accounts belong to a newer Studium, which alone can open them"


class NewerAccountsError(StudiumError):
    """The accounts are of a version that this Studium does not know."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"The accounts belong to a newer Studium: version {found}, this one knows {VERSION}",
            "accounts",
            "Update Studium, or put accounts.sqlite and keys/ of a copy from before back in their place",
        )


def bring_up_to_date(connection: Connection) -> None:
    """Make what is missing, step by step from the version that is there; raises NewerAccountsError."""
    found = _version(connection)
    if found > VERSION:
        raise NewerAccountsError(found)
    METADATA.create_all(connection)
    for step in _STEPS[found - 1 :] if found else ():
        step(connection)
    if found < VERSION:
        connection.execute(VERSIONS.delete())
        connection.execute(insert(VERSIONS).values(version=VERSION))
        _leave_word(connection)


def _version(connection: Connection) -> int:
    """0: there are no accounts yet; 1: they are from before versions were noted."""
    names = set(inspect(connection).get_table_names())
    if "versions" in names:
        return int(connection.execute(select(func.max(VERSIONS.c.version))).scalar() or 0)
    return 1 if "accounts" in names else 0


def _grants_of_scopes(connection: Connection) -> None:
    """A grant named a course; now it names a kind of scope and an id."""
    connection.execute(
        text(
            "insert into scope_grants (user_id, kind, id) "
            "select user_id, 'course', course_id from grants"
        )
    )
    connection.execute(text("drop table grants"))


def _leave_word(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(f'create view if not exists grants as select * from "{_WORD}"'))


def _causes_of_tokens(connection: Connection) -> None:
    """A token knows the one that made it, and a refused try how many it stands for."""
    for table, column in (
        ("tokens", "parent varchar(16)"),
        ("attempts", "tries integer not null default 1"),
    ):
        name = column.partition(" ")[0]
        if name not in {it["name"] for it in inspect(connection).get_columns(table)}:
            connection.execute(text(f"alter table {table} add column {column}"))


_STEPS: tuple[Callable[[Connection], None], ...] = (_grants_of_scopes, _causes_of_tokens)
VERSION = len(_STEPS) + 1
