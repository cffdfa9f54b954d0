"""Whose rows leave: a table cut to scopes of one kind.

Enters: an open release, a table, a kind of scope, ids. Leaves: the column and the ids that it is cut by, or a
MisuseError with the nearest id.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from studium.errors import MisuseError
from studium.publish.release import OpenRelease, quoted
from studium.vocabulary import Table

_NAMESPACE = re.compile(r"^[a-z][a-z0-9-]*:")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Cut(NamedTuple):
    """Rows whose `column` holds one of `ids`."""

    column: str
    ids: tuple[str, ...]


def find_column(table: Table, kind: str) -> str | None:
    """The column that says which scope of `kind` a row is about: as its rights say, else by the usual name."""
    belongs = table.rights.scope if table.rights else None
    named = belongs.column if belongs and belongs.kind == kind and not belongs.until else None
    wanted = named or f"{kind}_id"
    return wanted if wanted in {column.name for column in table.columns} else None


def require_column(table: Table, kind: str) -> str:
    """The same; raises MisuseError for a table that does not say it."""
    column = find_column(table, kind)
    if column is None:
        raise MisuseError(
            f"Table {table.name} has no {kind}_id",
            f"--{kind}",
            f"Export all of it: leave --{kind} out",
        )
    return column


def ids_of(release: OpenRelease, table: Table, kind: str) -> list[str]:
    """The scopes of `kind` that a table has rows of, sorted."""
    column = quoted(require_column(table, kind))
    sql = (
        f"select distinct {column} from {quoted(table.name)} where {column} is not null order by 1"
    )
    return release.texts(sql, {})


def require_ids(
    release: OpenRelease, kind: str, known: Sequence[str], wanted: Sequence[str]
) -> None:
    """Raise MisuseError, with the nearest id, for a scope that no row is about."""
    for one in wanted:
        if one not in known:
            nearest = get_close_matches(one, known, n=1, cutoff=0.3)
            hint = f"Did you mean {nearest[0]}? " if nearest else ""
            raise MisuseError(
                f"There is no {kind} {one}",
                f"release {release.release.id}",
                f"{hint}The release has {len(known):,} {kind}s: "
                f"{', '.join(known[:10])}{', …' if len(known) > 10 else ''}",
            )


def slug_of(kind: str, one: str) -> str:
    """An id as part of a file's name, without its namespace: `name-v1:A+B+C` as A-B-C."""
    return _UNSAFE.sub("-", _NAMESPACE.sub("", one)).strip("-.") or kind
