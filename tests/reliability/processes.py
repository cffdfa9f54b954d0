"""Real processes of the command line, and what a workspace holds once they ended.

Enters: workspaces on disk. Leaves: what a process printed, and results that can be compared.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psutil

from studium.config import open_workspace
from studium.lake import event_partitions, reconcile
from tests.running import Place, Prepared, Server, prepared

ROOT = Path(__file__).parents[2]
PROGRAM = "import studium.__main__; studium.__main__.start()"
MARK = "RELIABILITY_RUN"
# What is promised here holds for any tables: these are recomputed by date, by course, by learner and as a whole.
TABLES = ["person_course_day", "course_enrollment_daily", "person_video", "video", "video_timeline"]
FIGURES = (
    *("files", "lines", "events", "duplicates", "quarantined", "skipped", "events_by_day"),
    *("rejects_by_reason", "not_in_release", "not_landed", "release_problem"),
)

Answer = subprocess.CompletedProcess[str]


def arguments_of(root: Path, *command: object, program: str = PROGRAM) -> list[str]:
    """What a shell would start for `studium --workspace ROOT COMMAND`."""
    return [sys.executable, "-c", program, "--workspace", str(root), *map(str, command)]


def surroundings(mark: str = "", code: Path = ROOT) -> dict[str, str]:
    """The environment of a process; children inherit `mark`, so that they can be found."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(code),
        "STUDIUM_BUILD__TABLES": json.dumps(TABLES),
        MARK: mark,
    }


def studium(
    root: Path,
    *command: object,
    prefix: Sequence[str] = (),
    code: Path = ROOT,
    program: str = PROGRAM,
) -> Answer:
    """Run a command to its end; `prefix` is another program that starts it, `code` has Studium."""
    if not prefix and (code, program) == (ROOT, PROGRAM):
        return to_its_end(forked(root, *command))
    return subprocess.run(
        [*prefix, *arguments_of(root, *command, program=program)],
        env=surroundings(code=code),
        cwd=code,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def forked(
    root: Path,
    *command: object,
    server: Server | None = None,
    mark: str = "",
    **place: Any,
) -> Prepared:
    """The command as a process that finds everything imported."""
    arguments = ["--workspace", str(root), *map(str, command)]
    return Prepared(arguments, Place(ROOT, surroundings(mark), **place), server)


def to_its_end(process: Prepared) -> Answer:
    """What a process printed once it ended."""
    with process:
        output, errors = process.communicate(timeout=120)
    return Answer(process.args, process.returncode, output, errors)


def obedient(root: Path, *command: object) -> Answer:
    """Run a command as somebody whom permissions stop: root once it gave up the two rights to pass them by."""
    gives_up = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    return to_its_end(forked(root, *command, server=prepared(*gives_up * (os.getuid() == 0))))


def done(root: Path, *command: object, prefix: Sequence[str] = ()) -> Answer:
    """Run a command that must succeed."""
    answer = studium(root, *command, prefix=prefix)
    assert answer.returncode == 0, answer.stderr
    return answer


def start(root: Path, *command: object, mark: str = "") -> Prepared:
    """Start a command as the leader of its own process group; behind all others, so that who stops it has a turn."""
    return forked(root, *command, mark=mark, nice=19, new_session=True)


def kill_group(process: subprocess.Popen[str]) -> bool:
    """SIGKILL for it and its children; whether it was still running."""
    was_running = process.poll() is None
    if was_running:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    return was_running


def alive(mark: str) -> list[str]:
    """Command lines of the processes that carry `mark`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


@dataclass(frozen=True)
class Outcome:
    """All that readers can see: rows of the release, figures, fingerprints of the lake."""

    tables: dict[str, list[tuple[Any, ...]]]
    figures: dict[str, Any]
    partitions: list[tuple[str, str, int, int]]


def outcome_of(root: Path) -> Outcome:
    """What a workspace holds; its account must be without a mismatch."""
    status = json.loads(done(root, "status", "--json").stdout)
    figures = {name: status[name] for name in FIGURES}
    return Outcome(rows_of_release(root), figures, partitions_of(root))


def partitions_of(root: Path) -> list[tuple[str, str, int, int]]:
    """Date, fingerprint, rows and duplicates of the lake, in which every line is accounted for."""
    workspace = open_workspace(root, {})
    assert reconcile(workspace) == []
    return [
        (str(part.day), part.fingerprint, part.rows, part.duplicate_rows)
        for part in event_partitions(workspace)
    ]


def rows_of_release(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of the current release, sorted."""
    with duckdb.connect(str((root / "current").resolve() / "courses.duckdb"), read_only=True) as it:
        names = [row[0] for row in it.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: it.execute(f"from {name} order by all").fetchall() for name in sorted(names)}


def leftovers(root: Path) -> list[str]:
    """Temporary files and folders that nobody will ever need."""
    patterns = (".tmp-*", "storing-*", "*.tmp", ".current-*", "*.wal")
    return sorted(str(path.relative_to(root)) for name in patterns for path in root.rglob(name))


def assert_told(answer: Answer, code: int, *words: str) -> None:
    """The exit code, and an error of three lines that holds `words`."""
    lines = answer.stderr.strip().splitlines()[-3:]
    assert answer.returncode == code, answer.stderr
    assert "Traceback" not in answer.stderr
    starts = [re.match(r"(Error|Where|Next): +\S", line) for line in lines]
    assert len(lines) == 3, answer.stderr
    assert all(starts), answer.stderr
    for word in words:
        assert word.lower() in "\n".join(lines).lower(), answer.stderr
