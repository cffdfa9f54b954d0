"""The one place where rows and columns are limited: a query's datasets become what a view has of them.

Enters: SQL that names datasets plainly. Leaves: the same SQL behind CTEs of the same names. The
connection finds no table by a plain name, so that a name missed here is an error, not a leak.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from msgspec.structs import replace
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from studium.errors import StudiumError
from studium.publish import CATALOG
from studium.serve.rights.hiding import hide
from studium.serve.rights.naming import literal, quoted
from studium.serve.rights.principals import View
from studium.serve.rights.refusals import ForbiddenError
from studium.vocabulary import PARTS, Belonging, Rights, Table, TableColumn

INNER_PAD, OUTER_PAD = "pseudonym_inner", "pseudonym_outer"
PERSON = ("username", "user_id")  # parameters of queries about one learner, named as the columns
_ROW_FUNCTIONS = (exp.GenerateSeries, exp.Unnest)
_NUMBERS = ("INT", "DECIMAL", "HUGEINT")


@dataclass(frozen=True)
class GuardedQuery:
    """SQL to run, the parameters that it needs besides its own, and what it reads."""

    sql: str
    parameters: frozenset[str]
    datasets: tuple[str, ...]
    is_of_learners: bool


def is_visible(table: Table, view: View) -> bool:
    """Whether a view has anything of a dataset."""
    rights = table.rights
    if rights is None:
        return view.is_unlimited
    belongs = rights.scope is not None or rights.level not in {"learner", "course"}
    return rights.level in view.levels and (view.sees_site or belongs)


def visible_columns(table: Table, view: View) -> list[str]:
    """Columns of a dataset that a view has."""
    rights = table.rights
    hidden = set(rights.personal) if rights and view.is_pseudonymous else set[str]()
    hidden |= set(rights.beyond) if rights and not view.sees_beyond else set()
    return [column.name for column in table.columns if column.name not in hidden]


def sees_whole(table: Table, view: View) -> bool:
    """Whether a view has every row and value of a dataset as it is, so that its checksum says nothing new."""
    rights = table.rights
    if rights is None:
        return view.is_unlimited
    is_hiding = view.hides_under > 0 and rights.groups is not None
    has_rows = view.sees_site or rights.level == "institution"
    return has_rows and not is_hiding and not _is_pseudonymous(view, rights)


def guard_query(
    sql: str, tables: Mapping[str, Table], view: View, person: frozenset[str] = frozenset()
) -> GuardedQuery:
    """Put the view's part of each dataset in the dataset's place.

    `person` are those of PERSON that the query asks about: where they are pseudonyms, only the rows of whom
    they stand for are read and given pseudonyms, instead of all of a course.

    Raises StudiumError for anything but one reading statement over datasets of the release by their plain
    names, ForbiddenError for a dataset that the view has nothing of.
    """
    names = _datasets_of(sql, tables)
    guards, parameters = [], set()
    for name in names:
        if not is_visible(tables[name], view):
            raise ForbiddenError(f"dataset {name}")
        parts = f"{CATALOG}.main.{quoted(PARTS)}" if PARTS in tables else None
        guard, needed = _guard(tables[name], view, parts, person)
        guards.append(f"{quoted(name)} as not materialized ({guard})")
        parameters |= needed
    return GuardedQuery(
        sql=_behind(guards, sql),
        parameters=frozenset(parameters),
        datasets=tuple(names),
        is_of_learners=any(_is_of_learners(tables[name]) for name in names),
    )


def permitted(kind: str) -> str:
    """The parameter with the ids of a kind of scope whose rows may be read."""
    return f"permitted_{kind}"


def stands_for(name: str) -> str:
    """The parameter with the true `name` of the learner whom a query asks about by pseudonym."""
    return f"stands_for_{name}"


def search_query(table: Table, view: View, name: str) -> GuardedQuery | None:
    """A query for whom the pseudonym `name` stands in the scope asked about; None where `table` does not tell.

    Its columns come in pairs: one of PERSON, and its pseudonym.
    """
    rights = table.rights
    if rights is None or name not in rights.learner or rights.scope is None:
        return None
    if not _is_pseudonymous(view, rights):
        return None
    source, needed = _rows(table, rights, view, frozenset())
    rows = f"from (select * from {source}) where {_id_of(rights.scope)} = ${rights.scope.kind}_id"
    kinds = {column.name: column.type for column in table.columns if column.name in rights.learner}
    pseudonyms = {person: _pseudonym(person, kinds[person]) for person in PERSON if person in kinds}
    pairs = ", ".join(f"{quoted(person)}, {made}" for person, made in pseudonyms.items())
    # A list in between, so that each name gets its pseudonym once and not in each of its rows.
    names = f"select unnest(list(distinct {quoted(name)})) as {quoted(name)} {rows}"
    found = f"select {quoted(name)} from ({names}) where {pseudonyms[name]} = ${name}"
    return GuardedQuery(
        f"select distinct {pairs} {rows} and {quoted(name)} in ({found})",
        frozenset({*needed, INNER_PAD, OUTER_PAD}),
        (table.name,),
        True,
    )


def _is_of_learners(table: Table) -> bool:
    return table.rights is None or table.rights.level == "learner"


def _datasets_of(sql: str, tables: Mapping[str, Table]) -> list[str]:
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        raise _refused(f"is not understood: {str(error).splitlines()[0]}", sql) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise _refused("is not one reading statement", sql)
    steps = {cte.alias for cte in statements[0].find_all(exp.CTE)}
    if shadowed := steps & set(tables):
        raise _refused(f"gives a step the name of a dataset, {min(shadowed)}", sql)
    names: dict[str, None] = {}
    for table in statements[0].find_all(exp.Table):
        if isinstance(table.this, _ROW_FUNCTIONS):
            continue
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            raise _refused("reads something else than a dataset", sql)
        if table.name not in steps and table.name not in tables:
            raise _refused(f"reads {table.name}, which the release does not have", sql)
        if table.name in tables:
            names[table.name] = None
    return list(names)


def _guard(
    table: Table, view: View, parts: str | None, person: frozenset[str]
) -> tuple[str, set[str]]:
    """SQL of what a view has of a dataset, and the parameters in it."""
    rights = table.rights
    if rights is None:
        return f"select * from {_place(table)}", set()
    source, needed = _rows(table, rights, view, person)
    kept = set(visible_columns(table, view))
    columns = [quoted(column.name) for column in table.columns if column.name in kept]
    if _is_pseudonymous(view, rights):
        columns = [
            f"{_pseudonym(column.name, column.type)} as {quoted(column.name)}"
            if column.name in rights.learner
            else _coarse(column, rights, view)
            for column in table.columns
            if column.name in kept
        ]
        if rights.learner:
            needed |= {INNER_PAD, OUTER_PAD}
    if view.hides_under and rights.groups and not _is_pseudonymous(view, rights):
        # Without what is not shown: it must not say either which of equal counts are hidden.
        table = replace(table, columns=[it for it in table.columns if it.name in kept])
        return hide(table, rights, source, view.hides_under, parts), needed
    return f"select {', '.join(columns)} from {source}", needed


def _coarse(column: TableColumn, rights: Rights, view: View) -> str:
    """A column about somebody behind a pseudonym, as finely as the settings have it."""
    name, trait = quoted(column.name), rights.traits.get(column.name)
    if trait in view.hidden_traits:
        return f"case when false then {name} end as {name}"
    if trait == "birth_year" and view.year_step > 1:
        return f"{name} // {view.year_step} * {view.year_step} as {name}"
    return name


def _place(table: Table) -> str:
    return f"{CATALOG}.main.{quoted(table.name)}"


def _rows(table: Table, rights: Rights, view: View, person: frozenset[str]) -> tuple[str, set[str]]:
    """Where a view's rows of a dataset are, and the parameters in it."""
    conditions, needed = [], set()
    scope = rights.scope
    if scope and rights.level != "institution" and not view.sees_site:
        needed.add(permitted(scope.kind))
        conditions.append(f"list_contains(${permitted(scope.kind)}, {_id_of(scope)})")
    if scope and _is_pseudonymous(view, rights):
        known = [name for name in PERSON if name in rights.learner]
        if person.intersection(known):  # by either: a name may be missing where the number is not
            needed.update(map(stands_for, known))
            either = " or ".join(f"{quoted(name)} = ${stands_for(name)}" for name in known)
            conditions.append(f"({either})")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return f"{_place(table)}{where}", needed


