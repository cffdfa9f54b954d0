"""Every column says what it means, and no meaning is written twice.

Enters: the .yml files of the models, the words of their areas (columns.md), the parsed project. Leaves: nothing.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from studium.warehouse import catalogue
from studium.warehouse.project import FOLDER
from tests.warehouse.warehouses import new_workspace

MODELS = FOLDER / "models"
EXPECTED = Path(__file__).parents[2] / "expected"
MOST_YML_PER_SQL = 1.3
DOC = re.compile(r"\{\{ doc\('(\w+)'\) \}\}")
BLOCK = re.compile(r"\{% docs (\w+) %\}(.*?)\{% enddocs %\}", re.DOTALL)
UNIT = re.compile(r"(^| )\[[^\]]+\](?= Compat: |$)")


def read_columns() -> list[dict[str, Any]]:
    """Of all models, as their .yml has them."""
    files = sorted(MODELS.rglob("*.yml"))
    models = [
        it for file in files for it in msgspec.yaml.decode(file.read_bytes()).get("models", [])
    ]
    return [column | {"model": model["name"]} for model in models for column in model["columns"]]


def read_words() -> dict[str, str]:
    """Name of each doc block -> its text on one line; a name that stands twice is refused by dbt."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(MODELS.rglob("*.md"))]
    return {name: " ".join(text.split()) for name, text in BLOCK.findall("\n".join(texts))}


@pytest.fixture(scope="module")
def columns() -> list[dict[str, Any]]:
    return read_columns()


def test_every_column_of_every_model_is_described(columns: list[dict[str, Any]]) -> None:
    assert len(columns) > 3000
    assert not [
        f"{it['model']}.{it['name']}" for it in columns if not it.get("description", "").strip()
    ]
    assert {key for it in columns for key in it} == {"name", "data_type", "description", "model"}


def test_no_meaning_is_written_twice(columns: list[dict[str, Any]]) -> None:
    """A text of several columns is one doc block; one that a single column has stands at that column."""
    used = Counter(name for it in columns for name in DOC.findall(it["description"]))
    words = read_words()
    own = Counter(part for it in columns for part in texts_of(it["description"]))
    said = own + Counter(text.removeprefix("Compat: ") for text in words.values())

    assert [text for text, times in said.items() if times > 1] == []
    assert {name for name, times in used.items() if times == 1} == set(), "write it at the column"
    assert used.keys() == words.keys()


def texts_of(description: str) -> list[str]:
    """What a description says itself: without its unit and what it takes from doc blocks."""
    text = UNIT.sub("", " ".join(DOC.sub("", description).split()))
    return [part.strip() for part in text.split("Compat: ") if part.strip()]


def test_a_text_gives_its_unit_and_what_compat_gives(tmp_path: Path) -> None:
    """Units and `Compat:` are parts of the texts, for dbt's own docs; ours show them apart."""
    tables = {
        model.name: {it.name: it for it in model.columns}
        for model in catalogue(new_workspace(tmp_path))
    }
    grade = tables["person_course"]["passing_grade"]
    opened = tables["show_answer"]["course_id"]

    assert (grade.unit, grade.compat) == (
        "share of all points",
        "Only if a letter grade is called Pass, and then its cutoff.",
    )
    assert grade.description.endswith(".")
    assert (opened.description, opened.unit) == ("Canonical key of the course.", "")
    every = [column for table in tables.values() for column in table.values()]
    assert "the lower of two middle values" in {it.compat for it in every}, "of `Compat: …`"
    assert not [it for it in every if "Compat:" in it.description or it.description.endswith("]")]
    assert {"seconds", "people", "UTC, microseconds"} <= {it.unit for it in every}


def test_descriptions_stay_shorter_than_what_they_describe() -> None:
    lines = {
        kind: sum(
            file.read_text(encoding="utf-8").count("\n") for file in MODELS.rglob(f"*.{kind}")
        )
        for kind in ("yml", "sql")
    }
    assert lines["sql"] > 9000
    assert lines["yml"] <= MOST_YML_PER_SQL * lines["sql"], lines


def test_every_mart_has_a_golden_answer_or_a_worked_example() -> None:
    golden = {file.name.split(".")[0] for file in EXPECTED.rglob("*.csv")}
    marts, worked = set(), set()
    for file in MODELS.glob("*/marts/**/*.yml"):
        described = msgspec.yaml.decode(file.read_bytes())
        marts |= {model["name"] for model in described["models"]}
        worked |= {example["model"] for example in described.get("unit_tests", [])}
    assert len(marts) > 120
    assert marts - golden - worked == set()
    assert golden - marts == set(), "a golden answer of no mart"
