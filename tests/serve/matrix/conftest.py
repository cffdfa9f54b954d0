"""The generated campus, once for all tests of the matrix; they must not change it."""

import pytest

from tests.serve.conftest import Campus, make_workspace, open_campus
from tests.serve.matrix.campus import models_of, publish_all, write_marts


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Campus:
    """Every dataset of the dictionary, published; accounts of every role."""
    workspace = make_workspace(tmp_path_factory.mktemp("matrix") / "campus")
    models = models_of(workspace)
    write_marts(workspace, models)
    publish_all(workspace, models)
    return open_campus(workspace)
