"""Which counts hide where the whole is all rows of a dataset: all its columns of counts, ranked in one step.

Enters: rows as SQL, their classification. Leaves: the rows with a flag for each count. A report has dozens
of such columns: ranked one by one, each would carry all the others through windows of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from studium.serve.rights.naming import listed, literal, quoted
from studium.vocabulary import Groups

# Names beside those of the dataset.
_ROW, _NAME, _COUNT, _KEY = "studium_row", "studium_name", "studium_count", "studium_key"
_RISK, _SMALL, _HAS_SMALL = "studium_is_risk", "studium_is_small", "studium_has_small"
_BEFORE, _PLACE, _NAMES = "studium_before", "studium_place", "studium_names"
_ALL_ROWS = "*"  # as PARTS calls the sum of them


@dataclass(frozen=True)
class Ranking:
    """What decides: `ties` are columns, as SQL, that order equal counts; `parts` is where the release has its PARTS.

    Without PARTS, None, counts that need it are all hidden.
    """

    dataset: str
    groups: Groups
    ties: list[str]
    least: int
    parts: str | None

    def flagged(self, source: str, flags: Mapping[str, str]) -> str:
        """The rows of `source`, each with `flags`: whether the count of that name is hidden."""
        asked = ", ".join(
            f"coalesce(list_contains({_NAMES}, {literal(name)}), false) as {flag}"
            for name, flag in flags.items()
        )
        hidden = (
            f"select {_ROW}, list({_NAME}) as {_NAMES} from ranked where {_COUNT} > 0 and {_HAS_SMALL} "
            f"and ({_COUNT} < {self.least} or {_RISK} or {_BEFORE} < {self.least} or {_PLACE} <= 2) "
            f"group by {_ROW}"
        )
        return (
            f"(with numbered as materialized (select *, row_number() over () as {_ROW} from {source}), "
            f"cells as ({self._cells()}), weighed as ({self._weighed()}), ranked as ({self._ranked()}), "
            f"hidden as ({hidden}) "
            f"select numbered.*, {asked} from numbered left join hidden using ({_ROW}))"
        )

    def _cells(self) -> str:
        """A row for each count of each row, with the key of its row in PARTS."""
        names = ", ".join(map(literal, self.groups.counts))
        ties = [f"{column} as {tie}" for column, tie in zip(self.ties, self._ties(), strict=True)]
        key = " || '|' || ".join(
            f"coalesce(cast({quoted(name)} as varchar), '')" for name in self.groups.parts or []
        )
        return (
            f"select {', '.join([_ROW, *ties])}, {key or 'null'} as {_KEY}, unnest([{names}]) as {_NAME}, "
            f"unnest([{listed(self.groups.counts)}]) as {_COUNT} from numbered"
        )

    def _ties(self) -> list[str]:
        return [f"studium_tie_{place}" for place in range(len(self.ties))]

    def _weighed(self) -> str:
        """Whether each count is like one of few people: it is, or it tells of them beside other datasets.

        It does where it tells of one group of few, or of two that are few together; where the sum of
        all rows does, some of them hide as if one was small.
        """
        is_few = f"{_COUNT} between 1 and {self.least - 1}"
        if self.groups.parts is None:
            return f"select *, false as {_RISK}, {is_few} as {_SMALL} from cells"
        if self.parts is None:
            return f"select *, true as {_RISK}, true as {_SMALL} from cells"
        told = (
            f"(select group_key, column_name from {self.parts} "
            f"where dataset = {literal(self.dataset)} and smallest < {self.least} and (next_smallest is null "
            f"or next_smallest >= {self.least} or smallest + next_smallest < {self.least}))"
        )
        return (
            f"select cells.*, own.group_key is not null as {_RISK}, "
            f"{is_few} or own.group_key is not null or whole.group_key is not null as {_SMALL} from cells "
            f"left join {told} as own on own.group_key = {_KEY} and own.column_name = {_NAME} "
            f"left join {told} as whole on whole.group_key = '{_ALL_ROWS}' and whole.column_name = {_NAME}"
        )

    def _ranked(self) -> str:
        """Each count's place among those of its column, the smallest first, and how many people are before it."""
        order = (
            f"partition by {_NAME} order by {', '.join([f'{_COUNT} <= 0', _COUNT, *self._ties()])}"
        )
        before = f"sum({_COUNT}) over ({order} rows between unbounded preceding and 1 preceding)"
        return (
            f"select *, bool_or({_SMALL}) over (partition by {_NAME}) as {_HAS_SMALL}, "
            f"coalesce({before}, 0) as {_BEFORE}, row_number() over ({order}) as {_PLACE} from weighed"
        )
