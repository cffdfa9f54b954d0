"""Counts of few people, hidden in SQL where a dataset is classified so: what `suppression.py` says in Python.

Enters: a dataset, its classification, where its rows are. Leaves: a query of the same columns with NULL in
the place of hidden counts, of those that would give them away, and of measures.
"""

from collections.abc import Iterable

from studium.publish import Groups, Rights, Table

_SIZE, _WHOLE = "studium_size", "studium_whole"
_KEY, _OWN, _OF_WHOLE, _ALL_ROWS = "studium_key", "studium_own", "studium_of_whole", "*"
_ANY = "studium_hides_any"
_NO_RISKS = "false", "false"


def hide(table: Table, rights: Rights, source: str, least: int, parts: str | None = None) -> str:
    """A query of what a view that hides counts under `least` has of the rows of `source`.

    `parts` is where the release has its PARTS; without it counts that need it are all hidden.
    """
    groups = rights.groups or Groups([], [])
    measures = _measures(table, rights, groups)
    apart = {*groups.counts, *measures, *groups.follows, *groups.changes}
    ties = [quoted(column.name) for column in table.columns if column.name not in apart]
    risks: dict[str, tuple[str, str]] = {}
    if groups.parts is not None:
        source, risks = _with_risks(table.name, groups, source, least, parts)
    asked = _hidden(groups, ties, least, risks)
    flags = {name: quoted(f"studium_hides_{place}") for place, name in enumerate(asked)}
    known = ", ".join(f"{asked[name]} as {flag}" for name, flag in flags.items())
    if groups.series:
        source = _with_sizes(groups, ties, source, least)
    hidden = flags | _with_them(groups, measures, flags)
    columns = [
        f"case when {hidden[column.name]} then null else {quoted(column.name)} end as {quoted(column.name)}"
        if column.name in hidden
        else quoted(column.name)
        for column in table.columns
    ]
    source = f"(select *, {known} from {source})"
    if groups.measures:  # said once, not again for each of hundreds of measures
        source = f"(select *, {_any(flags[it] for it in groups.counts)} as {_ANY} from {source})"
    query = f"select {', '.join(columns)} from {source}"
    if groups.latest:
        latest, course = quoted(groups.latest), quoted(rights.course or "")
        query += f" qualify {latest} = max({latest}) over (partition by {course})"
    return query


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _hidden(
    groups: Groups, ties: list[str], least: int, risks: dict[str, tuple[str, str]]
) -> dict[str, str]:
    """Whether each count, and each change of one, is hidden for its own sake."""
    hidden = {
        name: _is_hidden(quoted(name), groups.within, ties, least, risks.get(name, _NO_RISKS))
        for name in groups.counts
    }
    if groups.series:
        first = quoted(groups.counts[0])
        gap = f"order by {first} range between 1 following and {least - 1} following"
        repeats = f"partition by {_list(groups.series)}"
        hidden[groups.counts[0]] = (
            f"{first} > 0 and ({first} < {least} or bool_or({quoted(_WHOLE)}) over ({repeats}) "
            f"or count(*) over ({repeats} {gap}) > 0)"
        )
    for change, count in groups.changes.items():
        before = _is_hidden(f"({quoted(count)} - {quoted(change)})", groups.within, ties, least)
        hidden[change] = f"({hidden[count]}) or ({before})"
    return hidden


def _measures(table: Table, rights: Rights, groups: Groups) -> set[str]:
    """Columns that hide with any count; `*` stands for all that are no key and have no rule of their own."""
    if "*" not in groups.measures:
        return set(groups.measures)
    kept = {*groups.within, *groups.counts, *groups.follows, rights.course}
    return {column.name for column in table.columns} - kept


