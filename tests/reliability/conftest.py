"""Six simulated logs, a workspace that nothing interrupted, and workspaces half-way there."""

import shutil
from pathlib import Path

import pytest

from studium.progress import Silent
from studium.simulate import Plan, simulate
from tests.reliability.processes import Outcome, done, outcome_of
from tests.running import copied, kept


def simulation(folder: Path) -> None:
    """About 15,000 events with all traps in six files."""
    simulate(Plan(events=15_000, files=6, seed=5, learners=400), folder / "invented", Silent())


def log_folder() -> Path:
    """Where they are; only to be read."""
    return kept(simulation) / "invented" / "logs"


def uninterrupted(folder: Path) -> None:
    """What one run over all files gives that nothing interrupts."""
    done(folder / "campus", "init", "--source", log_folder())
    done(folder / "campus", "run")


def half_way(folder: Path) -> None:
    """A release of three files; the source has three more."""
    done(folder / "campus", "init", "--source", log_folder())
    done(folder / "campus", "run", *sorted(log_folder().iterdir())[:3])


def landed(folder: Path) -> None:
    """The same with all files landed, the last three not built."""
    copied(half_way, folder / "half")
    (folder / "half" / "campus").rename(folder / "campus")
    done(folder / "campus", "land")


def built(folder: Path) -> None:
    """The same with all files built, the last three not published."""
    copied(landed, folder / "landed")
    (folder / "landed" / "campus").rename(folder / "campus")
    done(folder / "campus", "build")


@pytest.fixture(scope="session")
def logs() -> Path:
    """Six simulated files; tests copy what they change."""
    return log_folder()


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a workspace holds that nothing interrupted."""
    return outcome_of(copied(uninterrupted, tmp_path_factory.mktemp("whole") / "copy") / "campus")


@pytest.fixture(scope="session")
def half_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace half-way there. Never changed: see `half`."""
    return copied(half_way, tmp_path_factory.mktemp("half") / "copy") / "campus"


@pytest.fixture(scope="session")
def landed_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all files landed."""
    return copied(landed, tmp_path_factory.mktemp("landed") / "copy") / "campus"


@pytest.fixture(scope="session")
def built_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all files built."""
    return copied(built, tmp_path_factory.mktemp("built") / "copy") / "campus"


@pytest.fixture
def half(half_of_all: Path, tmp_path: Path) -> Path:
    """A copy of `half_of_all` that a test may change."""
    return copy(half_of_all, tmp_path)


def copy(root: Path, folder: Path) -> Path:
    """A workspace's copy in another folder."""
    return Path(shutil.copytree(root, folder / "campus", symlinks=True))
