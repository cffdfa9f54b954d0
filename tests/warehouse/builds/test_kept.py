"""The project is parsed once for all workspaces of a user, and in each of them where nothing can be kept."""

from pathlib import Path

import pytest

from studium.warehouse.project import Project
from tests.warehouse.warehouses import new_workspace


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands for the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "studium"


def parsing_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(project: Project) -> None:
        pytest.fail("parsed again")

    monkeypatch.setattr(Project, "_parse", refuse)


def test_the_next_workspace_does_not_parse_again(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = len(Project(new_workspace(tmp_path / "first")).graph.models)
    assert cache.stat().st_mode & 0o077 == 0, "the user's own"

    parsing_is_over(monkeypatch)
    second = Project(new_workspace(tmp_path / "second"))

    assert len(second.graph.models) == models > 100
    assert second.read_manifest()["nodes"]


def test_a_file_cut_short_is_not_taken(cache: Path, tmp_path: Path) -> None:
    Project(new_workspace(tmp_path / "first")).read_manifest()
    for file in cache.iterdir():
        file.write_bytes(b"")

    assert Project(new_workspace(tmp_path / "second")).read_manifest()["nodes"]


def test_without_a_cache_each_workspace_keeps_its_own(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.parent.write_text("a file where the folder would be")
    workspace = new_workspace(tmp_path / "first")
    Project(workspace).read_manifest()

    parsing_is_over(monkeypatch)

    assert Project(workspace).read_manifest()["nodes"]


def test_only_the_latest_are_kept(cache: Path, tmp_path: Path) -> None:
    cache.mkdir(parents=True)
    for number in range(20):
        (cache / f"{number:016x}-manifest.json").write_bytes(b"{}")

    Project(new_workspace(tmp_path / "first")).read_manifest()

    assert len(list(cache.iterdir())) == 16
