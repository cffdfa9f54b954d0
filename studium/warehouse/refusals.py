"""What dbt and DuckDB say when they cannot go on, as errors that a person can act on.

Enters: their message and the model that failed. Leaves: a StudiumError with the next step.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studium.config import Workspace
from studium.errors import FullDiskError, StudiumError, says_full_disk

_AGAIN = "then run `studium build` again: it begins where it stopped"
_DAMAGE = ("not a valid duckdb database", "could not read", "cannot open", "version number")


class DamagedWarehouseError(StudiumError):
    """warehouse.duckdb cannot be read: cut short, overwritten, or of another DuckDB."""


@contextmanager
def explained(workspace: Workspace) -> Iterator[None]:
    """Errors of the file system as StudiumErrors."""
    try:
        yield
    except OSError as error:
        raise explain(str(error), "warehouse", workspace) from error


def is_damage(message: str, warehouse: Path) -> bool:
    """Whether `message` of DuckDB is about the warehouse's own bytes, not about a file of the lake."""
    lowered = message.lower()
    if "corrupt database file" in lowered:
        return True
    names_it = f'"{warehouse}"'.lower() in lowered
    return names_it and any(sign in lowered for sign in _DAMAGE)


def explain(message: str, model: str, workspace: Workspace) -> StudiumError:
    """The error for a `message` of dbt about `model`; the first lines of the message are kept."""
    text = " ".join(message.split())[:600]
    lowered = text.lower()
    where = f"model {model}, {workspace.warehouse}"
    if says_full_disk(text):
        return FullDiskError(workspace.root, f"{model}: {text}")
    if "out of memory" in lowered:
        limit = workspace.settings.build.memory_limit_mb
        fix = f"Raise build.memory_limit_mb in studium.toml above {limit}, {_AGAIN}"
        return StudiumError(f"The build needs more memory than {limit} MB: {text}", where, fix)
    if "conflicting lock" in lowered or "could not set lock" in lowered:
        fix = "Wait until the other command has ended, or close the program that has it open"
        return StudiumError(f"The warehouse is in use: {text}", where, fix)
    if is_damage(message, workspace.warehouse):
        fix = "Make it again from the lake: studium build --full-refresh"
        return DamagedWarehouseError(
            f"The warehouse is damaged: {text}", str(workspace.warehouse), fix
        )
    if "no files found" in lowered or "cannot open file" in lowered:
        fix = "The lake has changed since: run `studium build`"
        return StudiumError(f"A file of the lake cannot be read: {text}", where, fix)
    fix = "Run `studium doctor`; if nothing is wrong there, report this message"
    return StudiumError(f"{model} could not be built: {text}", where, fix)
