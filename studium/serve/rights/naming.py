"""Names as SQL has them.

Enters: names. Leaves: text for a statement.
"""

from collections.abc import Iterable


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Iterable[str]) -> str:
    """Names as SQL has them, with commas between them."""
    return ", ".join(map(quoted, names))


def literal(text: str) -> str:
    """A name of ours as a value; what people give is bound, never written."""
    return "'" + text.replace("'", "''") + "'"
