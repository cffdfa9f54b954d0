"""Every mart says who may see it: its level, its columns about persons, and which of its counts of people hide.

Enters: the .yml files of the marts. Leaves: nothing; a mart without its classification fails.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from studium.analyses import analysis_catalogue
from studium.vocabulary import PARTS, Rights
from studium.warehouse import catalogue
from studium.warehouse.inputs.changes import source_of
from studium.warehouse.inputs.idle import find_idle
from studium.warehouse.project import FOLDER, Project
from tests.warehouse.warehouses import new_workspace

MODELS = FOLDER / "models"
PEOPLE = {"responses", "learners", "users", "persons", "people", "accounts", "registrations"}
# Counts that say how many there are in all of the institution: no group of them.
WHOLES = {
    "overall_stats": {"course_registrations"},
}


def described(file: Path) -> dict[str, Any]:
    (model,) = msgspec.yaml.decode(file.read_bytes())["models"]
    return dict(model)


@pytest.fixture(scope="module")
def marts() -> dict[str, dict[str, Any]]:
    return {file.stem: described(file) for file in sorted(MODELS.glob("*/marts/**/*.yml"))}


def rights_of(model: dict[str, Any]) -> Rights:
    return msgspec.convert(model["config"]["meta"]["rights"], Rights)


def test_every_mart_says_who_may_see_it(marts: dict[str, dict[str, Any]]) -> None:
    assert len(marts) > 120
    assert not [name for name, it in marts.items() if "rights" not in it["config"]["meta"]]
    for name, model in marts.items():
        columns = {column["name"] for column in model["columns"]}
        rights = rights_of(model)
        named = {*rights.learner, *rights.personal, *rights.beyond}
        named |= {rights.scope.column, *rights.scope.within.values()} if rights.scope else set()
        if rights.groups:
            groups = rights.groups
            named |= {*groups.within, *groups.counts, *groups.measures, *groups.series} - {"*"}
            named |= {*groups.follows, *groups.changes, *groups.changes.values()}
            named |= {groups.latest} - {""} | {*(groups.parts or [])}
            followed = {other for others in groups.follows.values() for other in others}
            assert followed | set(groups.changes.values()) <= set(groups.counts), name
        assert named <= columns, name
        if rights.level in {"learner", "course"} and "course_id" in columns:
            assert rights.scope, name
            assert rights.scope.kind == "course", name


TRAITS = re.compile(
    r"(?i)(^|_)(yob|gender|loe|education|birth|age|cc|countr\w*|language|lang)($|_|by_ip|label)"
)
NO_TRAITS = {
    "langcount",
    "n_different_lang",
    "n_diff_lang",
    "language_nevents",
    "language_ndiff",
    "language_download",
    "last_time_used_lang",
}


def test_what_a_person_is_known_by_can_be_made_coarse(marts: dict[str, dict[str, Any]]) -> None:
    """And a column that tells of other courses does so in whichever mart of people it stands."""
    for name, model in marts.items():
        rights, columns = rights_of(model), {column["name"] for column in model["columns"]}
        if rights.level != "learner":
            continue
        assert set(rights.traits) <= columns, name
        known = {*rights.traits, *rights.personal, *rights.learner, *NO_TRAITS}
        assert {it for it in columns if TRAITS.search(it)} <= known, name
        if rights.scope:
            assert columns & {"ip", "city", "latitude", "longitude", "postalCode"} <= set(
                rights.beyond
            ), name


def test_counts_of_people_can_be_hidden(marts: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """What a role that sees no learners sees of a group of them: nothing, where it is small."""
    units = {
        model.name: {column.name: column.unit for column in model.columns}
        for model in catalogue(new_workspace(tmp_path))
    }
    seen = {}
    for name, model in marts.items():
        rights = rights_of(model)
        if rights.level in {"learner", "operations"}:
            continue
        groups = rights.groups
        hiding = {*groups.counts, *groups.measures, *groups.changes} if groups else set()
        seen[name] = {
            column
            for column, unit in units[name].items()
            if unit in PEOPLE and column not in hiding and "*" not in hiding
        }
    assert {name: columns for name, columns in seen.items() if columns} == WHOLES


def test_what_tells_of_few_people_beside_other_datasets_is_looked_up(
    marts: dict[str, dict[str, Any]],
) -> None:
    """A count that the model forgets would be shown."""
    area = MODELS / "courses"
    totals = area / "intermediate" / "totals"
    files = [area / "marts" / "reports" / "parts_of_totals.sql", *totals.glob("*.sql")]
    sql = " ".join(file.read_text() for file in files)
    needing = {
        name: groups.counts
        for name, groups in ((name, rights_of(model).groups) for name, model in marts.items())
        if groups and groups.parts is not None
    }
    whole = {name for name, model in marts.items() if rights_of(model).level == "institution"}
    assert {"overall_stats", "geographic_distributions", "subject_take_rates"} <= whole & {*needing}
    for name in needing:
        assert f"'{name}'" in sql, name
    for name in whole & needing.keys():
        assert [count for count in needing[name] if f"'{count}'" not in sql] == [], name


def test_only_where_all_rows_are_one_whole_is_it_looked_up() -> None:
    rights = {"level": "institution", "groups": {"within": [], "counts": ["n"], "parts": []}}
    assert msgspec.convert(rights, Rights).groups
    for more in ({"within": ["month"]}, {"series": ["month"]}, {"changes": {"change": "n"}}):
        wrong = rights | {"groups": {"within": [], "counts": ["n"], "parts": []} | more}
        with pytest.raises(msgspec.ValidationError, match="parts go without"):
            msgspec.convert(wrong, Rights)
    across_days = {"level": "course", "groups": {"within": [], "counts": ["n"], "latest": "date"}}
    with pytest.raises(msgspec.ValidationError, match="latest is one of within"):
        msgspec.convert(across_days, Rights)


def test_tables_that_need_it_bring_what_they_would_tell(tmp_path: Path) -> None:
    graph = Project(new_workspace(tmp_path)).graph
    filled = {source_of(key) or "" for it in graph.models.values() for key in it.reads}
    for wanted, is_passed_over in (("overall_stats", False), ("video", True)):
        assert (PARTS in find_idle(graph, filled, [wanted])) is is_passed_over, wanted


def test_what_single_people_did_or_typed_goes_with_their_number(
    marts: dict[str, dict[str, Any]],
) -> None:
    assert rights_of(marts["event_types_daily"]).level == "learner", "paths of pages name learners"
    assert "event_type" in rights_of(marts["event_types_daily"]).personal
    for name, measure in (
        ("answer_distribution", "answer_value_text"),
        ("video", "total_viewed_seconds"),
    ):
        groups = rights_of(marts[name]).groups
        assert groups is not None
        assert measure in groups.measures


def test_tables_of_analyses_hide_their_counts_too() -> None:
    for model in analysis_catalogue():
        rights = model.rights
        assert rights is not None
        counts = {column.name for column in model.columns if column.unit in PEOPLE}
        named = rights.groups
        assert rights.level == "learner" or counts <= set(named.counts if named else ()), model.name
        if named:
            columns = {column.name for column in model.columns}
            assert {*named.within, *named.counts, *named.measures} <= columns, model.name
