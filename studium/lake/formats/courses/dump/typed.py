"""Columns of text to typed columns, in one query per part; a value that does not fit sends its line to quarantine.

Enters: a `Layout`, tables with the columns f0, f1, … of a part. Leaves: the SQL, and canonical keys.
"""

from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import CourseLocator

from studium.lake.formats.courses.keys import course_of, module_of
from studium.lake.reading.tables.header import Layout
from studium.vocabulary import Column

NULLS = ("NULL", "\\N")
USAGE_KEYS = {"module_id", "usage_key"}
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


def canonical_course(column: pa.Array, package_course_id: str | None) -> tuple[pa.Array, pa.Array]:
    """Canonical course keys, and whether each is of the package's course.

    A row without a course is of the package's; so is one that spells the same organisation, number and run otherwise.
    Where the package's own name is no key, every row is.
    """
    is_key = package_course_id is not None and course_of(package_course_id).is_valid

    def find(text: str | None) -> tuple[str | None, bool]:
        if text in (None, "", *NULLS):
            return package_course_id, True
        course_id = course_of(str(text)).course_id
        if not is_key or course_id == package_course_id:
            return course_id, True
        is_same = _parts_of(course_id) == _parts_of(str(package_course_id))
        return (package_course_id, True) if is_same else (course_id, False)

    encoded = column.dictionary_encode()
    found = [find(text) for text in encoded.dictionary.to_pylist()]
    courses = pa.array([course for course, _ in found], pa.string())
    belongs = pa.array([belongs for _, belongs in found], pa.bool_())
    indices = encoded.indices
    if column.null_count:
        return (
            courses.take(indices).fill_null(package_course_id)
            if package_course_id
            else courses.take(indices),
            belongs.take(indices).fill_null(True),
        )
    return courses.take(indices), belongs.take(indices)


def canonical_usage(column: pa.Array, package_course_id: str | None) -> pa.Array:
    """Canonical usage keys; what does not parse is kept as it came."""
    return _each(column, lambda text: module_of(text, None, package_course_id).module_id)


def _each(column: pa.Array, function: Callable[[str], str]) -> pa.Array:
    """Apply a function once per distinct text."""
    encoded = column.dictionary_encode()
    texts = [
        text if text is None or text in NULLS else function(text)
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(encoded.indices)


@lru_cache(maxsize=10_000)
def _parts_of(course_id: str) -> tuple[str, ...]:
    """(organisation, number, run); the key alone for what is no course, or one made of another, a CCX."""
    try:
        key = CourseKey.from_string(course_id)
    except InvalidKeyError:
        return (course_id,)
    return (key.org, key.course, key.run) if type(key) is CourseLocator else (course_id,)


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
