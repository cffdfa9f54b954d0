"""What `studium doctor` looks at: this Python, packages, Java, the disk, the workspace, its lock.

Enters: maybe a folder. Leaves: findings, each good, a note or bad, and bad ones with their fix.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from studium.config import Workspace, open_workspace
from studium.errors import StudiumError
from studium.permissions import open_paths

_PACKAGES = {"duckdb": "2.", "dbt-core": "1.12.", "dbt-duckdb": "1.11.", "pyarrow": "", "isal": ""}
_LITTLE_ROOM_BYTES = 5_000_000_000
_MOST_DAMAGED = 10
_REINSTALL = "Install what the lock file says: make setup"


class Finding(NamedTuple):
    """What was found about a subject; `state` is 'good', 'note' or 'bad'."""

    subject: str
    state: str
    found: str
    fix: str = ""


def diagnose(directory: Path | None, every_byte: bool = False) -> list[Finding]:
    """All findings; none of them changes anything. `every_byte` reads all of lake and landing."""
    return [
        _python(),
        *(_package(name, wanted) for name, wanted in _PACKAGES.items()),
        _java(),
        *_workspace(directory, every_byte),
    ]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "good", f"{found} at {sys.executable}")


def _package(name: str, wanted: str) -> Finding:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(name, "bad", "is not installed", _REINSTALL)
    if found.startswith(wanted):
        return Finding(name, "good", found)
    return Finding(name, "bad", f"{found}, but Studium needs {wanted}x", _REINSTALL)


def _java() -> Finding:
    java = shutil.which("java")
    if java is None:
        fix = "Only for Spark; install a Java runtime: apt-get install default-jre-headless"
        return Finding("java", "note", "is not installed; DuckDB needs none", fix)
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    first = (answer.stderr or answer.stdout).splitlines()[:1]
    return Finding("java", "good", f"{first[0] if first else 'unknown version'} (for Spark)")


def _workspace(directory: Path | None, every_byte: bool) -> Iterator[Finding]:
    try:
        workspace = open_workspace(directory)
    except StudiumError as error:
        yield Finding("workspace", "bad", f"{error.problem} ({error.where})", error.fix)
        return
    yield Finding("workspace", "good", str(workspace.root))
    yield _permission(workspace)
    yield _openness(workspace)
    yield _room(workspace)
    yield _lock(workspace)
    yield _accounts(workspace)
    yield from _lake(workspace, every_byte)
    yield _warehouse(workspace)
    yield from _set_aside(workspace)
    yield from _releases(workspace)


def _permission(workspace: Workspace) -> Finding:
    if os.access(workspace.root, os.W_OK | os.X_OK):
        return Finding("permission", "good", "the workspace can be written")
    fix = f"Make it yours: chown -R $USER {workspace.root}"
    return Finding("permission", "bad", "the workspace cannot be written", fix)


def _openness(workspace: Workspace) -> Finding:
    found = open_paths(workspace)
    if not found:
        return Finding("privacy", "good", "nobody else on this machine can read the workspace")
    named = ", ".join(path.name for path in found)
    fix = f"Close it: chmod -R go= {' '.join(shlex.quote(str(path)) for path in found)}"
    return Finding("privacy", "bad", f"others on this machine may read {named}", fix)


def _room(workspace: Workspace) -> Finding:
    free = shutil.disk_usage(workspace.root).free
    found = f"{free / 1e9:.1f} GB free"
    if free >= _LITTLE_ROOM_BYTES:
        return Finding("disk", "good", found)
    fix = "Make room, or keep fewer releases: publish.keep_releases in studium.toml"
    return Finding("disk", "note", found, fix)


def _lock(workspace: Workspace) -> Finding:
    from studium.lock import read_holder

    holder = read_holder(workspace)
    if holder is None:
        return Finding("lock", "good", "nobody is writing")
    found = f"`studium {holder.command}` since {holder.since}, process {holder.pid}"
    return Finding("lock", "note", found, "Wait for it, or let commands wait: --wait 600")


def _accounts(workspace: Workspace) -> Finding:
    from studium.serve import accounts_problem

    problem = accounts_problem(workspace)
    if problem is not None:
        return Finding("accounts", "bad", f"{problem.problem} ({problem.where})", problem.fix)
    if not workspace.accounts.exists():
        return Finding("accounts", "good", "none in the workspace")
    return Finding("accounts", "good", "all can be read, and the audit log is as it was written")


def _lake(workspace: Workspace, every_byte: bool) -> Iterator[Finding]:
    from studium.lake import find_damage, ledger_problem

    problem = ledger_problem(workspace)
    if problem is not None:
        yield Finding("ledger", "bad", f"{problem.problem} ({problem.where})", problem.fix)
        return
    yield Finding("ledger", "good", "can be read")
    found = find_damage(workspace, every_byte)
    damaged = [it for it in found if not it.is_outdated]
    if outdated := len(found) - len(damaged):
        told = f"{outdated:,} files were written by an older version; landing reads them again"
        yield Finding("lake", "note", told, "Do it now: studium land; what is published stays")
    for damage in damaged[:_MOST_DAMAGED]:
        subject = "landing" if damage.is_raw else "lake"
        yield Finding(subject, "bad", f"{damage.path} {damage.problem}", damage.fix)
    if len(damaged) > _MOST_DAMAGED:
        more = f"{len(damaged) - _MOST_DAMAGED:,} more files are damaged"
        yield Finding("lake", "bad", more, "All of them: studium doctor --repair --json")
    if not damaged:
        how = "every byte is as it was written" if every_byte else "all files are there"
        yield Finding("lake", "good", how)


def _warehouse(workspace: Workspace) -> Finding:
    from studium.lock import read_holder
    from studium.warehouse import DamagedWarehouseError, inspect_warehouse

    if not workspace.warehouse.exists():
        return Finding("warehouse", "note", "nothing was built yet", "Build: studium run")
    if read_holder(workspace):
        return Finding("warehouse", "note", "is being written", "Look again when that is done")
    try:
        rows = inspect_warehouse(workspace)
    except DamagedWarehouseError as damage:
        fix = "studium build moves it aside and makes it again from the lake"
        return Finding("warehouse", "bad", damage.problem, fix)
    except StudiumError as error:
        return Finding("warehouse", "note", error.problem, error.fix)
    return Finding("warehouse", "good", f"all of its {rows:,} rows can be read")


def _set_aside(workspace: Workspace) -> Iterator[Finding]:
    for file in sorted(workspace.root.glob(f"{workspace.warehouse.name}.damaged-*")):
        found = f"{file.name} was moved aside, {file.stat().st_size / 1e6:,.1f} MB"
        yield Finding("warehouse", "note", found, f"Be rid of it: rm {shlex.quote(str(file))}")


def _releases(workspace: Workspace) -> Iterator[Finding]:
    from studium.publish import current_release, damaged_releases, verify_release

    current = None
    try:
        current = current_release(workspace)
        if current:
            verify_release(current)
    except StudiumError as error:
        yield Finding("release", "bad", error.problem, error.fix)
    else:
        yield (
            Finding("release", "good", current.id)
            if current
            else Finding("release", "note", "nothing was published yet", "Publish: studium run")
        )
    for damage in damaged_releases(workspace):
        if damage.path.name != _name_of_current(workspace):
            yield Finding("release", "note", damage.problem, damage.fix)


def _name_of_current(workspace: Workspace) -> str:
    return workspace.current.resolve().name if workspace.current.is_symlink() else ""
