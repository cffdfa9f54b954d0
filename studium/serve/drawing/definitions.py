"""What a number means: descriptions of tables and columns as the release's dictionary has them.

Enters: names such as `course_enrollment_daily.count`. Leaves: the text, and where all of it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from studium.serve.release import Reader


@dataclass(frozen=True)
class Definition:
    """A table or column with its description."""

    name: str
    text: str
    address: str


def definitions_of(reader: Reader, sources: Sequence[str]) -> list[Definition]:
    """The definitions of tables or columns that the viewer may see; others are left out."""
    found = []
    for source in sources:
        table_name, _, column_name = source.partition(".")
        if not reader.has(table_name):
            continue
        table = reader.dataset(table_name)
        text = table.grain
        if column_name:
            text = next((c.description for c in table.columns if c.name == column_name), "")
        found.append(Definition(source, text, f"/datasets/{table_name}#{column_name}".rstrip("#")))
    return found
