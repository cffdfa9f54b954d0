"""A table that is declared in a .toml: how its files are recognised, whose they are, and what their columns are.

Enters: a .toml below the folder of an area. Leaves: a `Format` of one dataset. Nothing of a table is in Python, so
that whoever knows a vendor's file can write the declaration.
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from studium.errors import StudiumError
from studium.lake.formats.face import Format
from studium.vocabulary import KINDS, Column, Dataset, Keeps, Recognition

PARSER = "studium.lake.reading.tables.parser"
READER = 2  # counts up when the same declaration would give other rows
TYPES = "varchar", "bigint", "double", "boolean", "date", "timestamp"


class Declared(Struct, frozen=True, forbid_unknown_fields=True):
    """A column: its type, the names that headers give it, whether it identifies a person or may be absent."""

    type: str
    header: list[str] = []
    personal: bool = False
    optional: bool = False


class Seen(Struct, frozen=True, forbid_unknown_fields=True):
    """How a file is recognised: columns of its header, a regular expression for its path, or both."""

    header: list[str] = []
    path: str = ""


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """What a .toml says; `version` counts up when the same file would give other rows."""

    table: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
    description: Annotated[str, Meta(pattern="^One row per ")]
    version: Annotated[int, Meta(ge=1)]
    scope: str
    key: Annotated[list[str], Meta(min_length=1)]
    columns: dict[str, Declared]
    recognised_as: Annotated[list[Seen], Meta(min_length=1)]
    keeps: Keeps = "newest"
    scope_column: str = ""
    ignores_case: bool = False
    escapes: bool = True
    needs_day: bool = False
    secret: str = ""


def format_of(path: Path) -> Format:
    """The format that a file declares. Raises StudiumError with what is wrong in it."""
    try:
        said = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Declaration)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise _wrong(path, str(error)) from None
    unknown = [name for name, column in said.columns.items() if column.type not in TYPES]
    if unknown:
        raise _wrong(path, f"column {unknown[0]} is of no type among {', '.join(TYPES)}")
    if said.scope not in KINDS:
        raise _wrong(path, f"scope is none of {', '.join(KINDS)}")
    missing = [name for name in said.key if name not in said.columns]
    if missing:
        raise _wrong(path, f"key names {missing[0]}, which is no column")
    if any(not seen.header and not seen.path for seen in said.recognised_as):
        raise _wrong(path, "recognised_as needs a header, a path, or both")
    if not _is_pattern(said.secret):
        raise _wrong(path, "secret is no regular expression")
    return Format(said.table, READER + said.version, (_dataset(said),), PARSER)


def _dataset(said: Declaration) -> Dataset:
    """Columns that are not declared are left out: nobody has said that they name no person."""
    columns = tuple(
        Column(name, column.type, column.personal, column.optional)
        for name, column in said.columns.items()
    )
    return Dataset(
        said.table,
        key=tuple(said.key),
        columns=columns,
        description=said.description,
        scope=said.scope,
        scope_column=said.scope_column,
        keeps=said.keeps,
        recognised_as=tuple(
            Recognition(tuple(seen.header), seen.path) for seen in said.recognised_as
        ),
        aliases=tuple(
            (alias, name) for name, column in said.columns.items() for alias in column.header
        ),
        takes_others=False,
        ignores_case=said.ignores_case,
        is_escaped=said.escapes,
        needs_day=said.needs_day,
        secret=said.secret,
    )


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _wrong(path: Path, problem: str) -> StudiumError:
    return StudiumError(f"the declaration of a table is wrong: {problem}", str(path), "Mend it.")
