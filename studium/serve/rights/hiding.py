"""Counts of few people, hidden in SQL where a dataset is classified so: what `suppression.py` says in Python.

Enters: a dataset, its classification, where its rows are. Leaves: a query of the same columns with NULL in
the place of hidden counts, of those that would give them away, and of measures.
"""

from collections.abc import Iterable

from studium.publish import Groups, Rights, Table

_SIZE, _WHOLE = "studium_size", "studium_whole"


def hide(table: Table, rights: Rights, source: str, least: int) -> str:
    """A query of what a view that hides counts under `least` has of the rows of `source`."""
    groups = rights.groups or Groups([], [])
    ties = [
        quoted(column.name)
        for column in table.columns
        if column.name not in {*groups.counts, *groups.measures, *groups.follows, *groups.changes}
    ]
    asked = _hidden(groups, ties, least)
    flags = {name: quoted(f"studium_hides_{place}") for place, name in enumerate(asked)}
    known = ", ".join(f"{asked[name]} as {flag}" for name, flag in flags.items())
    if groups.series:
        source = _with_sizes(groups, ties, source, least)
    hidden = flags | _with_them(table, rights, groups, flags)
    columns = [
        f"case when {hidden[column.name]} then null else {quoted(column.name)} end as {quoted(column.name)}"
        if column.name in hidden
        else quoted(column.name)
        for column in table.columns
    ]
    query = f"select {', '.join(columns)} from (select *, {known} from {source})"
    if groups.latest:
        latest, course = quoted(groups.latest), quoted(rights.course or "")
        query += f" qualify {latest} = max({latest}) over (partition by {course})"
    return query


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _hidden(groups: Groups, ties: list[str], least: int) -> dict[str, str]:
    """Whether each count, and each change of one, is hidden for its own sake."""
    hidden = {name: _is_hidden(quoted(name), groups.within, ties, least) for name in groups.counts}
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


def _with_them(
    table: Table, rights: Rights, groups: Groups, hidden: dict[str, str]
) -> dict[str, str]:
    """Whether columns are hidden for the sake of others; a count may be one of them."""
    measures = set(groups.measures)
    if "*" in measures:
        kept = {*groups.within, *groups.counts, *groups.follows, rights.course}
        measures = {column.name for column in table.columns} - kept
    found = {name: _any(hidden[count] for count in groups.counts) for name in measures}
    for name, others in groups.follows.items():
        own = [hidden[name]] if name in hidden else []
        found[name] = _any([*own, *(hidden[other] for other in others)])
    return {
        name: _any([hidden[name], condition]) if name in hidden and name in measures else condition
        for name, condition in found.items()
    }


def _is_hidden(cell: str, within: Iterable[str], ties: list[str], least: int) -> str:
    """Whether a count is hidden: see `studium.serve.rights.suppression`, which says the same in Python."""
    if set(ties) <= set(map(quoted, within)):  # each row is a whole: no window over all of them
        return f"{cell} between 1 and {least - 1}"
    part = f"partition by {_list(within)} " if within else ""
    order = f"{part}order by {cell} <= 0, {', '.join([cell, *ties])} rows between unbounded preceding and"
    has_small = f"bool_or({cell} between 1 and {least - 1}) over ({part.strip()})"
    before = f"coalesce(sum({cell}) over ({order} 1 preceding), 0)"
    place = f"count(*) over ({order} current row)"
    return (
        f"{cell} > 0 and {has_small} and ({cell} < {least} or {before} < {least} or {place} <= 2)"
    )


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
