"""Ctrl-C and SIGTERM in the middle of real commands: one line, the shell's code, nothing half-done."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studium.cli.interruption import TOLD
from studium.config import open_workspace
from studium.lock import read_holder
from tests.reliability.processes import (
    PROGRAM,
    Outcome,
    alive,
    done,
    leftovers,
    outcome_of,
    rows_of_release,
    start,
    studium,
    surroundings,
    until,
)

ENDLESS = "select count(*) from range(100000000) a, range(1000) b where hash(a.range + b.range) = 1"
SIGNALS = [signal.SIGINT, signal.SIGTERM]
PACE = {"run": 1.0, "build": 0.2, "land": 0.1}  # how long each is at work, beside a run


def assert_stopped(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """It was running; it ends within seconds, with its code, in one line."""
    assert process.poll() is None
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number, errors
    assert errors.rstrip().splitlines()[-1] == TOLD
    assert errors.count("Stopped.") == 1
    assert "Error" not in errors
    assert "Traceback" not in errors + output


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("command", [("run",), ("build", "--full-refresh"), ("land",)])
def test_interrupted_writer_leaves_nothing_half_done(
    half: Path, command: tuple[str, ...], seconds: float, number: signal.Signals
) -> None:
    before = rows_of_release(half)
    process = start(half, *command, mark=str(half))
    workspace = open_workspace(half, {})
    until(lambda: (holder := read_holder(workspace)) and holder.pid == process.pid)
    time.sleep(seconds * PACE[command[0]])

    assert_stopped(process, number)

    assert read_holder(workspace) is None
    until(lambda: not alive(str(half)), 5)
    # Parsers are killed, as they may be busy for long; the next landing removes what they began.
    assert [name for name in leftovers(half) if not name.startswith("lake/")] == []
    assert rows_of_release(half) == before


def test_interrupted_build_is_done_again(half: Path, expected: Outcome) -> None:
    done(half, "land")
    process = start(half, "build", "--full-refresh")
    workspace = open_workspace(half, {})
    until(lambda: (holder := read_holder(workspace)) and holder.pid == process.pid)
    time.sleep(0.15)
    assert_stopped(process, signal.SIGTERM)
    done(half, "run")
    assert outcome_of(half) == expected
    assert leftovers(half) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_interrupt_while_the_program_loads_prints_no_stack(
    half: Path, number: signal.Signals
) -> None:
    program = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == 'studium.cli.program': os.kill(os.getpid(), signal.{number.name})\n"
        f"sys.meta_path.insert(0, Finder())\n{PROGRAM}"
    )
    stopped = studium(half, "land", program=program)
    assert stopped.returncode == 128 + number
    assert stopped.stdout == ""
    assert stopped.stderr.split() == TOLD.split()


def test_interrupt_before_dbt_reads_its_flags_prints_no_stack(half: Path, tmp_path: Path) -> None:
    """Until then dbt would print every error that it meets, whatever it was told to print."""
    done(half, "land")
    for parsed in (half / "tmp" / "dbt").glob("*-manifest.*"):
        parsed.unlink()
    program = (
        f"import os, signal\nos.environ['XDG_CACHE_HOME'] = {str(tmp_path / 'cache')!r}\n"
        "import dbt.cli.flags\n"
        "def stop(*_): os.kill(os.getpid(), signal.SIGINT)\n"
        f"dbt.cli.flags.read_project_flags = stop\n{PROGRAM}"
    )
    stopped = studium(half, "build", program=program)
    assert stopped.returncode == 130
    assert stopped.stdout == ""
    assert stopped.stderr.rstrip().splitlines()[-1] == TOLD


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_interrupted_query_ends_at_once(
    half: Path, tmp_path: Path, form: str, number: signal.Signals
) -> None:
    output = [] if form == "table" else ["--output", tmp_path / f"answer.{form}"]
    process = start(half, "query", ENDLESS, "--format", form, *output)
    time.sleep(2.0)
    began = time.monotonic()
    assert_stopped(process, number)
    assert time.monotonic() - began < 3.0
    assert list(tmp_path.glob(".answer*")) == []
    assert not (tmp_path / f"answer.{form}").exists()


def test_interrupted_command_says_so_in_json(half: Path) -> None:
    process = start(half, "query", ENDLESS, "--json")
    time.sleep(2.0)
    process.terminate()
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 143
    assert json.loads(output)["error"]["problem"] == "Stopped"
    assert errors == ""


def test_signal_that_is_lost_still_ends_the_command() -> None:
    """DuckDB may swallow what a handler raises while it computes in the main thread."""
    code = (
        "import time\nfrom studium.cli.interruption import Interruption\n"
        "with Interruption():\n"
        "    while True:\n"
        "        try:\n"
        "            print('ready', flush=True)\n"
        "            time.sleep(60)\n"
        "        except KeyboardInterrupt:\n            pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(3):  # as `timeout` and process managers send it
        process.terminate()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 143
    assert errors.strip() == TOLD
