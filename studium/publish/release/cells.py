"""How one value is written: the one spelling of times and numbers, the one guard against formulas.

Enters: a value of Python, or a column of Arrow. Leaves: text; both ways give the same text for the same value.
"""

import json
import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# What spreadsheets skip before they look for a formula: blanks, quotes, and all signs that have no width or no
# form (Unicode's Cc, Cf, Zs, Zl, Zp and the selectors of variants), from every script.
_SKIPPED = (
    "\\x00-\\x20\"'`\\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    "\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2018-\u201f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
# = + - @ and every sign that is one of them in another width, height or size (NFKC).
_SIGNS = "=+@\\-\u207a\u207b\u207c\u208a\u208b\u208c\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
FORMULA = f"^[{_SKIPPED}]*[{_SIGNS}]|^[\\t\\r\\n\\x00]"
NUMBER = "^[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$"
_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER[1:-1])
_QUOTED = re.compile('[",\r\n]')


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run a text; a negative number is none."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def as_cell(value: Any) -> str:
    """A value as a cell of CSV, quoted only where it must be; NULL is empty, an empty text is `""`."""
    if value is None:
        return ""
    plain = as_json(value, is_exact=True)
    if isinstance(value, float | Decimal):
        return _number(value)
    text = (
        plain
        if isinstance(plain, str)
        else json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    )
    if is_formula(text) and not isinstance(value, int):
        text = f"'{text}"
    if not text or _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def as_cells(column: "pa.Array") -> "pa.Array":
    """The same for a column of Arrow; kinds that Arrow writes differently go by their values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.fill_null(_guarded(column.cast(pa.string())), "")
    if pa.types.is_timestamp(kind) and kind.tz is None and kind.unit == "us":
        text = column.cast(pa.string())
        return pc.fill_null(pc.utf8_replace_slice(text, 10, 11, "T"), "")
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_date32(kind):
        return pc.fill_null(column.cast(pa.string()), "")
    write = _number if pa.types.is_floating(kind) or pa.types.is_decimal(kind) else as_cell
    texts = ["" if value is None else write(value) for value in column.to_pylist()]
    return pa.array(texts, pa.string())


def as_json(value: Any, is_exact: bool = False) -> Any:
    """A value of DuckDB as JSON has it: times as ISO 8601 with microseconds, NaN and infinities as null.

    `is_exact` leaves decimals what they are.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        if is_exact and value.is_finite():
            return format(value, "f")
        return _plain(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return _as_nested(value)


def _as_nested(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, timedelta):
        return str(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def _plain(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    exponent = value.as_tuple().exponent
    return int(value) if exponent == 0 else float(value)


def _number(value: float | Decimal) -> str:
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)


def _guarded(texts: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc

    runs = pc.and_not(
        pc.match_substring_regex(texts, FORMULA), pc.match_substring_regex(texts, NUMBER)
    )
    if pc.any(runs).as_py():
        texts = pc.if_else(runs, pc.binary_join_element_wise("'", texts, ""), texts)
    odd = pc.or_(pc.match_substring_regex(texts, _QUOTED.pattern), pc.equal(texts, ""))
    if pc.any(odd).as_py():
        doubled = pc.replace_substring(texts, '"', '""')
        texts = pc.if_else(odd, pc.binary_join_element_wise('"', doubled, '"', ""), texts)
    return texts
