"""The promises that data must keep: dbt's data tests, and the rows that break one.

Enters: a built warehouse. Leaves: one `CheckOutcome` per promise; a broken one is not raised.
"""

from dataclasses import dataclass
from typing import Any

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.progress import Progress
from studium.vocabulary import CheckOutcome
from studium.warehouse.build import build_variables
from studium.warehouse.catalogue import model_areas
from studium.warehouse.database import open_warehouse
from studium.warehouse.inputs.idle import read_idle
from studium.warehouse.plan import read_last_build
from studium.warehouse.project import Outcome, Project

# No test asks dbt what relations there are; finding out takes a fifth of a second.
_COMMAND = ("test", "--exclude-resource-type=unit_test", "--store-failures", "--no-populate-cache")


@dataclass(frozen=True)
class FailingRows:
    """Rows that break a promise, at most as many as asked for."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def check(workspace: Workspace, progress: Progress) -> list[CheckOutcome]:
    """Test everything that was built last, in the order of names; the caller holds the lock.

    Raises StudiumError when nothing was built, or by other models than those of today, or a test
    itself cannot run.
    """
    with open_warehouse(workspace) as connection:
        last = read_last_build(connection)
        idle = read_idle(connection)
    if last is None or not last.is_complete:
        raise StudiumError(
            "There is nothing to check: the last build was not finished, or there was none",
            str(workspace.warehouse),
            "Run `studium build`",
        )
    project = Project(workspace)
    if last.models_hash != project.models_hash:
        raise StudiumError(
            "The models have changed since the last build: its tables are not what they say",
            str(workspace.warehouse),
            "Build them again, then check or publish: studium build",
        )
    progress.start("check", float(project.count("test")), "promises")
    reads = project.tests_by_models()
    unwanted = {test for test, read in reads.items() if any(idle.get(name) for name in read)}
    empty = {test for test, read in reads.items() if read <= idle.keys()} - unwanted
    left_out = {test.split(".")[2] for test in unwanted | empty}
    outcomes = project.run(_COMMAND, build_variables(last.interval, None), progress, left_out)
    progress.finish()
    models = project.tested_models()
    areas = model_areas(project)
    outcomes += [_kept_by_no_row(test) for test in empty]
    results = [
        CheckOutcome(
            name=outcome.name,
            status=outcome.status,
            failures=outcome.failures,
            model=models.get(outcome.unique_id, ""),
            area=areas.get(models.get(outcome.unique_id, ""), ""),
            seconds=outcome.seconds,
            relation=outcome.relation.replace('"', ""),
        )
        for outcome in outcomes
    ]
    return sorted(results, key=lambda result: result.name)


def _kept_by_no_row(test: str) -> Outcome:
    """A promise about models without input, which dbt passed over: no row breaks it."""
    return Outcome(name=test.split(".")[2], status="pass", seconds=0.0, unique_id=test)


def failing_rows(workspace: Workspace, name: str, limit: int = 20) -> FailingRows:
    """The rows that break promise `name` now, at most `limit`; raises MisuseError if it is none."""
    with open_warehouse(workspace) as connection:
        known = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'failures' order by all"
        )
        names = [row[0] for row in known.fetchall()]
        if name not in names:
            listed = ", ".join(names) or "none: run `studium check` first"
            raise MisuseError(f"There is no check {name}", "check --show", f"Checks: {listed}")
        found = connection.execute(f'from failures."{name}" limit {int(limit)}')
        columns = [column[0] for column in found.description or []]
        return FailingRows(columns, found.fetchall())
