"""The generated reference says what the code says; every command, setting and table is in it."""

import re
from pathlib import Path

import pytest

from docs.write_reference import FOLDER, make_pages
from docs.write_sources import make_sources
from studium.cli import all_commands
from studium.config import list_settings


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The reference as it would be written now."""
    return make_pages()


def test_reference_is_current(pages: dict[str, str]) -> None:
    stale = [
        name
        for name, text in pages.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, "write it again: make docs"


def test_sources_of_the_models_are_the_declared_datasets() -> None:
    stale = [
        path
        for path, text in make_sources().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "write it again: make docs"


def test_reference_has_every_command_setting_and_mart(pages: dict[str, str]) -> None:
    assert all(f"## studium {name}\n" in pages["reference/cli.md"] for name in all_commands())
    assert all(setting.variable in pages["reference/settings.md"] for setting in list_settings())
    assert pages["reference/tables.md"].count("\n## ") >= 10


def test_places_that_contributors_are_sent_to_are_there() -> None:
    """Of every path in CONTRIBUTING's table the folder before the first `<…>` exists."""
    text = (FOLDER.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("## Adding a thing", 1)[1]
    paths = re.findall(r"`((?:studium|tests|docs)/[^`]*)`", table)
    gone = [path for path in paths if not (FOLDER.parent / path.split("<", 1)[0]).exists()]
    assert len(paths) >= 15
    assert not gone


def test_a_table_of_an_area_takes_four_files() -> None:
    """As CONTRIBUTING counts: what tests/areas adds to get five rows of two districts into a mart."""
    folder = FOLDER.parent / "tests" / "areas"
    files = [path for part in ("formats", "models") for path in (folder / part).rglob("*.*")]
    assert sorted(path.suffix for path in files) == [".sql", ".toml", ".yml", ".yml"]


def test_every_trial_has_a_test_or_a_reason() -> None:
    """The 76 numbers of docs/proof.md and docs/security.md, and the tests that they name."""
    docs = Path(__file__).parents[1] / "docs"
    proof, security = ((docs / f"{name}.md").read_text("utf-8") for name in ("proof", "security"))
    rows = re.findall(r"^\| (\d+) \|.*\| (.+) \|$", proof + security, re.M)
    assert sorted(int(number) for number, _ in rows) == list(range(1, 77))
    assert [number for number, said in rows if len(said) < 4] == []

    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proof)
    assert len(named) > 60
    for file, test in named:
        path = docs.parent / file
        assert path.is_file(), file
        assert f"def {test}(" in path.read_text("utf-8"), f"{file}::{test}"
    every = "\n".join(path.read_text("utf-8") for path in (docs.parent / "tests").rglob("*.py"))
    in_security = re.findall(r"`([a-z_]+_[a-z_]+)`", "".join(said for _, said in rows))
    assert [name for name in in_security if f"def test_{name}(" not in every] == []
