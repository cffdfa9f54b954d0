"""The begin and the end of a build, written down: what is half done between them is done again.

Enters: the steps of a build, what of the lake changed. Leaves: notes in the warehouse, each time in one transaction.
A model that failed, and those that read it, stay half done; the others are built.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from studium.vocabulary import Scope
from studium.warehouse.engine import Engine
from studium.warehouse.inputs import changes, scopes
from studium.warehouse.inputs.scopes import Named
from studium.warehouse.plan import Before, Step, Today, sources_of
from studium.warehouse.records import (
    UNFINISHED,
    LastBuild,
    forget_records,
    note_last_build,
    note_state,
    write_records,
)


@dataclass(frozen=True)
class BuildPlan:
    """What is built, and from what: `scopes` are recomputed where a table keeps the others, `named` by the events
    of the touched dates; `state` is that of everything when all is done.
    """

    today: Today
    before: Before
    steps: Sequence[Step]
    scopes: Sequence[Scope]
    named: Named
    state: str
    is_full: bool

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be built or written down."""
        return bool(self.before.changed) or any(step.action != "keep" for step in self.steps)


def begin(engine: Engine, plan: BuildPlan) -> None:
    """Note that the build is under way."""
    affected = [step for step in plan.steps if step.action != "keep"]
    gone = plan.before.records.keys() - {step.model.name for step in plan.steps}
    kept = [
        replace(old, version=UNFINISHED, text=UNFINISHED if step.is_work else old.text)
        for step in affected
        if not step.is_anew and (old := plan.before.records.get(step.model.name))
    ]
    with engine.transaction():
        for name in gone:  # a table whose model is no more
            engine.remove(plan.before.records[name].relation)
        forget_records(engine, [*gone, *(step.model.name for step in affected if step.is_anew)])
        write_records(engine, kept)
        engine.rows("update studium.last_build set is_complete = false")
        note_state(engine, "")
        changes.mark_unbuilt(engine, plan.before.changed)
        scopes.note_begun(engine, plan.scopes, plan.before.touched, plan.named)


def finish(engine: Engine, plan: BuildPlan, unfinished: Collection[str] = ()) -> None:
    """Note that everything is built but the models of these names."""
    done = [it for it in plan.steps if it.action != "keep" and it.model.name not in unfinished]
    left = sources_of(
        plan.today.graph, [step.model.key for step in plan.steps if step.model.name in unfinished]
    )
    built = {source: parts for source, parts in plan.before.changed.items() if source not in left}
    with engine.transaction():
        write_records(engine, [step.record for step in done])
        changes.mark_built(engine, built, plan.today.parts)
        if not unfinished:
            scopes.note_finished(engine, plan.before.touched, plan.named)
            engine.rows("delete from studium.touched_people")
            note_state(engine, plan.state)
        last = LastBuild(plan.today.interval, plan.today.models_hash, is_complete=True)
        note_last_build(engine, last)
