"""A workspace with a small simulated log, published once for all tests of the command line."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from studium.cli import main
from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.reliability.processes import TABLES
from tests.running import Place, Prepared, copied, kept

FEW_TABLES = ("STUDIUM_BUILD__TABLES", json.dumps([*TABLES, "person_course", "event_types_daily"]))
Studium = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="package", autouse=True)
def few_tables() -> Iterator[None]:
    """What commands say is the same for a few tables of each kind: by day, by course, by learner, none at all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(*FEW_TABLES)
        yield


def call(
    arguments: Sequence[str], folder: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own."""
    root = Path(__file__).parents[2]
    given = dict([FEW_TABLES]) | environment
    surroundings = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root), **given}
    with Prepared(arguments, Place(folder, surroundings)) as process:
        output, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def small_logs(folder: Path) -> None:
    """Two small log files with traps."""
    plan = Plan(events=1500, files=2, learners=60, days=21, courses=2)
    simulate(plan, folder / "invented", Silent())


def small_campus(folder: Path) -> None:
    """A workspace in which `studium run` succeeded."""
    root, logs = folder / "campus", kept(small_logs) / "invented" / "logs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(*FEW_TABLES)
        assert main(["--workspace", str(root), "init", "--source", str(logs)]) == 0
        assert main(["--workspace", str(root), "run", "--json"]) == 0


@pytest.fixture(scope="session")
def logs() -> Path:
    """Only to be read."""
    return kept(small_logs) / "invented" / "logs"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which `studium run` succeeded; read it, change only a copy."""
    return copied(small_campus, tmp_path_factory.mktemp("published") / "copy") / "campus"


@pytest.fixture
def campus(published: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(published, tmp_path / "campus", symlinks=True))


class Answers:
    """Calls commands in this process and keeps what they printed."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture
        self.code = 0
        self.out = ""
        self.error = ""

    def __call__(self, *arguments: object) -> str:
        self._capture.readouterr()
        self.code = main([str(argument) for argument in arguments])
        self.out, self.error = self._capture.readouterr()
        return self.out

    def json(self, *arguments: object) -> Any:
        """The command's result with --json; stdout must hold nothing else."""
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def studium(capfd: pytest.CaptureFixture[str]) -> Answers:
    """The command line."""
    return Answers(capfd)
