"""The face of a format and of an area: all that the machinery of the lake knows of either.

Enters: nothing. Leaves: `Format`, `AreaFormats` and what its recogniser speaks of. A face is cheap to import: its
parser is loaded where a file is read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from studium.lake.reading.naming import folders_and_name
from studium.lake.tasks import Task, TaskOutcome
from studium.vocabulary import Dataset, Scope

Advance = Callable[[int], None]
Parse = Callable[[Task, Path, Advance], TaskOutcome]


@dataclass(frozen=True)
class Format:
    """How a kind of file is read. `version` counts up when the same bytes would give other rows or columns.

    `names` are regular expressions of whole file names, for the recogniser of the area: their groups name a dataset
    and a scope. `parser` is the module whose `parse(task, out, advance)` reads a file. Where one lands in every run,
    the module `is_early`: imported while files are still being stored. Of a format that `has_sources` a scope has a
    current file of each, as of one forum in two tables.
    """

    name: str
    version: int
    datasets: tuple[Dataset, ...]
    parser: str
    names: tuple[str, ...] = ()
    is_early: bool = False
    has_sources: bool = False

    @property
    def parse(self) -> Parse:
        """What reads a file into a folder."""
        return cast("Parse", import_module(self.parser).parse)


class Told(NamedTuple):
    """What a file was recognised as; `dataset` is None where it holds several, `day` where nothing names one."""

    format: str
    dataset: str | None
    scope: Scope
    day: date | None


@dataclass(frozen=True)
class FoundFile:
    """A file that may be a delivery: `path` as reports show it, `bytes_at` where its bytes can be read now.

    `told` is what its declaration, or the recogniser of its `area`, made of name and header.
    """

    path: str
    bytes_at: Path
    modified: date
    area: str
    told: Any


@dataclass(frozen=True)
class Known:
    """What is known before a file is looked at: `ids` of scopes in the settings, ids in what `landed`.

    `scopes` are of the settings, too: a pattern of folder names, and whose rows lie below.
    """

    ids: tuple[str, ...] = ()
    landed: tuple[str, ...] = ()
    scopes: tuple[tuple[str, Scope], ...] = ()

    def scope_of(self, path: str) -> Scope | None:
        """Whose rows a path holds by the settings; the nearest folder counts."""
        folders, _ = folders_and_name(path)
        for folder in reversed(folders):
            for pattern, scope in self.scopes:
                if fnmatchcase(folder, pattern):
                    return scope
        return None


class Recogniser(Protocol):
    """What an area tells of files by itself, where declarations do not say enough: a module of five functions."""

    def tell(self, path: str, bytes_at: Path | None, known: Known) -> Any:
        """What the name says, and the content where there is any; None where it is no file of the area."""

    def settle(self, candidates: Sequence[FoundFile], known: Known) -> Mapping[str, Told | str]:
        """What each candidate is, by its path, or why it is refused; files of one package agree."""

    def is_table(self, bytes_at: Path) -> bool:
        """Whether the content looks like a table that only its name could tell."""

    def doubts(self, scopes: Sequence[Scope]) -> Mapping[Scope, str]:
        """Of scopes that landed those that may be meant for another, and what to do about it."""

    def is_id(self, scope: Scope) -> bool:
        """Whether rows of that scope are of no other; else they may be anybody's."""


@dataclass(frozen=True)
class AreaFormats:
    """A subject: its formats by name, and its own recogniser, if it has one."""

    name: str
    formats: Mapping[str, Format]
    recogniser: Recogniser | None = None
