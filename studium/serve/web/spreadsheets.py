"""Texts that a spreadsheet would run, made harmless: an apostrophe stands before them.

Enters: cells of a CSV. Leaves: the same cells; numbers stay what they are, also where they are texts.
"""

import re
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# Behind blanks, quotes and line ends too, and in full width: spreadsheets normalise before they look.
FORMULA = "^[\\s\"']*[=+\\-@\\t\\r\\x00\uff1d\uff0b\uff0d\uff20]|^[\\t\\r\\n\\x00]"
NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$"
_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)


def safe_cell(value: Any) -> str:
    """A value as a cell: NULL is empty, times are ISO 8601, true and false in small letters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def safe_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch with harmless texts; nested values are left to the caller."""
    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            runs = pc.and_(
                pc.match_substring_regex(column, FORMULA),
                pc.invert(pc.match_substring_regex(column, NUMBER)),
            )
            marked = pc.binary_join_element_wise("'", pc.cast(column, pa.string()), "")
            column = pc.if_else(runs, marked, pc.cast(column, pa.string()))
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
