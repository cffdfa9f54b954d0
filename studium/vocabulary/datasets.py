"""What a dataset of the lake is: its columns, whose rows they are, which files count, how a file of it is recognised.

Enters: nothing. Leaves: `Column`, `Dataset`, `Recognition` and the words that declare them. Lake, warehouse and the
documentation read a dataset from its declaration alone.
"""

from dataclasses import dataclass, replace
from typing import Literal

Keeps = Literal["newest", "every_file", "merge"]


@dataclass(frozen=True)
class Column:
    """A column of a dataset; `type` is varchar, bigint, double, boolean, date or timestamp (UTC).

    An optional column came or went with some release of the platform: its absence is no drift. A derived one is
    computed at landing and is in no raw file.
    """

    name: str
    type: str
    is_personal: bool = False
    is_optional: bool = False
    is_derived: bool = False


@dataclass(frozen=True)
class Recognition:
    """How a file of a dataset is told. Each of what is given must hold; the header before the path.

    `header` names columns that the first line has, `path` is a regular expression that is searched in the path, folders
    included. Its group `scope_id` says whose rows they are, its group `day` of which day.
    """

    header: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True)
class Dataset:
    """A dataset of the lake; `key` names a row, in the personal part too. `ignored` columns are never typed.

    `scope` is the kind of those whose rows it holds, a `Scope.kind`; `scope_column` names the one of each row, and
    follows from the delivery where a file lacks it. Of the files of one scope the `newest` counts, or
    `every_file`, or every file, but of rows with one key those of the newest (`merge`). With `by_time` it holds events,
    in a folder for each day of that column, and every file counts.
    `naming` are kinds of scopes, each with a column that names one of which a row tells: it may be of several.
    `names` are regular expressions of whole file names, without endings, that its area looks for beside the own name.
    `aliases` are other names that columns have in raw files. With `takes_others` false, columns that are not named
    here are left out. `area` is the folder that declares it; the registry fills it in.
    With `ignores_case` names of columns are the same in any case. Where nothing `is_escaped` a backslash and the word
    NULL are text. With `needs_day` a file whose path names no day is refused. `secret` is a regular expression of names
    of columns, in lower case, whose values are blanked before a byte of the file is stored.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str
    scope: str = "site"
    scope_column: str = ""
    keeps: Keeps = "newest"
    recognised_as: tuple[Recognition, ...] = ()
    names: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    takes_others: bool = True
    ignores_case: bool = False
    is_escaped: bool = True
    needs_day: bool = False
    secret: str = ""
    by_time: str = ""
    naming: tuple[tuple[str, str], ...] = ()
    area: str = ""

    @property
    def lake_columns(self) -> dict[str, str]:
        """Name and type of what lake/dumps/<name> holds, provenance at the end."""
        columns = {column.name: column.type for column in self.columns if not column.is_personal}
        return columns if self.by_time else columns | PROVENANCE

    @property
    def personal_columns(self) -> dict[str, str]:
        """Name and type of what lake/personal/<name> holds; empty where nothing is personal."""
        personal = {column.name: column.type for column in self.columns if column.is_personal}
        if not personal:
            return {}
        types = {column.name: column.type for column in self.columns}
        return {name: types[name] for name in self.key} | personal | PROVENANCE


# The end of every dump table: whose it is (the site has no id: NULL), the day of the dump, and the line.
PROVENANCE = {
    "scope": "varchar",
    "scope_id": "varchar",
    "dump_date": "date",
    "source_file": "varchar",
    "source_line": "bigint",
}


def text(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(name, "varchar") for name in names)


def whole(*names: str) -> tuple[Column, ...]:
    """Columns of whole numbers."""
    return tuple(Column(name, "bigint") for name in names)


def number(*names: str) -> tuple[Column, ...]:
    """Columns of numbers."""
    return tuple(Column(name, "double") for name in names)


def flag(*names: str) -> tuple[Column, ...]:
    """Columns that are true or false."""
    return tuple(Column(name, "boolean") for name in names)


def time(*names: str) -> tuple[Column, ...]:
    """Columns of times, in UTC."""
    return tuple(Column(name, "timestamp") for name in names)


def day(*names: str) -> tuple[Column, ...]:
    """Columns of dates."""
    return tuple(Column(name, "date") for name in names)


def personal(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The same, kept apart from the rest."""
    return tuple(replace(column, is_personal=True) for column in columns)


def optional(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The same, which not every release of the platform writes."""
    return tuple(replace(column, is_optional=True) for column in columns)


def derived(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The same, computed at landing."""
    return tuple(replace(column, is_derived=True) for column in columns)
