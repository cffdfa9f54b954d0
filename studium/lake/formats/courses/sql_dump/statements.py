"""A dump of statements, read as a stream: which tables it makes, and the rows that it inserts.

Enters: blocks of plain bytes. Leaves: `Rows` of one table each, and faults. An INSERT may be of any length, one row of
it 128 MB, every other statement 1 MB.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from studium.lake.formats.courses.sql_dump.values import Row, read_row

LONGEST_ROW_BYTES = 128 * 1024 * 1024
STATEMENT_BYTES = 1024 * 1024
ROWS_AT_ONCE = 20_000
BYTES_AT_ONCE = 8 * 1024 * 1024
SPACE = re.compile(rb"(?:[\s;]++|--(?=\s)[^\n]*+|--\Z|#[^\n]*+|/\*.*?\*/)*+", re.DOTALL)
NAME = rb"(?:`(?:[^`]|``)+`|[A-Za-z0-9_$]+)"
TABLE = rb"(?:" + NAME + rb"\s*\.\s*)?(?P<table>" + NAME + rb")"
INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s+)*(?:INTO\s+)?"
    + TABLE
    + rb"\s*(?:\((?P<columns>[^()]*)\)\s*)?VALUES?(?=[\s(])",
    re.IGNORECASE,
)
CREATE = re.compile(
    rb"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + TABLE + rb"\s*\(",
    re.IGNORECASE,
)
DELIMITER = re.compile(rb"DELIMITER\s+(?P<mark>\S+)[^\n]*", re.IGNORECASE)
DELIMITER_BACK = re.compile(rb"\n\s*DELIMITER\s+;", re.IGNORECASE)
QUOTED = rb"'(?:[^'\\]++|\\.|'')*+'|\"(?:[^\"\\]++|\\.|\"\")*+\"|`[^`]*+`"
UP_TO_SEMICOLON = re.compile(rb"(?:[^;'\"`]++|" + QUOTED + rb")*+(?:;|\Z)", re.DOTALL)
PIECE = re.compile(QUOTED + rb"|[(),]|[^'\"`(),]++", re.DOTALL)
NO_COLUMN = re.compile(
    rb"(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FOREIGN|FULLTEXT|SPATIAL|CHECK)\b", re.IGNORECASE
)
ROW_BEGINS = re.compile(rb"[\s,]*+(?=\()")
ROWS_END = re.compile(rb"\s*+(?:;|\Z|ON\s+DUPLICATE\b|AS\b)", re.IGNORECASE)
FAULT_ENDS = b";\n"


class Rows(NamedTuple):
    """Rows of a table; `columns` is None where neither the statement nor one that makes the table names them."""

    table: str
    columns: tuple[str, ...] | None
    values: list[Row]
    raw: list[bytes]


class Fault(NamedTuple):
    """A piece of the dump that cannot be read as a statement."""

    raw: bytes


class StatementReader:
    """The statements of one dump; iterate once."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._text = bytearray()
        self._position = 0
        self._columns: dict[str, tuple[str, ...]] = {}

    def __iter__(self) -> Iterator[Rows | Fault]:
        while self._go_to_statement():
            delimiter = DELIMITER.match(self._text, self._position)
            insert = INSERT.match(self._text, self._position)
            if delimiter is not None:
                self._pass_delimited(delimiter)
            elif insert is not None:
                yield from self._rows(insert)
            else:
                yield from self._other()

    def _fill(self, count: int) -> bool:
        """Read until `count` bytes wait, and let go of what was taken; whether any wait."""
        while len(self._text) - self._position < count:
            block = next(self._blocks, None)
            if block is None:
                break
            del self._text[: self._position]
            self._position = 0
            self._text += block
        return self._position < len(self._text)

    def _go_to_statement(self) -> bool:
        """Pass over white space, comments and semicolons; False at the end."""
        while self._fill(STATEMENT_BYTES):
            match = SPACE.match(self._text, self._position)
            if match is None or match.end() == self._position:
                return True
            self._position = match.end()
        return False

    def _pass_delimited(self, delimiter: re.Match[bytes]) -> None:
        """Pass over what has another delimiter: triggers and procedures."""
        self._position = delimiter.end()
        if delimiter["mark"] == b";":
            return
        while (back := DELIMITER_BACK.search(self._text, self._position)) is None:
            self._position = max(self._position, len(self._text) - 100)
            if not self._fill(len(self._text) - self._position + 1) or self._is_at_end():
                self._position = len(self._text)
                return
        self._position = back.end()

    def _is_at_end(self) -> bool:
        return len(self._text) - self._position <= 100

    def _other(self) -> Iterator[Fault]:
        """A statement that inserts nothing; the columns of a table that it makes are remembered."""
        match = UP_TO_SEMICOLON.match(self._text, self._position)
        if match is None:
            yield Fault(self._give_up())
            return
        create = CREATE.match(self._text, self._position)
        if create is not None:
            self._columns[_plain(create["table"])] = _columns_of(self._text, create.end())
        self._position = match.end()

    def _rows(self, insert: re.Match[bytes]) -> Iterator[Rows | Fault]:
        table, named = _plain(insert["table"]), insert["columns"]
        columns = tuple(map(_plain, named.split(b","))) if named else self._columns.get(table)
        self._position = insert.end()
        values: list[Row] = []
        raw: list[bytes] = []
        size = 0
        while (found := self._next_row()) is not None:
            values.append(found[0])
            raw.append(found[1])
            size += len(found[1])
            if len(values) >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
                yield Rows(table, columns, values, raw)
                values, raw, size = [], [], 0
        if values:
            yield Rows(table, columns, values, raw)
        if ROWS_END.match(self._text, self._position) is None:
            yield Fault(self._give_up())
        elif (match := UP_TO_SEMICOLON.match(self._text, self._position)) is not None:
            self._position = match.end()

    def _next_row(self) -> tuple[Row, bytes] | None:
        """The next row of an INSERT and its bytes; None at the end of its rows, or at a fault."""
        wanted = STATEMENT_BYTES
        while self._fill(wanted):
            begins = ROW_BEGINS.match(self._text, self._position)
            if begins is None:
                return None
            found = read_row(self._text, begins.end())
            if found is not None:
                raw = bytes(self._text[begins.end() : found[1]])
                self._position = found[1]
                return found[0], raw
            if len(self._text) - self._position < wanted or wanted > LONGEST_ROW_BYTES:
                return None
            wanted *= 2
        return None

    def _give_up(self) -> bytes:
        """Leave this statement: go on after the next semicolon at the end of a line."""
        while (end := self._text.find(FAULT_ENDS, self._position)) < 0:
            waiting = len(self._text) - self._position
            self._fill(waiting + 1)
            if len(self._text) - self._position == waiting or waiting > LONGEST_ROW_BYTES:
                end = len(self._text)
                break
        raw = bytes(self._text[self._position : end + 1])
        self._position = min(end + len(FAULT_ENDS), len(self._text))
        return raw


def _plain(name: bytes) -> str:
    return name.strip().strip(b"`").replace(b"``", b"`").decode(errors="replace")


def _columns_of(text: bytes | bytearray, start: int) -> tuple[str, ...]:
    """Column names of CREATE TABLE, from after its opening parenthesis."""
    names: list[str] = []
    depth, is_first = 1, True
    while depth and (piece := PIECE.match(text, start)) is not None:
        start, found = piece.end(), piece[0].strip()
        if found == b"(":
            depth += 1
        elif found == b")":
            depth -= 1
        elif found == b"," and depth == 1:
            is_first = True
        elif found and is_first and depth == 1:
            is_first = False
            if found.startswith(b"`"):
                names.append(_plain(found))
            elif not NO_COLUMN.match(found):
                names.append(_plain(found.split()[0]))
    return tuple(names)
