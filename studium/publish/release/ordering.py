"""A total order at the end of a statement: by what it asks for, then by all columns that it shows.

Enters: SQL of one query, how many columns it has. Leaves: the same SQL, in which equal rows alone may change
places. How a table is stored says something about what is hidden, such as the true names behind pseudonyms.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.tokens import Token

_AFTER = ("LIMIT", "OFFSET", "FETCH")


def in_total_order(sql: str, columns: int) -> str:
    """`sql` with an order over all its columns behind the one that it has; its own text stays.

    >>> in_total_order("select a, b from t order by b desc limit 3", 2)
    'select a, b from t order by b desc, 1, 2 limit 3'
    """
    tokens = _top_level(sql)
    names = [token.token_type.name for token in tokens]
    order = names.index("ORDER_BY") if "ORDER_BY" in names else None
    if order is not None and names[order + 1] == "ALL":
        return sql
    end = tokens[-1].start if names[-1] == "SEMICOLON" else tokens[-1].end + 1
    place = next((token.start for token in tokens if token.token_type.name in _AFTER), end)
    places = ", ".join(map(str, range(1, columns + 1)))
    before, after = sql[:place].rstrip(), sql[place:end]
    joined = " order by" if order is None else ","
    return f"{before}{joined} {places}{' ' if after else ''}{after}"


def _top_level(sql: str) -> "list[Token]":
    """Tokens outside of all brackets."""
    import sqlglot

    found, depth = [], 0
    for token in sqlglot.tokenize(sql, read="duckdb"):
        name = token.token_type.name
        depth += name in {"L_PAREN", "L_BRACKET", "L_BRACE"}
        depth -= name in {"R_PAREN", "R_BRACKET", "R_BRACE"}
        if not depth:  # closing brackets stand among them, so that the last token ends the text
            found.append(token)
    return found
