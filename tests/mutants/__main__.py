"""Applies each mutant in a copy of the tree and runs its tests: they must fail. `python -m tests.mutants [WORD]`.

Enters: the lists of this folder, or those mutants whose name or file holds WORD. Leaves: a line for each, the
survivors at the end, and exit code 1 where more survive than may.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.mutants.lists import ROOT, Mutant, read_mutants

AT_ONCE = 2
MOST_SECONDS = 300  # of a mutant: one that makes a test hang is noticed too
LEAST_NOTICED = 0.95
FAILED = 1  # pytest's code for tests that ran and failed


def main(words: Sequence[str]) -> int:
    """Run all, or those that are asked for; tell how it went."""
    chosen = [
        mutant
        for mutant in read_mutants()
        if all(word in f"{mutant.name} {mutant.file}" for word in words)
    ]
    with tempfile.TemporaryDirectory(prefix="studium-mutants-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(AT_ONCE):
            copies.put(_copy_tree(Path(folder) / str(number)))
        if red := _red_before(copies.queue[0], chosen):
            print(f"These tests fail without any mutant:\n{red}")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda mutant: _outcome(mutant, copies), chosen))
    survivors = [
        mutant for mutant, noticed in zip(chosen, outcomes, strict=True) if noticed != "noticed"
    ]
    share = 1 - len(survivors) / max(1, len(chosen))
    print(f"{len(chosen)} mutants, {len(survivors)} survive, {share:.1%} noticed")
    for mutant in survivors:
        print(f"  {mutant.file}: {mutant.name}")
    return int(share < LEAST_NOTICED)


def _copy_tree(target: Path) -> Path:
    """What git tracks or would add; the world of tests/warehouse/worlds.py is made anew."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, answer.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def _red_before(tree: Path, mutants: Sequence[Mutant]) -> str:
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    code, output = _run(tree, tests, MOST_SECONDS * 6)
    return "" if code == 0 else output


def _outcome(mutant: Mutant, copies: "Queue[Path]") -> str:
    tree = copies.get()
    began = time.monotonic()
    path = tree / mutant.file
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(mutant.applied(before), encoding="utf-8")
        code, output = _run(tree, mutant.tests, MOST_SECONDS, mutant.models)
    finally:
        path.write_text(before, encoding="utf-8")
        copies.put(tree)
    outcome = {0: "SURVIVES", FAILED: "noticed"}.get(code, f"BROKEN\n{output}")
    seconds = time.monotonic() - began
    print(f"{outcome:8} {seconds:4.0f} s  {mutant.file}: {mutant.name}", flush=True)
    return outcome


def _run(
    tree: Path, tests: Sequence[str], seconds: float, models: Sequence[str] = ()
) -> tuple[int, str]:
    """pytest's exit code for these tests in a copy, and the end of what it printed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider"]
    ours = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [*command, *tests],
        cwd=tree,
        env=os.environ | ours | {"STUDIUM_WORKED_EXAMPLES": " ".join(models)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        return FAILED, "took too long"
    return process.returncode, output[-1500:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
