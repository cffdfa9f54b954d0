"""What an area gives to the step after the build.

Enters: nothing. Leaves: `Analysis`; a folder of this room, named for its area, says `ANALYSIS`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from studium.progress import Progress
from studium.vocabulary import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Analysis(NamedTuple):
    """Tables that SQL cannot make, and how they follow the build.

    `update` is given whether the build was one of compat and how many threads it may use, and says how many parts it
    computed; it is asked where `has_inputs` is true of the built tables, else `remove` leaves none of `tables`.
    """

    tables: tuple[Table, ...]
    has_inputs: Callable[["DuckDBPyConnection"], bool]
    remove: Callable[["DuckDBPyConnection"], None]
    update: Callable[["DuckDBPyConnection", bool, int, Progress], int]
