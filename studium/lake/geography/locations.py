"""Locations of all addresses of the lake in one file, which grows with the events.

Enters: Parquet files of events, a database. Leaves: lake/personal/ip_locations/<fingerprint>.parquet with
one row per distinct address, and its checksum beside it. It is a function of these two; what was looked up before is
not again, and a file that is not as it was written is made anew.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import orjson

from studium.config import Workspace
from studium.lake.checksums import checksum_of
from studium.lake.geography.countries import Country, countries, countries_digest
from studium.lake.geography.databases import (
    NOWHERE,
    AddressDatabase,
    Place,
    open_database,
    public_address,
)
from studium.lake.health.reading import checksums
from studium.lake.raw_bytes import sync_folder
from studium.progress import Progress

if TYPE_CHECKING:
    import duckdb

LOCATION_COLUMNS = {
    **dict.fromkeys(("ip", "country", "country_label", "continent", "un_region"), "varchar"),
    **dict.fromkeys(("econ_group", "developing_nation", "special_region"), "varchar"),
    **dict.fromkeys(("city", "region_code", "subdivision", "postal_code"), "varchar"),
    **dict.fromkeys(("latitude", "longitude"), "double"),
}
_LAYOUT = 1  # of the columns above; a new number makes all locations again
_READ = "studium_files"
_AT_ONCE = 20_000
_UNKNOWN = Country("", None, None, None, None, None)


class EventFiles(Protocol):
    """Files of events; `EventDay` is one."""

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

    Raises MisuseError when the database of the settings cannot be used, DamagedLakeError where events changed.
    """
    database = open_database(workspace)
    fingerprint = _fingerprint(database)
    folder = workspace.lake / "personal" / "ip_locations"
    path = folder / f"{fingerprint}.parquet"
    if not _is_as_written(path):
        path.unlink(missing_ok=True)
    files = {_short_name(file): file for part in partitions for file in part.paths}
    with _connection(workspace) as connection:
        read = _read_before(connection, path)
        if files and files.keys() != read:
            folder.mkdir(parents=True, exist_ok=True)
            is_longer = read <= files.keys()
            fresh = [files[name] for name in files if not (is_longer and name in read)]
            checksums(workspace, fresh)
            _gather(connection, fresh, path)
            _look_up(connection, database, progress)
            _write(connection, path, files, keeps_all=is_longer)
    if not files:
        path.unlink(missing_ok=True)
        _seal_of(path).unlink(missing_ok=True)
    _remove_others(folder, path)
    return Locations(path if files else None, fingerprint)


def changed_locations(workspace: Workspace) -> list[Path]:
    """Files of locations that are not as they were written."""
    folder = workspace.lake / "personal" / "ip_locations"
    return sorted(path for path in folder.glob("*.parquet") if not _is_as_written(path))


def _is_as_written(path: Path) -> bool:
    try:
        return _seal_of(path).read_text("ascii") == checksum_of(path)
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _seal_of(path: Path) -> Path:
    """Hidden from Spark, which reads the folder."""
    return path.with_name(f".{path.stem}.xxh3")


def _fingerprint(database: AddressDatabase) -> str:
    text = f"{_LAYOUT} {database.fingerprint} {countries_digest()}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _short_name(file: Path) -> str:
    """Sixteen digits for a file's date and name: a lake may have a hundred thousand of them."""
    return blake2b(f"{file.parent.name}/{file.name}".encode(), digest_size=8).hexdigest()


def _read_before(connection: "duckdb.DuckDBPyConnection", path: Path) -> set[str]:
    if not path.is_file():
        return set()
    found = connection.execute(
        "select decode(value) from parquet_kv_metadata($path) where decode(key) = $key",
        {"path": str(path), "key": _READ},
    ).fetchone()
    return set(found[0].split()) if found else set()


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
    """Tables `known` (locations of before), `used` (addresses of `files`), and `located`, still empty."""
    typed = ", ".join(f"{name} {kind}" for name, kind in LOCATION_COLUMNS.items())
    connection.execute(f"create temp table known ({typed})")
    connection.execute(f"create temp table located ({typed})")
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
) -> None:
    """Fill `located` with the places of addresses that are not in `known`."""
    fresh = connection.execute("select ip from used anti join known using (ip) order by ip")
    texts = [row[0] for row in fresh.fetchall()]
    progress.start("locate", float(len(texts)), "addresses")
    # As JSON: a row at a time is slow, and Arrow arrays of Python's values want pandas imported.
    row_type = orjson.dumps([LOCATION_COLUMNS]).decode()
    for start in range(0, len(texts), _AT_ONCE):
        chunk = texts[start : start + _AT_ONCE]
        rows = _rows(chunk, locate(database, chunk))
        connection.execute(
            "insert into located select unnest(from_json($rows, $row_type), recursive := true)",
            {"rows": orjson.dumps(rows).decode(), "row_type": row_type},
        )
        progress.advance(float(len(chunk)))
    progress.finish()


def locate(database: AddressDatabase, texts: Sequence[str]) -> list[Place]:
    """The place of each address as it was logged."""
    addresses = [public_address(text) for text in texts]
    wanted = [address for address in addresses if address is not None]
    places = iter(database.look_up(wanted))
    return [NOWHERE if address is None else next(places) for address in addresses]


def _rows(texts: Sequence[str], places: Sequence[Place]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for text, place in zip(texts, places, strict=True):
        known = countries().get(place.country or "", _UNKNOWN)
        label = known.country_label or place.country_label
        if not label:
            place, known = NOWHERE, _UNKNOWN  # a code of no country: EU, AP, ZZ
        values = (text, place.country, label or None, *known[1:], *place[2:])
        rows.append(dict(zip(LOCATION_COLUMNS, values, strict=True)))
    return rows


def _write(
    connection: "duckdb.DuckDBPyConnection", path: Path, files: Iterable[str], *, keeps_all: bool
) -> None:
    """Old and new locations by address; without `keeps_all` only of addresses that are used."""
    temporary = path.with_suffix(".tmp")
    kept = "known" if keeps_all else "known semi join used using (ip)"
    noted = " ".join(sorted(files))  # hex digits
    connection.execute(
        f"copy (from {kept} union all from located order by ip) to $path"
        f" (format parquet, compression zstd, kv_metadata {{{_READ}: '{noted}'}})",
        {"path": str(temporary)},
    )
    seal = path.with_suffix(".tmp-seal")
    seal.write_text(checksum_of(temporary), "ascii")
    for written, place in ((temporary, path), (seal, _seal_of(path))):
        with written.open("rb") as stream:
            os.fsync(stream.fileno())
        written.rename(place)
    sync_folder(path.parent)


def _remove_others(folder: Path, path: Path) -> None:
    """Addresses are personal: those located by another database are not kept."""
    for other in folder.glob("*") if folder.is_dir() else ():
        if other not in {path, _seal_of(path)}:
            other.unlink()
