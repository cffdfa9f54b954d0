"""The project is parsed once for all workspaces of a user, and in each of them where nothing can be kept; of one
that changed dbt reads what changed, and what comes out is the same.
"""

import shutil
from pathlib import Path

import pytest

from studium.warehouse.project import Graph, Project
from studium.warehouse.project.kept import keep_state, take_state
from studium.warehouse.project.parsing import parse
from tests.warehouse.builds.small_project import MODELS, write_project
from tests.warehouse.warehouses import new_workspace


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands for the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "studium"


@pytest.fixture(scope="module")
def read_by_dbt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dbt keeps of the real project."""
    folder = tmp_path_factory.mktemp("read")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        Project(new_workspace(folder)).read_manifest()
    [kept] = (folder / "studium").glob("*-parsed.msgpack")
    return kept


@pytest.fixture
def warm(cache: Path, read_by_dbt: Path) -> Path:
    """The user's folder with nothing but that: parsing is quick."""
    cache.mkdir(mode=0o700, parents=True)
    shutil.copy(read_by_dbt, cache)
    return cache


def parsing_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(project: Project) -> None:
        pytest.fail("parsed again")

    monkeypatch.setattr(Project, "_parse", refuse)


def test_the_next_workspace_does_not_parse_again(
    warm: Path, read_by_dbt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = len(Project(new_workspace(tmp_path / "first")).graph.models)
    assert read_by_dbt.parent.stat().st_mode & 0o077 == 0, "the user's own"

    parsing_is_over(monkeypatch)
    second = Project(new_workspace(tmp_path / "second"))

    assert len(second.graph.models) == models > 100
    assert second.read_manifest()["nodes"]


def test_a_file_cut_short_is_not_taken(warm: Path, tmp_path: Path) -> None:
    Project(new_workspace(tmp_path / "first")).read_manifest()
    for file in warm.glob("*-manifest.json"):
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


def test_only_the_latest_are_kept(warm: Path, tmp_path: Path) -> None:
    for number in range(20):
        (warm / f"{number:016x}-manifest.json").write_bytes(b"{}")

    Project(new_workspace(tmp_path / "first")).read_manifest()

    assert len(list(warm.glob("*-manifest.json"))) == 16


def parsed(project: Path, folder: Path) -> list[object]:
    """What builds and checks are made from, in full."""
    graph = Graph(parse(project, new_workspace(folder)))
    return [*graph.models.values(), *graph.promises, graph.variables]


def test_what_dbt_read_before_changes_nothing_of_what_it_reads(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write_project(tmp_path / "project")
    before = parsed(project, tmp_path / "first")
    models = project / "models"
    count, gone = models / "courses/marts/member_count.yml", models / "schools/marts/place_count"
    described = count.read_text()
    count.with_name("more.sql").write_text(MODELS["courses/marts/member_count"][1])
    count.with_name("more.yml").write_text(described.replace("member_count", "more"))
    count.with_suffix(".sql").write_text("select 1 as members")
    count.write_text(described.replace("bigint", "integer").replace("is not null", "> 0"))
    for suffix in (".sql", ".yml"):
        gone.with_suffix(suffix).unlink()

    some = parsed(project, tmp_path / "some")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    whole = parsed(project, tmp_path / "whole")

    assert some == whole
    assert len(before) == len(whole)  # one came, one went
    assert before != whole


def test_white_space_is_read_again_too(cache: Path, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    parsed(project, tmp_path / "first")
    file = project / "models/courses/marts/member_count.sql"
    file.write_text(file.read_text().replace(" ", "  ") + "\n")

    graph = Graph(parse(project, new_workspace(tmp_path / "second")))

    text = graph.renderer.sql("model.studium.member_count", graph.variables)
    assert "  " in text


def test_dbt_is_given_what_it_kept_unless_a_bit_of_it_is_another(
    cache: Path, tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project")
    whole = parsed(project, tmp_path / "first")
    [kept] = cache.glob("*-parsed.msgpack")
    sealed = kept.read_bytes()
    taken = tmp_path / "taken"
    assert take_state(kept.name, taken)
    taken.write_bytes(taken.read_bytes().replace(b"bigint", b"BIGINT"))

    keep_state(taken, kept.name)
    assert parsed(project, tmp_path / "second") != whole, "only what changed is read"
    kept.write_bytes(sealed.replace(b"bigint", b"BIGINT"))
    assert parsed(project, tmp_path / "third") == whole
