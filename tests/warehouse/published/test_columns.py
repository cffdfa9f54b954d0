"""The columns of the research datasets as edx2bigquery published them, held against the contracts of our models.

Enters: tests/expected/published_columns.yml, the .yml of the models, the tables of the analyses. Leaves: nothing.
"""

from pathlib import Path

import msgspec
import pytest

from studium.analyses import analysis_catalogue
from studium.warehouse.project import FOLDER

TYPES = {
    "string": "S",
    "bigint": "I",
    "double": "F",
    "boolean": "B",
    "timestamp": "T",
    "date": "D",
}
# Columns of course_summary_stats that stand behind a prefix, and the report that they are of.
BY_PREFIX = {
    "cbr_": "stats_cert_rates_by_registration",
    "msbc_viewed_": "viewed_median_stats_by_course",
    "msbc_explored_": "explored_median_stats_by_course",
    "msbc_certified_": "certified_median_stats_by_course",
    "msbc_verified_": "verified_median_stats_by_course",
    "": "course_listing_and_metainfo",
    "ToT_": "time_on_task_stats_by_course",
    "SToT_": "time_on_task_serial_stats_by_course",
    "SAS_": "show_answer_stats_by_course",
}
# What it has of single columns: shares, and what nregistered_by_wrap says.
SINGLE = {
    *("nbw_wrap_date", "nregistered_by_wrap", "nregistered_by_wrap_pct", "frac_female"),
    "certified_of_nregistered_by_wrap_pct",
}


class Published(msgspec.Struct, forbid_unknown_fields=True):
    """What the specification says of a table, and where ours departs from it; lists as texts with commas."""

    section: str
    columns: str = ""
    like: str = ""
    ours: str = ""
    left_out: str = ""
    typed: str = ""
    is_unordered: bool = False


def _read_published() -> dict[str, Published]:
    file = Path(__file__).parents[2] / "expected" / "published_columns.yml"
    return msgspec.yaml.decode(file.read_bytes(), type=dict[str, Published])


def _read_ours() -> dict[str, dict[str, str]]:
    found = {
        model.name: {it.name: TYPES[it.type] for it in model.columns}
        for model in analysis_catalogue()
    }
    for file in (FOLDER / "models").rglob("*.yml"):
        for model in msgspec.yaml.decode(file.read_bytes()).get("models", []):
            columns = {it["name"]: TYPES[it["data_type"]] for it in model["columns"]}
            found[model["name"]] = columns
    return found


PUBLISHED = _read_published()
OURS = _read_ours()


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_table_has_its_published_columns(table: str) -> None:
    facts = PUBLISHED[table]
    columns = facts.columns or PUBLISHED[facts.like].columns
    wanted = dict(column.split() for column in _items(columns))
    ours, left_out = set(_items(facts.ours)), set(_items(facts.left_out))
    assert left_out <= wanted.keys(), "only a published column can be left out"
    assert not ours & wanted.keys(), "a published column is not ours alone"
    for column in _items(facts.typed):
        name, kind = column.split()
        assert wanted[name] != kind, "no departure"
        wanted[name] = kind
    if "course_id" not in wanted:
        ours.add("course_id")

    found = {name: kind for name, kind in OURS[table].items() if name not in ours}

    expected = {name: kind for name, kind in wanted.items() if name not in left_out}
    assert found == expected
    assert facts.is_unordered or list(found) == list(expected)
    assert ours - {"course_id"} <= OURS[table].keys()


def test_the_summary_of_a_course_has_all_its_reports() -> None:
    listing = list(OURS["course_listing_and_metainfo"])
    listed = [name for name in listing if name.startswith("listings_")]
    wanted = ["course_id", *listed, *_without_keys("broad_stats_by_course")]
    for prefix, table in BY_PREFIX.items():
        names = [name for name in _without_keys(table) if name not in listed]
        wanted += [prefix + name for name in names]

    found = [name for name in OURS["course_summary_stats"] if name not in SINGLE]

    assert found == [*wanted, "nforum_posts_per_week"]


def _without_keys(table: str) -> list[str]:
    return [name for name in OURS[table] if name not in {"course_id", "wrap_date"}]


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