def _with_them(groups: Groups, measures: set[str], hidden: dict[str, str]) -> dict[str, str]:
    """Whether columns are hidden for the sake of others; a count may be one of them."""
    found = dict.fromkeys(measures, _ANY)
    for name, others in groups.follows.items():
        own = [hidden[name]] if name in hidden else []
        found[name] = _any([*own, *(hidden[other] for other in others)])
    return {
        name: _any([hidden[name], condition]) if name in hidden and name in measures else condition
        for name, condition in found.items()
    }


def _is_hidden(
    cell: str,
    within: Iterable[str],
    ties: list[str],
    least: int,
    risks: tuple[str, str] = _NO_RISKS,
) -> str:
    """Whether a count is hidden: see `studium.serve.rights.suppression`, which says the same in Python.

    A count is like one of few people where there is a risk that it tells of them beside other datasets; where the
    sum of all rows would, some of them hide as if one was small: `risks` are conditions for both.
    """
    risk, risk_of_whole = risks
    is_small = f"({cell} between 1 and {least - 1} or {risk} or {risk_of_whole})"
    if set(ties) <= set(map(quoted, within)):  # each row is a whole: no window over all of them
        return f"{cell} > 0 and {is_small}"
    part = f"partition by {_list(within)} " if within else ""
    order = f"{part}order by {cell} <= 0, {', '.join([cell, *ties])} rows between unbounded preceding and"
    has_small = f"bool_or({is_small}) over ({part.strip()})"
    before = f"coalesce(sum({cell}) over ({order} 1 preceding), 0)"
    place = f"count(*) over ({order} current row)"
    return (
        f"{cell} > 0 and {has_small} and "
        f"({cell} < {least} or {risk} or {before} < {least} or {place} <= 2)"
    )


def _with_risks(
    dataset: str, groups: Groups, source: str, least: int, parts: str | None
) -> tuple[str, dict[str, tuple[str, str]]]:
    """The rows with two flags for each count: whether it, and the sum of all rows, would tell of few people.

    It does where it tells of one group of few, or of two that are few together.
    """
    if parts is None:
        return source, dict.fromkeys(groups.counts, ("true", "true"))
    smallest, following = quoted("smallest"), quoted("next_smallest")
    few = (
        f"{smallest} < {least} and ({following} is null or {following} >= {least} "
        f"or {smallest} + {following} < {least})"
    )
    told = (
        f"(select group_key as {_KEY}, list(column_name) as {{}} from {parts} "
        f"where dataset = '{dataset}' and {few} group by group_key)"
    )
    key = (
        " || '|' || ".join(
            f"coalesce(cast({quoted(name)} as varchar), '')" for name in groups.parts or []
        )
        or "null"
    )
    flags, risks = [], {}
    for place, name in enumerate(groups.counts):
        risks[name] = quoted(f"studium_risk_{place}"), quoted(f"studium_risk_of_whole_{place}")
        for flag, names in zip(risks[name], (_OWN, _OF_WHOLE), strict=True):
            flags.append(f"coalesce(list_contains({names}, '{name}'), false) as {flag}")
    joined = (
        f"(select * from {source}) as shown "
        f"left join {told.format(_OWN)} as own on own.{_KEY} = {key} "
        f"left join {told.format(_OF_WHOLE)} as whole on whole.{_KEY} = '{_ALL_ROWS}'"
    )
    return f"(select shown.*, {', '.join(flags)} from {joined})", risks


def _with_sizes(groups: Groups, ties: list[str], source: str, least: int) -> str:
    """The rows with the size of their series in the first of each, and whether that hides the series."""
    repeats, order = _list(groups.series), ", ".join(ties)
    count, size = quoted(groups.counts[0]), quoted(_SIZE)
    sized = (
        f"select *, case when row_number() over (partition by {repeats} order by {order}) = 1 "
        f"then max({count}) over (partition by {repeats}) end as {size} from {source}"
    )
    whole = _is_hidden(size, groups.within, [_list(groups.series)], least)
    return f"(select *, {whole} as {quoted(_WHOLE)} from ({sized}))"


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(f"({condition})" for condition in conditions)
