"""What a build has to do: for each model whether it is kept, made in part, or made whole, and why that is enough.

Enters: models, what the lake holds, what the warehouse remembers. Leaves: a `Plan`; `begin` and `finish` write the
notes, so that a build killed between them is done again, for what was touched then and since.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from studium.warehouse.inputs.changes import EVENTS, WHOLE, Parts, scope_of, source_of
from studium.warehouse.inputs.scopes import kinds_of_events
from studium.warehouse.interval import Interval
from studium.warehouse.project import Graph, Model, fingerprint
from studium.warehouse.records import UNFINISHED, LastBuild, Record

Action = Literal["keep", "note", "empty", "remove", "view", "table", "part"]
_DAYS, _ALL = "days", "all"  # which rows a change may reach; else those of scopes of a kind


@dataclass(frozen=True)
class Step:
    """One model of a build: "note" for a view that stands as it is while its rows change.

    What `is_anew` was made of something else before: a killed build makes it anew again.
    """

    model: Model
    action: Action
    is_anew: bool
    record: Record

    @property
    def is_work(self) -> bool:
        """Whether a statement is run for it."""
        return self.action not in {"keep", "note"}


@dataclass(frozen=True)
class Today:
    """All that the tables are to follow from: `variables` are those of a build of everything."""

    graph: Graph
    models_hash: str
    interval: Interval
    parts: Parts
    variables: Mapping[str, Any]
    idle: Mapping[str, bool]


@dataclass(frozen=True)
class Before:
    """What the warehouse remembers; `changed` are the parts of the lake that are others than those."""

    last: LastBuild | None
    records: Mapping[str, Record]
    relations: Collection[str]
    changed: Mapping[str, list[str]]

    @property
    def touched(self) -> list[date]:
        """Dates whose events are others."""
        return [date.fromisoformat(part) for part in self.changed.get(EVENTS, [])]


def plan_steps(today: Today, before: Before, is_full: bool) -> list[Step]:
    """One step per model, in the order in which they are run."""
    planner = _Planner(today, before, is_full)
    return [planner.step(model) for model in today.graph.models.values()]


class _Planner:
    """Walks from the sources down, and knows of each model which rows a change may reach."""

    def __init__(self, today: Today, before: Before, is_full: bool) -> None:
        self._today = today
        self._before = before
        self._is_full = is_full
        last = before.last
        self._is_moved = last is None or last.interval != today.interval
        self._reach: dict[str, frozenset[str]] = {}
        self._versions: dict[str, str] = {}

    def step(self, model: Model) -> Step:
        """What to do for a model; those that it reads came before."""
        old = self._before.records.get(model.name)
        new = self._record(model)
        reach: frozenset[str] = frozenset().union(*(self._reach_of(key) for key in model.reads))
        is_other = old is None or self._is_other(model, old, new)
        if is_other or self._has_moved(model, old):
            reach |= {_ALL}
        self._reach[model.key] = reach
        self._versions[model.key] = new.version
        is_kept = not is_other and old is not None and old.version == new.version
        action = "keep" if is_kept else self._action(model, old, new, reach)
        return Step(model, action, _ALL in reach and not is_kept, new)

    def _action(
        self, model: Model, old: Record | None, new: Record, reach: Collection[str]
    ) -> Action:
        if model.name in self._today.idle:
            return "remove" if self._today.idle[model.name] else "empty"
        if model.kind == "view":
            return "view" if _ALL in reach or old is None or old.text != new.text else "note"
        if not model.is_partial or not self._kept_through(model).issuperset(reach):
            return "table"
        return "part" if reach else "note"

    def _kept_through(self, model: Model) -> set[str]:
        """Which changes leave rows of a table that is made in parts; of events those whose scopes they name."""
        if model.kind != "by_scope":
            return {_DAYS}
        kind = model.config["scope"]
        return {kind, _DAYS} if kind in kinds_of_events() else {kind}

    def _is_other(self, model: Model, old: Record, new: Record) -> bool:
        """Whether its rows say something else than before, or none are there to be kept."""
        is_unwanted = self._today.idle.get(model.name, False)
        is_there = model.relation in self._before.relations
        return self._is_full or old.definition != new.definition or is_there is is_unwanted

    def _has_moved(self, model: Model, old: Record | None) -> bool:
        """Whether its rows tell of the days before as_of, and those are others now."""
        if not model.config.get("follows_as_of"):
            return False
        return self._is_moved or old is None or old.version == UNFINISHED

    def _record(self, model: Model) -> Record:
        if model.name in self._today.idle:
            why = "unwanted" if self._today.idle[model.name] else "empty"
            definition = text = f"{why} {model.definition}"
            return Record(model.name, model.relation, definition, text, fingerprint(definition))
        sql = self._sql(model)
        text, definition = fingerprint(sql), self._definition(model, sql)
        read = [self._version_of(key) for key in model.reads]
        version = fingerprint([definition, text, read])
        return Record(model.name, model.relation, definition, text, version)

    def _sql(self, model: Model, **others: object) -> str:
        return self._today.graph.renderer.sql(model.key, {**self._today.variables, **others})

    def _definition(self, model: Model, sql: str) -> str:
        """Of the model itself, and of the setting where its rows of all days follow it."""
        name = self._today.variables.get("anonymous_username")
        if not name or sql == self._sql(model, anonymous_username=""):
            return model.definition
        return fingerprint([model.definition, name])

    def _version_of(self, key: str) -> str:
        if key in self._versions:
            return self._versions[key]
        return source_version(key, self._today.parts)

    def _reach_of(self, key: str) -> frozenset[str]:
        if key in self._reach:
            return self._reach[key]
        source = source_of(key)
        parts = self._before.changed.get(source, []) if source else []
        if not parts:
            return frozenset()
        if source == EVENTS:
            return frozenset({_DAYS})
        return frozenset(_ALL if part == WHOLE else scope_of(part).kind for part in parts)


def source_version(key: str, parts: Parts) -> str:
    """Of what a source of dbt holds; the warehouse's own notes are none."""
    source = source_of(key)
    return fingerprint(parts.get(source, {})) if source else ""


def sources_of(graph: Graph, keys: Collection[str]) -> set[str]:
    """All sources that these models read, themselves or through others."""
    seen: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting += graph.models[key].reads if key in graph.models else ()
    return {source for key in seen - graph.models.keys() if (source := source_of(key))}
