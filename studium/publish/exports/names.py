"""Names that a program accepts for the columns of a table.

Enters: names of columns. Leaves: for each a name that is short enough, made of letters, digits and `_`, not
reserved, and different from all others whatever their case.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_OTHER = re.compile(r"[^A-Za-z0-9_]")
_TEXT_TYPE = re.compile(r"str[0-9]+")  # how Stata calls its types of text


class Dialect(NamedTuple):
    """The longest name of a program, and the words that it keeps for itself, in lower case."""

    longest: int
    reserved: frozenset[str]


def file_names(names: Sequence[str], dialect: Dialect) -> dict[str, str]:
    """The name in the file of each column; most stay what they are."""
    fitting = {name: _fit(name, dialect) for name in names}
    taken = {name.lower() for name, new in fitting.items() if name == new}
    chosen: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        new, number = fitting[name], 1
        while new.lower() in used or (new != name and new.lower() in taken):
            number += 1
            ending = f"_{number}"
            new = fitting[name][: dialect.longest - len(ending)] + ending
        used.add(new.lower())
        chosen[name] = new
    return chosen


def _fit(name: str, dialect: Dialect) -> str:
    fitted = _OTHER.sub("_", name)
    if not fitted[:1].isalpha():
        fitted = f"v{fitted}"
    if fitted.lower() in dialect.reserved or _TEXT_TYPE.fullmatch(fitted):
        fitted = f"{fitted}_v"
    return fitted if len(fitted) <= dialect.longest else fitted[: dialect.longest].rstrip("_")
