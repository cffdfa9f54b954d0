"""Locations of all addresses of the lake in one file, which grows with the events.

Enters: Parquet files of events, a database. Leaves: lake/personal/ip_locations/<fingerprint>.parquet with
one row per distinct address. It is a function of these two; what was looked up before is not again.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studium.config import Workspace
from studium.lake.geography.countries import Country, countries, countries_digest
from studium.lake.geography.databases import (
    NOWHERE,
    AddressDatabase,
    Place,
    open_database,
    public_address,
)
from studium.lake.landing import sync_folder
from studium.progress import Progress

if TYPE_CHECKING:
    import duckdb
    import pyarrow

LOCATION_COLUMNS = {
    **dict.fromkeys(("ip", "country", "country_label", "continent", "un_region"), "varchar"),
    **dict.fromkeys(("econ_group", "developing_nation", "special_region"), "varchar"),
    **dict.fromkeys(("city", "region_code", "subdivision", "postal_code"), "varchar"),
    **dict.fromkeys(("latitude", "longitude"), "double"),
}
_LAYOUT = 1  # of the columns above; a new number makes all locations again
_READ = b"studium_files"
_AT_ONCE = 20_000
_UNKNOWN = Country("", None, None, None, None, None)


class EventFiles(Protocol):
    """Files of events; `studium.lake.Partition` is one."""

    @property
    def paths(self) -> tuple[Path, ...]: ...


@dataclass(frozen=True)
class Locations:
    """The file of locations, None without any event, and of which database it is."""

    path: Path | None
    fingerprint: str


def locate_addresses(
    workspace: Workspace, partitions: Iterable[EventFiles], progress: Progress
) -> Locations:
    """Look up the addresses of `partitions` that were not before; the caller holds the lock.

    Raises MisuseError when the database of the settings cannot be used.
    """
    database = open_database(workspace)
    fingerprint = _fingerprint(database)
    folder = workspace.lake / "personal" / "ip_locations"
    path = folder / f"{fingerprint}.parquet"
    files = {_short_name(file): file for part in partitions for file in part.paths}
    read = _read_before(path)
    if files and files.keys() != read:
        folder.mkdir(parents=True, exist_ok=True)
        is_longer = read <= files.keys()
        fresh = [files[name] for name in files if not (is_longer and name in read)]
        with _connection(workspace) as connection:
            _gather(connection, fresh, path)
            located = _look_up(connection, database, progress)
            table = _merge(connection, located, keeps_all=is_longer)
        _write(table, path, files)
    if not files:
        path.unlink(missing_ok=True)
    _remove_others(folder, path)
    return Locations(path if files else None, fingerprint)


def _fingerprint(database: AddressDatabase) -> str:
    text = f"{_LAYOUT} {database.fingerprint} {countries_digest()}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _short_name(file: Path) -> str:
    """Sixteen digits for a file's date and name: a lake may have a hundred thousand of them."""
    return blake2b(f"{file.parent.name}/{file.name}".encode(), digest_size=8).hexdigest()


def _read_before(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    import pyarrow.parquet

    metadata = pyarrow.parquet.read_schema(path).metadata or {}
    return set(metadata.get(_READ, b"").decode().split())


@contextmanager
def _connection(workspace: Workspace) -> "Iterator[duckdb.DuckDBPyConnection]":
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1500MB"})
    connection.execute("set enable_progress_bar = false")
    connection.execute("set temp_directory = $path", {"path": str(workspace.scratch)})
    try:
        yield connection
    finally:
        connection.close()


def _gather(connection: "duckdb.DuckDBPyConnection", files: Sequence[Path], path: Path) -> None:
    """Tables `known` (locations of before) and `used` (addresses of `files`)."""
    typed = ", ".join(f"{name} {kind}" for name, kind in LOCATION_COLUMNS.items())
    connection.execute(f"create temp table known ({typed})")
    if path.is_file():
        connection.execute(
            f"insert into known select {', '.join(LOCATION_COLUMNS)} from read_parquet($path)",
            {"path": str(path)},
        )
    connection.execute(
        "create temp table used as select distinct ip from read_parquet($files) where ip is not null",
        {"files": [str(file) for file in files]},
    )


def _look_up(
    connection: "duckdb.DuckDBPyConnection", database: AddressDatabase, progress: Progress
) -> "pyarrow.Table":
    fresh = connection.execute("select ip from used anti join known using (ip) order by ip")
    texts = [row[0] for row in fresh.fetchall()]
    progress.start("locate", float(len(texts)), "addresses")
    batches = []
    for start in range(0, len(texts), _AT_ONCE):
        chunk = texts[start : start + _AT_ONCE]
        batches.append(_as_batch(chunk, locate(database, chunk)))
        progress.advance(float(len(chunk)))
    progress.finish()
    return _as_table(batches)


def locate(database: AddressDatabase, texts: Sequence[str]) -> list[Place]:
    """The place of each address as it was logged."""
    addresses = [public_address(text) for text in texts]
    wanted = [address for address in addresses if address is not None]
    places = iter(database.look_up(wanted))
    return [NOWHERE if address is None else next(places) for address in addresses]


def _as_batch(texts: Sequence[str], places: Sequence[Place]) -> "list[tuple[object, ...]]":
    rows: list[tuple[object, ...]] = []
    for text, place in zip(texts, places, strict=True):
        known = countries().get(place.country or "", _UNKNOWN)
        label = known.country_label or place.country_label
        if not label:
            place, known = NOWHERE, _UNKNOWN  # a code of no country: EU, AP, ZZ
        rows.append((text, place.country, label or None, *known[1:], *place[2:]))
    return rows


def _as_table(batches: "list[list[tuple[object, ...]]]") -> "pyarrow.Table":
    import pyarrow

    kinds = {"varchar": pyarrow.string(), "double": pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in LOCATION_COLUMNS.items()])
    tables = [
        pyarrow.table(
            [
                pyarrow.array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ],
            schema=schema,
        )
        for rows in batches
    ]
    return pyarrow.concat_tables([schema.empty_table(), *tables])


def _merge(
    connection: "duckdb.DuckDBPyConnection", located: "pyarrow.Table", *, keeps_all: bool
) -> "pyarrow.Table":
    """Old and new locations by address; without `keeps_all` only of addresses that are used."""
    connection.register("located", located)
    kept = "known" if keeps_all else "known semi join used using (ip)"
    columns = ", ".join(LOCATION_COLUMNS)
    return connection.sql(
        f"select {columns} from {kept} union all select {columns} from located order by ip"
    ).to_arrow_table()


def _write(table: "pyarrow.Table", path: Path, files: Iterable[str]) -> None:
    import pyarrow.parquet

    temporary = path.with_suffix(".tmp")
    noted = table.replace_schema_metadata({_READ: " ".join(sorted(files)).encode()})
    with temporary.open("wb") as stream:
        pyarrow.parquet.write_table(noted, stream, compression="zstd")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


def _remove_others(folder: Path, path: Path) -> None:
    """Addresses are personal: those located by another database are not kept."""
    for other in folder.glob("*") if folder.is_dir() else ():
        if other != path:
            other.unlink()
