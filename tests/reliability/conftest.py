"""Six simulated logs, a workspace that nothing interrupted, and workspaces half-way there."""

import shutil
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.reliability.processes import Outcome, done, outcome_of


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 15,000 events with all traps in six files."""
    output = tmp_path_factory.mktemp("simulation") / "invented"
    simulate(Plan(events=15_000, files=6, seed=5, learners=400), output, Silent())
    return output / "logs"


@pytest.fixture(scope="session")
def expected(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What one run over all files gives that nothing interrupts."""
    root = tmp_path_factory.mktemp("uninterrupted") / "campus"
    done(root, "init", "--source", logs)
    done(root, "run")
    return outcome_of(root)


@pytest.fixture(scope="session")
def half_of_all(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of three files; the source has three more. Never changed: see `half`."""
    root = tmp_path_factory.mktemp("half") / "campus"
    done(root, "init", "--source", logs)
    done(root, "run", *sorted(logs.iterdir())[:3])
    return root


@pytest.fixture(scope="session")
def landed_all(half_of_all: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all files landed, the last three not built."""
    root = copy(half_of_all, tmp_path_factory.mktemp("landed"))
    done(root, "land")
    return root


@pytest.fixture(scope="session")
def built_all(landed_all: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all files built, the last three not published."""
    root = copy(landed_all, tmp_path_factory.mktemp("built"))
    done(root, "build")
    return root


@pytest.fixture
def half(half_of_all: Path, tmp_path: Path) -> Path:
    """A copy of `half_of_all` that a test may change."""
    return copy(half_of_all, tmp_path)


def copy(root: Path, folder: Path) -> Path:
    """A workspace's copy in another folder."""
    return Path(shutil.copytree(root, folder / "campus", symlinks=True))
