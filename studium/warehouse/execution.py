"""The steps of a build, run: each model in a transaction of its own.

Enters: steps in their order. Leaves: how long each took, and which models failed: those that read them are left
out, those of other areas are built all the same.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studium.config import Workspace
from studium.errors import FullDiskError, StudiumError
from studium.progress import Progress
from studium.warehouse.engine import Engine
from studium.warehouse.journal import BuildPlan
from studium.warehouse.plan import Step
from studium.warehouse.project import Model
from studium.warehouse.refusals import DamagedWarehouseError, explain


@dataclass(frozen=True)
class ModelRun:
    """A model that was built: rows of its table, None for a view, and how long it took."""

    name: str
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class ModelFailure:
    """A model that could not be built, with its area and why."""

    area: str
    model: str
    problem: str
    where: str
    fix: str

    def as_error(self) -> StudiumError:
        """What a command says that has nothing else to say."""
        return StudiumError(self.problem, self.where, self.fix)


@dataclass
class Outcome:
    """What became of the steps; `unfinished` are the models that failed, and all that read them."""

    runs: list[ModelRun] = field(default_factory=list)
    failures: list[ModelFailure] = field(default_factory=list)
    unfinished: set[str] = field(default_factory=set)


class Execution:
    """The steps of one plan, on one engine."""

    def __init__(self, engine: Engine, plan: BuildPlan, workspace: Workspace) -> None:
        self._engine = engine
        self._plan = plan
        self._workspace = workspace
        self._renderer = plan.today.graph.renderer
        self._renderer.answer = engine.rows
        touched = [day.isoformat() for day in plan.before.touched]
        self._of_parts: Mapping[str, Any] = {
            **plan.today.variables,
            "touched_dates": touched,
            "touched_scopes": True,
            "is_interval_moved": False,
        }

    def run(self, progress: Progress) -> Outcome:
        """Run them all; raises StudiumError where no model could go on: a full disk, a damaged warehouse."""
        outcome = Outcome()
        steps = self._plan.steps
        progress.start("build", float(sum(step.is_work for step in steps)), "models")
        broken: set[str] = set()
        for step in steps:
            if broken.intersection(step.model.reads) and step.action != "keep":
                broken.add(step.model.key)
                outcome.unfinished.add(step.model.name)
            elif step.is_work:
                failure = self._run_step(step, outcome.runs)
                if failure:
                    broken.add(step.model.key)
                    outcome.unfinished.add(step.model.name)
                    outcome.failures.append(failure)
                progress.advance(1)
        progress.finish()
        outcome.runs = self._counted(outcome.runs)
        return outcome

    def _run_step(self, step: Step, runs: list[ModelRun]) -> ModelFailure | None:
        began = time.perf_counter()
        try:
            with self._engine.transaction():
                self._make(step)
        except self._engine.failure as error:
            problem = explain(str(error), step.model.name, self._workspace)
            if isinstance(problem, FullDiskError | DamagedWarehouseError):
                raise problem from error
            return _failure(step.model, problem)
        except StudiumError as problem:
            return _failure(step.model, problem)
        runs.append(ModelRun(step.model.name, None, time.perf_counter() - began))
        return None

    def _make(self, step: Step) -> None:
        model = step.model
        if step.action == "remove":
            self._engine.remove(model.relation)
        elif step.action == "empty":
            self._make_whole(model, _no_rows(model))
        elif step.action == "part":
            self._make_part(model)
        else:
            self._make_whole(model, self._sql(model, self._plan.today.variables))

    def _make_whole(self, model: Model, sql: str) -> None:
        if model.kind == "view":
            self._engine.make_view(model.relation, sql)
        else:
            self._engine.make_table(model.relation, list(model.columns), sql)

    def _make_part(self, model: Model) -> None:
        gone = self._condition(model)
        notes = self._note_of_people(model)
        for statement in notes:
            self._engine.rows(statement)
        sql = self._sql(model, self._of_parts)
        self._engine.replace_rows(model.relation, gone, list(model.columns), sql)
        for statement in notes:
            self._engine.rows(statement)

    def _condition(self, model: Model) -> str:
        """Of the rows that are replaced."""
        if model.kind == "by_date":
            arguments = [model.config["date_column"], model.config.get("reach", 0)]
            return self._macro("is_recomputed", *arguments)
        if model.kind == "by_scope":
            return self._macro("is_touched_scope", model.config["scope"], model.scope_column)
        return self._macro("is_touched_person", model.relation, model.config["person"])

    def _note_of_people(self, model: Model) -> list[str]:
        """Before and after: whose rows go, and whose come, for the tables by person."""
        person = model.config.get("keeps_people")
        if not person:
            return []
        column, reach = model.config["date_column"], model.config.get("reach", 0)
        days = self._renderer.call("recomputed_dates", self._of_parts, reach)
        return [self._macro("note_people", model.relation, person, column, days)]

    def _macro(self, name: str, *arguments: object) -> str:
        return str(self._renderer.call(name, self._of_parts, *arguments))

    def _sql(self, model: Model, variables: Mapping[str, Any]) -> str:
        sql = self._renderer.sql(model.key, variables)
        broken = self._engine.broken_contract(sql, model.columns)
        if broken:
            raise StudiumError(
                f"{model.name} does not keep its contract: {broken}",
                f"model {model.name}",
                "Make its .sql and its .yml say the same",
            )
        return sql

    def _counted(self, runs: Sequence[ModelRun]) -> list[ModelRun]:
        kinds = self._engine.relations()
        relations = {run.name: self._plan.today.graph.by_name[run.name].relation for run in runs}
        tables = [it for it in relations.values() if kinds.get(it) == "table"]
        counts = self._engine.count_rows(tables)
        return [ModelRun(it.name, counts.get(relations[it.name]), it.seconds) for it in runs]


def _failure(model: Model, error: StudiumError) -> ModelFailure:
    return ModelFailure(model.area, model.name, error.problem, error.where, error.fix)


def _no_rows(model: Model) -> str:
    columns = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in model.columns.items())
    return f"select {columns} where false"
