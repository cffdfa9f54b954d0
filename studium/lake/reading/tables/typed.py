"""Columns of text to typed columns, in one query per part: a value that does not fit is NULL, and is named.

Enters: a `Layout`, tables with the columns f0, f1, … of a part. Leaves: the SQL. Only a wrong key costs its row.
"""

from studium.lake.reading.tables.header import Layout
from studium.vocabulary import Column

FROM_TYPED = " from sensible"  # what the query ends with; its columns f0, f1, … are there, too
NULLS = ("NULL", "\\N")
# What writers of other languages put for nothing; in text these are words like any other.
NOTHING = ("null", "\\n", "none", "nan")
# MySQL writes a NUL, a newline, a tab, a return and a backslash as two characters each; others stay as they came.
_ESCAPES = (
    *(("\\0", 0), ("\\n", 10), ("\\t", 9), ("\\r", 13), ("\\' || chr(9) || '", 9)),
    ("\\' || chr(10) || '", 10),
)


def typed_query(layout: Layout, is_escaped: bool) -> str:
    """Select the typed columns of `part`, `problem`: the first key that is none, and `odd`: the other columns whose
    value does not fit, NULL where all do. Each text is converted once, and asked for its sense after that.
    """
    present = typed_columns(layout)
    texts = [column for column in present if column.type == "varchar"]
    others = [column for column in present if column.type != "varchar"]
    trimmed = [
        f"nullif(trim({_place(layout, column)}), '') as {_trimmed(layout, column)}"
        for column in others
    ]
    converted = [
        f"{_CASTS[column.type].format(value=_trimmed(layout, column))} as {_converted(layout, column)}"
        for column in others
    ]
    sensible = [
        f"{_SENSIBLE.get(column.type, '{value}').format(value=_converted(layout, column))}"
        f" as {_quoted(column.name)}"
        for column in others
    ]
    selected = [f"{_text(_place(layout, it), is_escaped)} as {_quoted(it.name)}" for it in texts]
    return (
        f"with trimmed as (select {', '.join(['*', *trimmed])} from part),"
        f" converted as (select {', '.join(['*', *converted])} from trimmed),"
        f" sensible as (select {', '.join(['*', *sensible])} from converted)"
        f" select {', '.join(['source_line', *_in_order(present, selected, texts)])},"
        f" {_problem(layout, others, [] if is_escaped else texts)} as problem,"
        f" {_odd(layout, others)} as odd{FROM_TYPED}"
    )


def _in_order(present: list[Column], selected: list[str], texts: list[Column]) -> list[str]:
    of_text = dict(zip((column.name for column in texts), selected, strict=True))
    return [of_text.get(column.name, _quoted(column.name)) for column in present]


def typed_columns(layout: Layout) -> list[Column]:
    """The columns of a file in the order of the query."""
    columns = [column for column in layout.columns if not column.is_derived]
    columns += [Column(name, "varchar") for name in layout.extra]
    return [column for column in columns if column.name in layout.places]


def _problem(layout: Layout, columns: list[Column], texts: list[Column]) -> str:
    """A key must have a value; of the texts those that are named here, where blank is none."""
    keys = [column.name for column in columns if column.name in layout.key]
    problems = [f"when {_quoted(name)} is null then '{name}'" for name in keys]
    problems += [
        f"when trim(coalesce({_place(layout, column)}, '')) = '' then '{column.name}'"
        for column in texts
        if column.name in layout.key
    ]
    return f"case {' '.join(problems)} end" if problems else "cast(null as varchar)"


def _odd(layout: Layout, columns: list[Column]) -> str:
    """Most lines have no such value: they are asked once, and no list is made for them."""
    others = {
        column.name: _is_odd(column, _trimmed(layout, column))
        for column in columns
        if column.name not in layout.key
    }
    if not others:
        return "cast(null as varchar[])"
    names = ", ".join(f"case when {is_odd} then '{name}' end" for name, is_odd in others.items())
    return (
        f"case when {' or '.join(others.values())} then"
        f" list_filter([{names}], lambda name: name is not null) end"
    )


def _place(layout: Layout, column: Column) -> str:
    return f"f{layout.places[column.name]}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _trimmed(layout: Layout, column: Column) -> str:
    return f"_t{layout.places[column.name]}"


def _converted(layout: Layout, column: Column) -> str:
    return f"_c{layout.places[column.name]}"


def _text(place: str, is_escaped: bool) -> str:
    text = unescaped(place) if is_escaped else place
    return f"case when {_is_null(place, is_escaped)} then null else {text} end"


def _is_null(place: str, is_escaped: bool) -> str:
    return f"{place} in ('NULL', '\\N')" if is_escaped else f"{place} is null"


def _is_odd(column: Column, trimmed: str) -> str:
    """Whether there is a value, and it is none of the column's type."""
    nothing = ", ".join(f"'{word}'" for word in NOTHING)
    is_zero_date = f" and not starts_with({trimmed}, '0000-00-00')"
    zero = is_zero_date if column.type in {"timestamp", "date"} else ""
    return (
        f"({_quoted(column.name)} is null and {trimmed} is not null"
        f" and lower({trimmed}) not in ({nothing}){zero})"
    )


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
    "double": "try_cast({value} as double)",
    "boolean": "try_cast({value} as boolean)",
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
# DuckDB knows numbers and times without end, and years that no other reader of the lake has.
_SENSIBLE = {
    "double": "case when isfinite({value}) then {value} end",
    "date": "case when {value} >= date '0001-01-01' and {value} <= date '9999-12-31' then {value} end",
    "timestamp": (
        "case when {value} >= timestamp '0001-01-01' and {value} < timestamp '10000-01-01'"
        " then {value} end"
    ),
}
