"""The promises that data must keep: dbt's data tests, and the rows that break one.

Enters: a built warehouse. Leaves: one `CheckOutcome` per promise; a broken one is not raised. One whose tables are
those of its last answer is not asked again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Progress
from studium.vocabulary import CheckOutcome
from studium.warehouse.build import build_variables
from studium.warehouse.engine import Engine, open_engine
from studium.warehouse.inputs.changes import read_built
from studium.warehouse.inputs.dumps import Contents
from studium.warehouse.inputs.reading import Reading
from studium.warehouse.plan import source_version
from studium.warehouse.project import Graph, Project, Promise, fingerprint
from studium.warehouse.records import UNFINISHED, LastBuild, Record, last_build, read_records
from studium.warehouse.refusals import explain

_FAILURES = "failures"


@dataclass(frozen=True)
class FailingRows:
    """Rows that break a promise, at most as many as asked for."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def check(workspace: Workspace, progress: Progress) -> list[CheckOutcome]:
    """Test everything that was built last, in the order of names; the caller holds the lock.

    Areas with a model that failed are left out. Raises StudiumError when nothing was built, or by other models than
    those of today, or a test itself cannot run.
    """
    project = Project(workspace)
    with open_engine(workspace) as engine:
        last = _finished(last_build(engine), project, workspace)
        return _Checks(engine, project.graph, last).ask(progress, workspace)


def _finished(last: LastBuild | None, project: Project, workspace: Workspace) -> LastBuild:
    if last is None or not last.is_complete:
        raise StudiumError(
            "There is nothing to check: the last build was not finished, or there was none",
            str(workspace.warehouse),
            "Run `studium build`",
        )
    if last.models_hash != project.models_hash:
        raise StudiumError(
            "The models have changed since the last build: its tables are not what they say",
            str(workspace.warehouse),
            "Build them again, then check or publish: studium build",
        )
    return last


class _Checks:
    """All promises of one warehouse, and what is known of them."""

    def __init__(self, engine: Engine, graph: Graph, last: LastBuild) -> None:
        self._engine = engine
        self._graph = graph
        self._interval = last.interval
        self._variables = {**graph.variables, **build_variables(last.interval), "repeats": {}}
        self._records = read_records(engine)
        self._parts = read_built(engine)
        self._counts = self._count_rows()

    def ask(self, progress: Progress, workspace: Workspace) -> list[CheckOutcome]:
        """Every promise about tables that are there, in the order of names."""
        known = self._known()
        states = {it.name: self._state(it) for it in self._promises()}
        new = [it for it in self._promises() if known.get(it.name, ("",))[0] != states[it.name]]
        known |= {it.name: (states[it.name], 0) for it in new if self._is_about_nothing(it)}
        new = [it for it in new if not self._is_about_nothing(it)]
        if new:
            read = [key for it in new for key in it.reads]
            self._reading(workspace).of_sql(self._graph, read)
        progress.start("check", float(len(new)), "promises")
        self._engine.rows(f"create schema if not exists {_FAILURES}")
        seconds: dict[str, float] = {}
        try:
            for promise in new:
                began = time.perf_counter()
                failures = self._ask(promise)
                known[promise.name] = (states[promise.name], failures)
                seconds[promise.name] = time.perf_counter() - began
                progress.advance(1)
        except self._engine.failure as error:
            raise explain(str(error), promise.name, workspace) from error
        finally:
            self._remember([it for it in new if it.name in seconds], known)
        progress.finish()
        return [
            _result(it, known[it.name][1], seconds.get(it.name, 0.0)) for it in self._promises()
        ]

    def _reading(self, workspace: Workspace) -> Reading:
        from studium.lake import dump_partitions, event_partitions

        dumps = dump_partitions(workspace, self._interval.as_of)
        return Reading(workspace, Contents(event_partitions(workspace), dumps))

    def _promises(self) -> list[Promise]:
        """Those about tables that are wanted, of areas that were built to their end."""
        broken = {
            model.area
            for model in self._graph.models.values()
            if self._record(model.name).version == UNFINISHED
        }
        return [
            promise
            for promise in self._graph.promises
            if promise.area not in broken and not any(map(self._is_unwanted, promise.reads))
        ]

    def _ask(self, promise: Promise) -> int:
        """The number of rows that break it; they are a view, for `studium check --show`."""
        relation = f'{_FAILURES}."{promise.name}"'
        with self._engine.transaction():
            sql = self._graph.renderer.sql(promise.key, self._variables)
            self._engine.make_view(relation, sql)
            return self._engine.count_rows([relation])[relation]

    def _state(self, promise: Promise) -> str:
        """Of all that its answer follows from."""
        read = [[self._version(key), self._counts.get(key)] for key in promise.reads]
        text = self._graph.renderer.sql(promise.key, self._variables)
        return fingerprint([promise.definition, text, read])

    def _version(self, key: str) -> str:
        if key in self._graph.models:
            return self._record(self._graph.models[key].name).version
        return source_version(key, self._parts)

    def _count_rows(self) -> Mapping[str, int]:
        """Rows of each table by the key of its model: what was changed from outside looks other."""
        kinds = self._engine.relations()
        relations = {
            model.relation: key
            for key, model in self._graph.models.items()
            if kinds.get(model.relation) == "table"
        }
        return {relations[it]: n for it, n in self._engine.count_rows(relations.keys()).items()}

    def _record(self, name: str) -> Record:
        return self._records.get(name) or Record(name, "", "", "", UNFINISHED)

    def _is_unwanted(self, key: str) -> bool:
        model = self._graph.models.get(key)
        return model is not None and self._record(model.name).definition.startswith("unwanted")

    def _is_about_nothing(self, promise: Promise) -> bool:
        """Whether it reads tables without input alone: no row breaks it."""
        return all(
            self._record(self._graph.models[key].name).definition.startswith("empty")
            for key in promise.reads
            if key in self._graph.models
        )

    def _known(self) -> dict[str, tuple[str, int]]:
        rows = self._engine.rows("select name, state, failures from studium.promises")
        return {name: (state, failures) for name, state, failures in rows}

    def _remember(self, asked: Sequence[Promise], known: Mapping[str, tuple[str, int]]) -> None:
        """Also where a later one cannot be asked."""
        names = [promise.name for promise in asked]
        if names:
            self._engine.rows(
                "insert or replace into studium.promises"
                " select unnest($names), unnest($states), '', unnest($failures)",
                {
                    "names": names,
                    "states": [known[name][0] for name in names],
                    "failures": [known[name][1] for name in names],
                },
            )


def _result(promise: Promise, failures: int, seconds: float) -> CheckOutcome:
    return CheckOutcome(
        name=promise.name,
        status="fail" if failures else "pass",
        failures=failures,
        model=promise.model,
        seconds=seconds,
        relation=f"{_FAILURES}.{promise.name}",
        area=promise.area,
    )


def failing_rows(workspace: Workspace, name: str, limit: int = 20) -> FailingRows:
    """The rows that break promise `name` now, at most `limit`; raises MisuseError if it is none.

    A promise about tables without input has not been asked: no row breaks it.
    """
    names = [promise.name for promise in Project(workspace).graph.promises]
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}? " if near else ""
        fix = f"{hint}List all {len(names)}: studium check --json"
        raise MisuseError(f"There is no check {name}", "check --show", fix)
    with open_engine(workspace) as engine:
        if f'{_FAILURES}."{name}"' not in engine.relations():
            return FailingRows([], [])
        found = engine.connection.execute(f'from {_FAILURES}."{name}" limit {int(limit)}')
        columns = [column[0] for column in found.description or []]
        return FailingRows(columns, found.fetchall())
