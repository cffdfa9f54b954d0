"""A simulation that is killed or interrupted leaves no output and no process behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SCRIPT = """
import sys
from pathlib import Path
from studium.progress import Silent
from studium.simulate import Plan, simulate
if __name__ == "__main__":
    simulate(Plan(events=3_000_000, files=4), Path(sys.argv[1]), Silent(), processes=2)
"""


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_runs_leave_no_output_and_no_process(tmp_path: Path, by: int) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "out")]
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    parent = psutil.Process(run.pid)
    facts = tmp_path / f".out.partial-{run.pid}" / "facts"
    deadline = time.monotonic() + 60
    while not (facts.is_dir() and any(facts.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = parent.children(recursive=True)
    assert workers
    run.send_signal(by)
    run.wait(timeout=60)
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive
    assert not (tmp_path / "out").exists()
    if by == signal.SIGINT:
        assert list(tmp_path.iterdir()) == []
