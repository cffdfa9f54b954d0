"""Conditions that people type (`--where`), made harmless: one expression over the columns of one table.

Enters: text. Leaves: SQL in which every value is a bound parameter. It is parsed, and refused for any
part that is not on the list below; what remains is written again from the parts, not passed on.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from studium.errors import MisuseError

if TYPE_CHECKING:
    from sqlglot import exp

_OPERATORS = (
    *("And", "Or", "Not", "Paren", "EQ", "NEQ", "GT", "GTE", "LT", "LTE", "Is", "In", "Between"),
    *("Like", "ILike", "Escape", "NullSafeEQ", "NullSafeNEQ", "Neg", "Add", "Sub", "Mul", "Div"),
    *("Lower", "Upper", "Length", "Coalesce", "Abs"),
)
_VALUES = ("Column", "Identifier", "Literal", "Boolean", "Null", "Cast", "DataType")
_ALLOWED = frozenset({*_OPERATORS, *_VALUES})
_DATES = {"DATE", "TIMESTAMP"}
_LONGEST = 10_000
_FIX = (
    "Write one condition over columns, for example: --where \"grade >= 0.5 and mode in ('audit', "
    "'honor')\"; allowed are and, or, not, comparisons, between, in, like, is null, + - * /, "
    "date '2024-01-31', lower, upper, length, coalesce and abs"
)


class RowCondition(NamedTuple):
    """A boolean expression in SQL, and the values of its parameters by name."""

    sql: str
    values: dict[str, Any]


def read_condition(text: str, columns: Sequence[str]) -> RowCondition:
    """Understand what a person wants to filter by; raises MisuseError for anything else."""
    try:
        return _read(text, columns)
    except RecursionError:
        raise _refusal("it is nested too deep", text) from None


def _read(text: str, columns: Sequence[str]) -> RowCondition:
    from sqlglot import exp

    tree = _parse(text)
    names = {column.lower(): column for column in columns}
    values: dict[str, Any] = {}
    for node in list(tree.walk()):
        kind = type(node).__name__
        if kind not in _ALLOWED:
            raise _refusal(f"{kind.lower()} is not allowed in a condition", text)
        if isinstance(node, exp.Column):
            _name_column(node, names, text)
        elif isinstance(node, exp.Cast):
            _check_date(node, text)
        elif isinstance(node, exp.In) and not node.expressions:
            raise _refusal("`in` takes a list of values", text)
    holder = exp.Paren(this=tree)
    for number, literal in enumerate(list(holder.find_all(exp.Literal)), start=1):
        values[f"value{number}"] = _value(literal)
        literal.replace(exp.Placeholder(this=f"value{number}"))
    return RowCondition(holder.sql(dialect="duckdb", comments=False), values)


def _parse(text: str) -> "exp.Expression":
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(text) > _LONGEST:
        raise _refusal(f"it has more than {_LONGEST:,} characters", text)
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except SqlglotError as error:
        raise _refusal(f"it cannot be understood: {str(error).splitlines()[0]}", text) from None
    if len(trees) != 1 or trees[0] is None:
        raise _refusal("it is not one expression", text)
    return trees[0]


def _name_column(node: "exp.Column", names: dict[str, str], text: str) -> None:
    from sqlglot import exp

    if node.table or not isinstance(node.this, exp.Identifier):
        raise _refusal(f"{node.sql(dialect='duckdb')} is no column's plain name", text)
    name = node.name
    if name.lower() not in names:
        nearest = get_close_matches(name, names.values(), n=1)
        hint = f"Did you mean {nearest[0]}? " if nearest else ""
        raise MisuseError(
            f"There is no column {name}",
            _where(text),
            f"{hint}Columns: {', '.join(names.values())}",
        )
    node.set("this", exp.Identifier(this=names[name.lower()], quoted=True))


def _check_date(node: "exp.Cast", text: str) -> None:
    from sqlglot import exp

    kind = node.to.sql(dialect="duckdb").upper()
    if kind not in _DATES or not isinstance(node.this, exp.Literal) or not node.this.is_string:
        raise _refusal(f"{node.sql(dialect='duckdb')} is no date or timestamp", text)


def _value(literal: "exp.Literal") -> Any:
    if literal.is_string:
        return str(literal.this)
    text = str(literal.this)
    return int(text) if text.isdigit() else float(text)


def _where(text: str) -> str:
    shown = " ".join(text.split())
    return f"--where {shown if len(shown) <= 200 else shown[:199] + '…'}"


def _refusal(problem: str, text: str) -> MisuseError:
    return MisuseError(f"The condition is refused: {problem}", _where(text), _FIX)
