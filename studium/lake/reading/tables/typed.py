"""Columns of text to typed columns, in one query per part; a value that does not fit sends its line to quarantine.

Enters: a `Layout`, tables with the columns f0, f1, … of a part. Leaves: the SQL.
"""

from studium.lake.reading.tables.header import Layout
from studium.vocabulary import Column

NULLS = ("NULL", "\\N")
# MySQL writes a NUL, a newline, a tab, a return and a backslash as two characters each; others stay as they came.
_ESCAPES = (
    *(("\\0", 0), ("\\n", 10), ("\\t", 9), ("\\r", 13), ("\\' || chr(9) || '", 9)),
    ("\\' || chr(10) || '", 10),
)


def typed_query(layout: Layout, is_escaped: bool) -> str:
    """Select the typed columns of `part`, and `problem`: the name of the first column that is wrong."""
    columns = [column for column in layout.columns if not column.is_derived]
    columns += [Column(name, "varchar") for name in layout.extra]
    present = [column for column in columns if column.name in layout.places]
    selected = [
        f"{_typed(column, _place(layout, column), is_escaped)} as {_quoted(column.name)}"
        for column in present
    ]
    problems = [
        f"when {_is_wrong(column, _place(layout, column), layout)} then '{column.name}'"
        for column in present
        if column.type != "varchar"
    ]
    problem = f"case {' '.join(problems)} end" if problems else "cast(null as varchar)"
    return f"select source_line, {', '.join(selected)}, {problem} as problem from part"


def _place(layout: Layout, column: Column) -> str:
    return f"f{layout.places[column.name]}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _typed(column: Column, place: str, is_escaped: bool) -> str:
    if column.type == "varchar":
        text = unescaped(place) if is_escaped else place
        return f"case when {_is_null(place, is_escaped)} then null else {text} end"
    return _CASTS[column.type].format(value=f"nullif(trim({place}), '')")


def _is_null(place: str, is_escaped: bool) -> str:
    return f"{place} in ('NULL', '\\N')" if is_escaped else f"{place} is null"


def _is_wrong(column: Column, place: str, layout: Layout) -> str:
    """Text that is no value of the column's type; a key of whole numbers must have one."""
    cast = _CASTS[column.type].format(value=f"nullif(trim({place}), '')")
    if column.name in layout.key:
        return f"{cast} is null"
    nothing = "'', 'NULL', '\\N'"
    is_zero_date = f" and not starts_with({place}, '0000-00-00')"
    zero = is_zero_date if column.type in {"timestamp", "date"} else ""
    return f"({cast} is null and trim({place}) not in ({nothing}){zero})"


def unescaped(place: str) -> str:
    """An SQL expression: MySQL's two-character escapes as the characters they mean."""
    text = f"replace({place}, '\\\\', '\\' || chr(1))"
    for escape, code in _ESCAPES:
        text = f"replace({text}, '{escape}', chr({code}))"
    text = f"replace({text}, '\\' || chr(1), '\\')"
    return f"case when contains({place}, '\\') then {text} else {place} end"


# A number with a point or an exponent is whole if its fraction is nothing; a time with an offset becomes UTC.
_CASTS = {
    "bigint": (
        "case when regexp_matches({value}, '[.eE]') then case when try_cast({value} as double) ="
        " floor(try_cast({value} as double)) then try_cast(try_cast({value} as double) as bigint) end"
        " else try_cast({value} as bigint) end"
    ),
    "double": (
        "case when isfinite(try_cast({value} as double)) then try_cast({value} as double) end"
    ),
    # Published datasets write M/D/YY.
    "date": (
        "case when contains({value}, '/') then"
        " cast(try_strptime({value}, ['%m/%d/%y', '%m/%d/%Y']) as date) else try_cast({value} as date) end"
    ),
    "timestamp": (
        "case when length({value}) > 19 and regexp_matches({value}, '([+-][0-9]{{2}}:?([0-9]{{2}})?|UTC)$')"
        " then timezone('UTC', try_cast({value} as timestamptz)) else try_cast({value} as timestamp) end"
    ),
}
