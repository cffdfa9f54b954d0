"""Counts of few people, hidden in SQL where a dataset is classified so: what `suppression.py` says in Python.

Enters: a dataset, its classification, where its rows are. Leaves: a query of the same columns with NULL in
the place of hidden counts, of those that would give them away, and of measures.
"""

from collections.abc import Iterable, Mapping

from studium.serve.rights.naming import listed, quoted
from studium.serve.rights.ranking import Ranking
from studium.vocabulary import Groups, Rights, Table

_SIZE, _WHOLE = "studium_size", "studium_whole"
_ANY = "studium_hides_any"


def hide(table: Table, rights: Rights, source: str, least: int, parts: str | None = None) -> str:
    """A query of what a view that hides counts under `least` has of the rows of `source`.

    `parts` is where the release has its PARTS; without it counts that need it are all hidden.
    """
    groups = rights.groups or Groups([], [])
    if groups.latest:
        latest, scope = quoted(groups.latest), quoted(rights.scope.column if rights.scope else "")
        last = f"{latest} = max({latest}) over (partition by {scope})"
        source = f"(select * from {source} qualify {last})"
    measures = _measures(table, rights, groups)
    apart = {*groups.counts, *measures, *groups.follows, *groups.changes}
    ties = [quoted(column.name) for column in table.columns if column.name not in apart]
    asked = [*groups.counts, *groups.changes]
    flags = {name: quoted(f"studium_hides_{place}") for place, name in enumerate(asked)}
    if groups.is_of_all_rows:
        source = Ranking(table.name, groups, ties, least, parts).flagged(source, flags)
    else:
        source = _flagged_by_row(groups, ties, source, least, flags)
    hidden = flags | _with_them(groups, measures, flags)
    columns = [
        f"case when {hidden[column.name]} then null else {quoted(column.name)} end as {quoted(column.name)}"
        if column.name in hidden
        else quoted(column.name)
        for column in table.columns
    ]
    if groups.measures:  # said once, not again for each of hundreds of measures
        source = f"(select *, {_any(flags[it] for it in groups.counts)} as {_ANY} from {source})"
    return f"select {', '.join(columns)} from {source}"


def _flagged_by_row(
    groups: Groups, ties: list[str], source: str, least: int, flags: Mapping[str, str]
) -> str:
    """The rows of `source` with the flags, where columns name the whole: a condition on these reaches the table."""
    hidden = _hidden(groups, ties, least)
    known = ", ".join(f"{hidden[name]} as {flag}" for name, flag in flags.items())
    if groups.series:
        source = _with_sizes(groups, ties, source, least)
    return f"(select *, {known} from {source})"


def _hidden(groups: Groups, ties: list[str], least: int) -> dict[str, str]:
    """Whether each count, and each change of one, is hidden for its own sake."""
    hidden = {name: _is_hidden(quoted(name), groups.within, ties, least) for name in groups.counts}
    if groups.series:
        first = quoted(groups.counts[0])
        gap = f"order by {first} range between 1 following and {least - 1} following"
        repeats = f"partition by {listed(groups.series)}"
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
    kept = {*groups.within, *groups.counts, *groups.follows}
    kept |= {rights.scope.column} if rights.scope else set()
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


def _is_hidden(cell: str, within: Iterable[str], ties: list[str], least: int) -> str:
    """Whether a count is hidden: see `studium.serve.rights.suppression`, which says the same in Python."""
    is_small = f"{cell} between 1 and {least - 1}"
    if set(ties) <= set(map(quoted, within)):  # each row is a whole: no window over all of them
        return is_small
    part = f"partition by {listed(within)}" if within else ""
    order = f"{part} order by {', '.join([f'{cell} <= 0', cell, *ties])} rows between unbounded preceding and"
    has_small = f"bool_or({is_small}) over ({part})"
    before = f"coalesce(sum({cell}) over ({order} 1 preceding), 0)"
    place = f"count(*) over ({order} current row)"
    return (
        f"{cell} > 0 and {has_small} and ({cell} < {least} or {before} < {least} or {place} <= 2)"
    )


def _with_sizes(groups: Groups, ties: list[str], source: str, least: int) -> str:
    """The rows with the size of their series in the first of each, and whether that hides the series."""
    repeats, order = listed(groups.series), ", ".join(ties)
    count, size = quoted(groups.counts[0]), quoted(_SIZE)
    sized = (
        f"select *, case when row_number() over (partition by {repeats} order by {order}) = 1 "
        f"then max({count}) over (partition by {repeats}) end as {size} from {source}"
    )
    whole = _is_hidden(size, groups.within, [listed(groups.series)], least)
    return f"(select *, {whole} as {quoted(_WHOLE)} from ({sized}))"


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(f"({condition})" for condition in conditions)