def _is_pseudonymous(view: View, rights: Rights) -> bool:
    return view.is_pseudonymous and rights.level == "learner"


def _id_of(scope: Belonging) -> str:
    """The id of the scope that a row belongs to."""
    column = quoted(scope.column)
    return f"split_part({column}, {literal(scope.until)}, 1)" if scope.until else column


def _pseudonym(name: str, kind: str) -> str:
    """HMAC-SHA256, its first 128 bits in hexadecimal; numbers and names cannot be mistaken for each other."""
    domain = "number:" if any(word in kind.upper() for word in _NUMBERS) else "text:"
    message = f"encode('{domain}' || cast({quoted(name)} as varchar))"
    inner = f"unhex(sha256(${INNER_PAD} || {message}))"
    return f"left(sha256(${OUTER_PAD} || {inner}), 32)"


def _behind(guards: list[str], sql: str) -> str:
    """The query with `guards` as its first steps; its own text is not touched."""
    if not guards:
        return sql
    tokens = sqlglot.tokenize(sql, read="duckdb")
    if tokens[0].token_type != TokenType.WITH:
        return f"with {', '.join(guards)} {sql}"
    last = tokens[1] if tokens[1].token_type == TokenType.RECURSIVE else tokens[0]
    cut = last.end + 1
    return f"{sql[:cut]} {', '.join(guards)}, {sql[cut:]}"


def _refused(reason: str, sql: str) -> StudiumError:
    return StudiumError(
        f"A query of the server {reason}",
        " ".join(sql.split())[:80],
        "Name datasets of the release plainly, in one SELECT.",
    )
