"""Questions to a release that may lack a table: a workspace chooses its tables, a role sees some of them.

Enters: a reader, the datasets that a query names. Leaves: its rows, or none where a dataset is missing.
"""

from collections.abc import Mapping
from typing import Any

from studium.serve.release import Reader


def ask(
    reader: Reader, needs: str, sql: str, parameters: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Rows of a query; none where one of its `needs` is missing or hidden.

    `needs` are datasets, or columns that not every role sees, with spaces between: `video forum_posts.title`.
    """
    if not all(_has(reader, need) for need in needs.split()):
        return []
    return reader.rows(sql, parameters)


def ask_one(
    reader: Reader, needs: str, sql: str, parameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The first row, or an empty one."""
    rows = ask(reader, needs, sql, parameters)
    return rows[0] if rows else {}


def _has(reader: Reader, need: str) -> bool:
    dataset, _, column = need.partition(".")
    return reader.has(dataset) and (not column or column in reader.columns_of(dataset))
