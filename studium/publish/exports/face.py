"""What an area adds to the way out: tables that are made while they leave, and formats for some of its tables.

Enters: nothing. Leaves: `AreaExports`, which a folder `publish/<area>/exports` says as `EXPORTS`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from studium.publish.exports.formats import FileFormat
from studium.publish.exports.recipients import Recipient
from studium.publish.exports.rows.selections import Selection
from studium.publish.release import OpenRelease


class SelectOne(Protocol):
    """Rows for one scope, for one recipient."""

    def __call__(
        self,
        release: OpenRelease,
        recipient: Recipient,
        one: str,
        columns: tuple[str, ...] = (),
        where: str = "",
    ) -> Selection:
        """Raises MisuseError for a scope without rows."""


class Derived(NamedTuple):
    """A table that no release holds, since each scope of `kind` has other columns in it.

    `exists` says whether a release has what it is made of, `ids` for which scopes; both are asked before `select`.
    """

    name: str
    kind: str
    exists: Callable[[OpenRelease], bool]
    ids: Callable[[OpenRelease], list[str]]
    select: SelectOne


class AreaExports(NamedTuple):
    """The additions of one area."""

    tables: tuple[Derived, ...] = ()
    formats: Mapping[str, FileFormat] = {}
