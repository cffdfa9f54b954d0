"""The campus of the other tests of the server, with its accounts in PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from studium.config import Workspace, open_workspace
from studium.serve.accounts.store import opening
from tests.serve.conftest import Campus, make_workspace, open_campus, publish_marts, with_settings
from tests.serve.postgresql.cluster import MISSING, Cluster, find_programs, run_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    programs = find_programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with run_cluster(programs) as running:
        yield running


@pytest.fixture
def url(cluster: Cluster) -> str:
    """As serve.accounts_url names a database that is empty."""
    return cluster.new_database()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Marts and a release of them; only to be copied."""
    workspace = make_workspace(tmp_path_factory.mktemp("postgresql") / "campus")
    publish_marts(workspace)
    return workspace.root


def elsewhere(published: Path, folder: Path, url: str) -> Workspace:
    """A copy, with its accounts in the database of that name."""
    root = shutil.copytree(published, folder, symlinks=True)
    return with_settings(open_workspace(root, {}), serve__accounts_url=url)


@pytest.fixture
def workspace(published: Path, tmp_path: Path, url: str) -> Workspace:
    return elsewhere(published, tmp_path / "campus", url)


@pytest.fixture
def own_campus(workspace: Workspace) -> Campus:
    return open_campus(workspace)


@pytest.fixture
def campus(published: Path, tmp_path: Path, cluster: Cluster) -> Campus:
    """Another one, with a database of its own."""
    return open_campus(elsewhere(published, tmp_path / "other", cluster.new_database()))


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let go of every connection, as commands and servers do when they end."""
    engines: list[Engine] = []

    def recorded(*given: Any, **options: Any) -> Engine:
        engines.append(create_engine(*given, **options))
        return engines[-1]

    monkeypatch.setattr(opening, "create_engine", recorded)
    yield
    for engine in engines:
        engine.dispose()
