"""The lists of this folder: one TOML file a room, one table a mutant.

Enters: *.toml. Leaves: what to replace in which file, and the tests that say so.
"""

import tomllib
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutant:
    """One change; `name` says what is wrong with the product then."""

    name: str
    file: str
    replace: str
    by: str
    tests: tuple[str, ...]
    models: tuple[str, ...] = ()  # whose worked examples are asked

    def applied(self, text: str) -> str:
        """The text of the file with the change; refuses where it no longer says which place is meant."""
        if text.count(self.replace) != 1:
            found = text.count(self.replace)
            raise ValueError(f"{self.name}: {self.file} has the text {found} times, not once")
        return text.replace(self.replace, self.by)


def read_mutants() -> list[Mutant]:
    """All mutants of all rooms."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    tables = [tomllib.loads(file.read_text(encoding="utf-8"))["mutant"] for file in files]
    return [Mutant(**{key: _fixed(value) for key, value in one.items()}) for one in chain(*tables)]


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
