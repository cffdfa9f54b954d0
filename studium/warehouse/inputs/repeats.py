"""Which dumps hold a key twice: of those the last line counts, the others are read as they are.

Enters: current dumps, the views over them, the warehouse's notes. Leaves: per dataset the raw files to look through.
A dump is read for this once; studium.dump_repeats remembers the outcome by its fingerprint.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from studium.vocabulary import SITE
from studium.warehouse.engine import Engine
from studium.warehouse.inputs.dumps import DumpPartition

_AT_ONCE = 25  # scopes: every key of theirs is in memory
_MOST_FILES = 50  # with repeated keys; beyond them all rows are looked through
_TABLE = """
    create table if not exists studium.dump_repeats (
        dataset varchar, fingerprint varchar, source_file varchar, has_repeats boolean, is_own boolean,
        primary key (dataset, fingerprint)
    )
"""


def repeats_of(
    engine: Engine, dumps: Sequence[DumpPartition], changed: Collection[str]
) -> dict[str, list[str]]:
    """What `find_repeats` says, looked for only in sources that `changed` since, or were never looked at."""
    known: dict[str, list[str] | None] = dict(engine.rows("from studium.built_repeats"))
    current = {dump.dataset for dump in dumps}
    new = {it for it in current if it not in known or f"lake.{it}" in changed}
    if new:
        found = find_repeats(engine, [dump for dump in dumps if dump.dataset in new])
        known |= {dataset: found.get(dataset) for dataset in new}
        for dataset in sorted(new):
            engine.rows(
                "insert or replace into studium.built_repeats values ($dataset, $files)",
                {"dataset": dataset, "files": known[dataset]},
            )
    return {it: files for it in current if (files := known[it]) is not None}


def find_repeats(engine: Engine, dumps: Sequence[DumpPartition]) -> dict[str, list[str]]:
    """Dataset -> the values of source_file whose rows repeat a key.

    A dataset is left out where a key may stand in two files: with a dump of the whole site, with rows of
    other scopes, or with two files for one.
    """
    from studium.lake import DATASETS

    engine.rows("create schema if not exists studium")
    engine.rows(_TABLE)
    found: dict[str, list[str]] = {}
    # A package also holds tables that nobody describes, such as those of the wiki: they have no key and no view.
    for dataset in sorted({dump.dataset for dump in dumps} & DATASETS.keys()):
        current = [dump for dump in dumps if dump.dataset == dataset]
        if not _has_one_file_for_each_scope(current):
            continue
        files = _files_with_repeats(engine, dataset, current)
        if files is not None and len(files) <= _MOST_FILES:
            found[dataset] = files
    return found


def _has_one_file_for_each_scope(current: Sequence[DumpPartition]) -> bool:
    scopes = Counter(dump.scope for dump in current)
    kinds = {scope.kind for scope in scopes}
    return SITE not in scopes and len(kinds) == 1 and max(scopes.values()) == 1


def _files_with_repeats(
    engine: Engine, dataset: str, current: Sequence[DumpPartition]
) -> list[str] | None:
    """None where a file holds rows of another scope than its own."""
    packages = engine.rows(f"select distinct scope_id from lake.{dataset}")
    if not {one for (one,) in packages} <= {dump.scope.id or None for dump in current}:
        return None
    known = _read_known(engine, dataset)
    new = [dump for dump in current if dump.fingerprint not in known]
    for start in range(0, len(new), _AT_ONCE):
        _note(engine, dataset, new[start : start + _AT_ONCE])
    if new:
        known = _read_known(engine, dataset)
    outcomes = [known[dump.fingerprint] for dump in current]
    if not all(is_own for _, _, is_own in outcomes):
        return None
    return sorted({file for file, has_repeats, _ in outcomes if has_repeats})


def _read_known(engine: Engine, dataset: str) -> dict[str, tuple[str, bool, bool]]:
    rows = engine.rows(
        "select fingerprint, source_file, has_repeats, is_own from studium.dump_repeats"
        " where dataset = $dataset",
        {"dataset": dataset},
    )
    return {print_: (file, has_repeats, is_own) for print_, file, has_repeats, is_own in rows}


def _note(engine: Engine, dataset: str, dumps: Sequence[DumpPartition]) -> None:
    """Read the keys of some dumps. Two keys of one hash only make a file look as if it had repeats."""
    rows = engine.rows(
        _query(dataset, dumps[0].scope.kind), {"ids": [dump.scope.id for dump in dumps]}
    )
    outcomes = {one: outcome for one, *outcome in rows}
    for note in _notes(dataset, dumps, outcomes):
        engine.rows(
            "insert into studium.dump_repeats values ($dataset, $print, $file, $has_repeats, $is_own)",
            dict(zip(("dataset", "print", "file", "has_repeats", "is_own"), note, strict=True)),
        )


def _notes(
    dataset: str, dumps: Sequence[DumpPartition], outcomes: dict[str, list[object]]
) -> Iterator[tuple[object, ...]]:
    for dump in dumps:
        empty = ["", False, True]
        yield (dataset, dump.fingerprint, *outcomes.get(dump.scope.id, empty))


def _query(dataset: str, kind: str) -> str:
    from studium.lake import DATASETS

    described = DATASETS[dataset]
    holder = described.scope_column or f"{kind}_id"
    within = [f'"{column}"' for column in described.key if column != holder]
    key = ", ".join(within or ["scope_id"])  # of a list of scopes: one row for each
    is_other = f'"{holder}" <> scope_id' if holder in described.lake_columns else "false"
    return f"""
        select -- all rows of a file are of one scope, also where they do not say so
            scope_id,
            min(source_file),
            count(*) > count(distinct hash({key})),
            count(*) filter (where {is_other}) = 0 and count(distinct source_file) = 1
        from lake.{dataset} where scope_id in (select unnest($ids))
        group by scope_id
    """
