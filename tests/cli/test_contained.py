"""A question that takes too much ends by itself, and says which limit it met."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studium.config import Workspace
from tests.publish.conftest import change, publish_now, workspace

__all__ = ["change", "workspace"]  # fixtures


def ask(workspace: Workspace, sql: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "studium", "--workspace", workspace.root, "query", sql, *options],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "sql", ["select length(repeat('x', 4000000000))", "select list_sum(range(3000000000))"]
)
def test_one_huge_value_takes_no_more_than_the_limit(workspace: Workspace, sql: str) -> None:
    publish_now(workspace)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    answer = ask(workspace, sql)
    assert answer.returncode == 1, answer.stderr
    assert "memory" in answer.stderr
    assert "Traceback" not in answer.stderr
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert most < max(before, 3_000_000)  # kB


def test_a_contained_question_answers_and_explains_as_before(workspace: Workspace) -> None:
    publish_now(workspace)
    assert ask(workspace, "select 1 as a", "--format", "csv").stdout == "a\n1\n"
    wrong = ask(workspace, "from vidoe")
    assert wrong.returncode == 2
    assert "Did you mean video?" in wrong.stderr
    began = time.monotonic()
    endless = (
        "select count(*) from range(100000000) a, range(1000) b where hash(a.range + b.range) = 1"
    )
    late = ask(workspace, endless, "--time-limit", "1")
    assert late.returncode == 1
    assert "took longer than 1 s" in late.stderr
    assert time.monotonic() - began < 60
