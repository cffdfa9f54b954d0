"""A release opened to be served: read-only, without files, network or extensions, with fixed limits.

Enters: a release, the settings. Leaves: a `ServedRelease`. On a cursor of it a plain
name finds no table, only the steps that `rights` puts before each query.
"""

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from studium import publish
from studium.config import Workspace
from studium.publish import OpenRelease, Release
from studium.serve.release.answers import Answers
from studium.serve.release.scopes import read_reach
from studium.serve.rights import GuardedQuery, View, guard_query
from studium.vocabulary import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date, datetime

    import duckdb

_MOST_WIDTHS = 4096


class ServedRelease:
    """A release and the one connection to it; closed when nobody holds it any more."""

    def __init__(self, release: Release, opened: OpenRelease) -> None:
        self.release = release
        self.tables: dict[str, Table] = {table.name: table for table in release.manifest.tables}
        # Not a method of this object: the two would hold each other, and the file, until some collection.
        self.guard = lru_cache(maxsize=4096)(partial(_guard, self.tables))
        # Learners behind pseudonyms that were asked for: by scope and key, column and pseudonym.
        self.persons: dict[tuple[tuple[str, Any, Any], str, Any], dict[str, Any]] = {}
        # How many columns statements have.
        self._widths: dict[str, int] = {}
        self.answers = Answers()
        self._opened = opened
        self.reach = read_reach(self.cursor(), self.tables.values())

    @property
    def id(self) -> str:
        """The release's id."""
        return self.release.id

    def as_of(self, tables: "Collection[str]" = ()) -> "date | None":
        """The day before which events of these tables count: where their first area ends. Without any: the last."""
        areas = self.release.manifest.areas
        read = {area.as_of for area in areas for it in area.tables if it.name in tables}
        ends = [day for day in read or {area.as_of for area in areas} if day is not None]
        return (min if read else max)(ends, default=None)

    @property
    def published_at(self) -> "datetime":
        """When it was made."""
        return self.release.manifest.created_at

    @property
    def courses(self) -> frozenset[str]:
        """Every course that the release knows anything of."""
        return self.reach.ids("course")

    def width(self, sql: str, count: "Callable[[], int]") -> int:
        """How many columns a statement has; counted once."""
        found = self._widths.get(sql)
        if found is None:
            if len(self._widths) >= _MOST_WIDTHS:
                self._widths.clear()
            found = self._widths[sql] = count()
        return found

    def cursor(self) -> "duckdb.DuckDBPyConnection":
        """A cursor of its own for one query; by a plain name it finds no table."""
        return self._opened.connection.cursor()


def _guard(tables: dict[str, Table], sql: str, view: View, person: frozenset[str]) -> GuardedQuery:
    return guard_query(sql, tables, view, person)


def open_release(workspace: Workspace, release: Release) -> ServedRelease:
    """Connect to a release; raises StudiumError when its databases cannot be opened."""
    limits = workspace.settings.serve
    bounds = publish.Limits(
        limits.time_limit_seconds,
        limits.memory_limit_mb,
        limits.temporary_limit_mb,
        limits.threads,
        workspace.scratch,
    )
    return ServedRelease(release, publish.open_release(OpenRelease, release, bounds))
