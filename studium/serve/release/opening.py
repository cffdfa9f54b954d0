"""A release opened to be served: read-only, without files, network or extensions, with fixed limits.

Enters: a release, the settings. Leaves: an `OpenRelease`. The first database of the connection is empty:
a plain name finds no table, only the steps that `rights` puts before each query.
"""

import os
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any

import duckdb

from studium.config import Workspace
from studium.errors import StudiumError
from studium.publish import Release
from studium.serve.release.answers import Answers
from studium.serve.rights import GuardedQuery, View, guard_query
from studium.serve.rights.rows import RELEASE
from studium.vocabulary import Table

if TYPE_CHECKING:
    from datetime import date, datetime

_FEW_ROWS = 5_000_000  # tables with more are not asked which courses there are
_NUMBERS = count()


class OpenRelease:
    """A release and the one connection to it; closed when nobody holds it any more."""

    def __init__(self, release: Release, connection: duckdb.DuckDBPyConnection) -> None:
        self.release = release
        self.tables: dict[str, Table] = {table.name: table for table in release.manifest.tables}
        # Not a method of this object: the two would hold each other, and the file, until some collection.
        self.guard = lru_cache(maxsize=4096)(partial(_guard, self.tables))
        # Learners behind pseudonyms that were asked for: by course, column and pseudonym.
        self.persons: dict[tuple[str, str, Any], dict[str, Any]] = {}
        self.answers = Answers()
        self._connection = connection
        self.courses = self._read_courses()

    @property
    def id(self) -> str:
        """The release's id."""
        return self.release.id

    @property
    def as_of(self) -> "date | None":
        """The day before which events count."""
        return self.release.manifest.build.as_of

    @property
    def published_at(self) -> "datetime":
        """When it was made."""
        return self.release.manifest.created_at

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for one query."""
        return self._connection.cursor()

    def _read_courses(self) -> frozenset[str]:
        """Every course that the release knows anything of."""
        asked = [
            f'select distinct "{table.rights.course}" as course_id from {RELEASE}.main."{table.name}"'
            for table in self.tables.values()
            if table.rights
            and table.rights.course
            and table.rights.level in {"course", "learner"}
            and not table.rights.course_until
            and table.rows <= _FEW_ROWS
        ]
        if not asked:
            return frozenset()
        found = self.cursor().execute(" union ".join(asked)).fetchall()
        return frozenset(row[0] for row in found if row[0] is not None)


def _guard(tables: dict[str, Table], sql: str, view: View, person: frozenset[str]) -> GuardedQuery:
    return guard_query(sql, tables, view, person)


def open_release(workspace: Workspace, release: Release) -> OpenRelease:
    """Connect to a release; raises StudiumError when its database cannot be opened."""
    try:
        return OpenRelease(release, _connect(workspace, release))
    except duckdb.Error as error:
        raise StudiumError(
            f"The release cannot be opened: {str(error).splitlines()[0]}",
            str(release.database),
            "Go back to the one before, studium rollback, or make a new one: studium publish",
        ) from None


def _connect(workspace: Workspace, release: Release) -> duckdb.DuckDBPyConnection:
    limits = workspace.settings.serve
    workspace.scratch.mkdir(exist_ok=True)
    # A name of its own: DuckDB gives one path of a process one instance, with all that is attached.
    empty = workspace.scratch / f"serve-{os.getpid()}-{next(_NUMBERS)}.duckdb"
    empty.unlink(missing_ok=True)
    duckdb.connect(str(empty)).close()
    try:
        connection = duckdb.connect(
            str(empty),
            read_only=True,
            config={
                "memory_limit": f"{limits.memory_limit_mb}MB",
                "threads": limits.threads,
                "temp_directory": str(workspace.scratch / f"serve-{os.getpid()}"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
    finally:
        empty.unlink()
    path = str(release.database).replace("'", "''")
    connection.execute(f"attach '{path}' as {RELEASE} (read_only)")
    # DuckDB 2.0 forgets this one when it is given with the others.
    connection.execute(f"set max_temp_directory_size = '{limits.temporary_limit_mb:d}MB'")
    connection.execute("set enable_progress_bar = false")
    # After the rest: settings above name files, and nothing can be set once this is locked.
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
