"""The first line of a dump against the registry: which column is where, which are new and which are missing.

Enters: names of a header, a dataset. Leaves: a `Layout`, or the reason why no line of the file can be read.
"""

from collections import Counter
from dataclasses import dataclass

from studium.vocabulary import PROVENANCE, Column, Dataset


@dataclass(frozen=True)
class Layout:
    """Where each column of a dataset stands in a file: `places` by name; `extra` are not in the registry."""

    dataset: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    places: dict[str, int]
    extra: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def has_drifted(self) -> bool:
        """Whether the file has other columns than the registry knows."""
        return bool(self.extra or self.missing)


def layout_of(dataset: str, known: Dataset | None, names: list[str]) -> Layout | str:
    """The layout of a file, or a reason for quarantine: 'no_header', 'repeated_column', 'no_key_column'.

    A table that nobody declares, whose `known` is None, keeps the columns of its header as text.
    """
    names = [name.strip().strip("`\"'") for name in names]
    if known is None:
        return _unknown_layout(dataset, names)
    names = _declared_names(known, names)
    expected = {column.name: column for column in known.columns if not column.is_derived}
    if not set(names) & set(expected):
        return "no_header"
    if any(number > 1 for name, number in Counter(names).items() if name in expected):
        return "repeated_column"
    if any(name not in names for name in _needed(known)):
        return "no_key_column"
    places = {name: names.index(name) for name in expected if name in names}
    extra = [name for name in dict.fromkeys(names) if _is_extra(known, name)]
    places |= {name: names.index(name) for name in extra}
    missing = [
        name
        for name, column in expected.items()
        if not (name in places or column.is_optional or name == known.scope_column)
    ]
    return Layout(dataset, known.columns, known.key, places, tuple(extra), tuple(missing))


def _declared_names(dataset: Dataset, names: list[str]) -> list[str]:
    aliases = {**{column.name: column.name for column in dataset.columns}, **dict(dataset.aliases)}
    if dataset.ignores_case:
        aliases = {alias.casefold(): name for alias, name in aliases.items()}
        return [aliases.get(name.casefold(), name) for name in names]
    return [aliases.get(name, name) for name in names]


def _needed(dataset: Dataset) -> list[str]:
    """Keys that a file cannot do without; its scope follows from the delivery, optional ones may be unknown."""
    optional = {column.name for column in dataset.columns if column.is_optional}
    return [name for name in dataset.key if name != dataset.scope_column and name not in optional]


def _is_extra(dataset: Dataset, name: str) -> bool:
    known = {column.name for column in dataset.columns} | set(PROVENANCE) | set(dataset.ignored)
    return bool(name) and dataset.takes_others and name not in known


def _unknown_layout(dataset: str, names: list[str]) -> Layout:
    """Names made distinct, without regard to case, and apart from the provenance; passwords are never typed."""
    taken = set(PROVENANCE)
    places = {}
    for place, name in enumerate(names):
        if "password" in name.lower():
            continue
        distinct, number = name or "column", 1
        while distinct.lower() in taken:
            number += 1
            distinct = f"{name or 'column'}_{number}"
        taken.add(distinct.lower())
        places[distinct] = place
    columns = tuple(Column(name, "varchar") for name in places)
    return Layout(dataset, columns, (), places)
