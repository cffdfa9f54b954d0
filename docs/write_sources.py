"""Writes models/<area>/staging/sources.yml: the lake's datasets as dbt's sources, from their declarations.

Enters: the registry of datasets. Leaves: one file per area; tests/test_docs.py fails when a file is stale. Run by
`make docs`.
"""

from collections.abc import Iterator
from pathlib import Path

from studium.lake import AREAS, DATASETS, EVENTS
from studium.vocabulary import Dataset

MODELS = Path(__file__).parents[1] / "studium" / "warehouse" / "models"
MADE = "# Made by `make docs` from the declarations of datasets; edit those, not this file."
LAKE = "What landed, as typed rows. On DuckDB views over exactly the Parquet files that the ledger names."
PERSONAL = (
    "Columns of the same lines that identify a person, kept in a place of their own in the lake. What reads them goes"
    " to schema personal, never into a release."
)
NOTES = "What the build remembers; on DuckDB only."
# What the lake makes of events, and what a build remembers, stands where the events do.
OF_EVENTS = {
    "duplicates": "One row per event that is not to be counted, because an equal one is.",
    "ip_locations": (
        "One row per distinct address of the events: where the database of addresses says it is. NULL where it says"
        " nothing, and for addresses that are private, reserved or none."
    ),
}
REMEMBERED = {
    "touched_scopes": "One row per scope that this build recomputes, unless it recomputes all.",
    "touched_people": (
        "One row per person (scope_id, person) with events that a model notes, on a date that this build recomputes."
    ),
}


def make_sources() -> dict[Path, str]:
    """Path and content of the file of each area that has datasets."""
    return {
        MODELS / area / "staging" / "sources.yml": "\n".join(_lines(area)) + "\n"
        for area in AREAS
        if (MODELS / area).is_dir()
    }


def _lines(area: str) -> Iterator[str]:
    mine = [dataset for dataset in DATASETS.values() if dataset.area == area]
    tables = {dataset.name: _description(dataset) for dataset in mine}
    personal = {dataset.name: dataset.description for dataset in mine if dataset.personal_columns}
    has_events = EVENTS.area == area
    if has_events:
        tables = {EVENTS.name: EVENTS.description} | OF_EVENTS | tables
    yield from (MADE, "version: 2", "", "sources:")
    yield from _source("lake", LAKE, tables)
    if personal:
        yield from ("", *_source("personal", PERSONAL, personal))
    if has_events:
        yield from ("", *_source("studium", NOTES, REMEMBERED))


def _description(dataset: Dataset) -> str:
    if not dataset.personal_columns:
        return dataset.description
    return f"{dataset.description.rstrip('.')}, without personal columns."


def _source(name: str, description: str, tables: dict[str, str]) -> Iterator[str]:
    yield from (
        f"  - name: {name}",
        f"    schema: {name}",
        f"    description: {_quoted(description)}",
    )
    yield "    tables:"
    for table, meaning in tables.items():
        yield from (f"      - name: {table}", f"        description: {_quoted(meaning)}")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


if __name__ == "__main__":
    for path, text in make_sources().items():
        path.write_text(text, encoding="utf-8")
        print(path)
