"""Locations of addresses: right, once per address, and a function of the lake's files and the database."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pyarrow.parquet
import pytest

from studium.config import GeographySettings, Settings, Workspace
from studium.errors import MisuseError
from studium.lake import LOCATION_COLUMNS, Locations, event_partitions, locate_addresses, retract
from studium.lake.geography import locations as remembering
from studium.lake.geography.countries import countries
from studium.lake.geography.databases import (
    AddressDatabase,
    BuiltinCountries,
    MaxmindFile,
    Place,
    public_address,
)
from studium.progress import Silent
from tests.lake.conftest import event
from tests.warehouse.warehouses import SHARED_DATA

CITIES = SHARED_DATA / "geo" / "GeoLite2-City-Test.mmdb"

needs_cities = pytest.mark.skipif(not CITIES.is_file(), reason="the shared data is not here")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        (" 8.8.8.8 ", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2001:4860:4860:0:0:0:0:8888", "2001:4860:4860::8888"),
        ("10.1.2.3", None),
        ("::ffff:192.168.0.1", None),
        ("192.0.2.7", None),  # kept for documents
        ("127.0.0.1", None),
        ("fe80::1%eth0", None),
        ("::1", None),
        ("fc00::1", None),
        ("1.2.3", None),
        ("1.2.3.4, 5.6.7.8", None),
        ("999.1.1.1", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_only_public_addresses_are_somewhere(text: str, address: str | None) -> None:
    assert public_address(text) == address


def test_the_built_in_database_knows_both_kinds_of_address() -> None:
    places = BuiltinCountries().look_up(["8.8.8.8", "2001:4860:4860::8888", "133.11.0.1"])

    assert [place.country for place in places] == ["US", "US", "JP"]


def test_the_table_of_countries_is_whole() -> None:
    table = countries()

    assert len(table) == 250
    assert table["IN"] == (
        *("India", "Asia", "Southern Asia", "Developing_Nations"),
        *(None, None),
    )
    assert table["NE"][2:] == (
        *("Western Africa", "Developing_Nations", "Least developed countries"),
        "Sub-Saharan-Africa",
    )
    assert table["NA"].country_label == "Namibia"
    assert table["MX"].special_region == "Latin America and the Caribbean"
    assert sum(country.developing_nation is not None for country in table.values()) == 44
    assert {country.continent for country in table.values()} == {
        *("Africa", "Americas", "Antarctica", "Asia", "Europe", "Oceania")
    }
    assert {code for code, country in table.items() if not country.un_region} == {"AQ"}


@needs_cities
def test_a_city_database_says_where_an_address_is() -> None:
    london, nowhere, country_only = MaxmindFile(CITIES).look_up(
        ["81.2.69.160", "8.8.8.8", "2001:218::1"]
    )

    assert london == Place(
        *("GB", "United Kingdom", "London", "ENG", "England", None, 51.5142, -0.0931)
    )
    assert nowhere == Place()
    assert (country_only.country, country_only.city) == ("JP", None)


@needs_cities
def test_a_database_without_countries_is_refused(workspace: Workspace) -> None:
    for name in ("GeoLite2-ASN-Test.mmdb", "GeoLite2-City-Test.source.json", "none.mmdb"):
        other = _with_database(workspace, CITIES.with_name(name))
        with pytest.raises(MisuseError, match=r"geography\.database"):
            locate_addresses(other, [], Silent())


def test_each_address_is_looked_up_once(
    workspace: Workspace,
    land_paths: Callable[..., object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _listen(monkeypatch)

    land_paths(_log(tmp_path / "a.log", "10", ["8.8.8.8", "8.8.8.8", "10.0.0.1", None]))
    first = _locate(workspace)
    land_paths(_log(tmp_path / "b.log", "10", ["8.8.8.8", "133.11.0.1"]))
    land_paths(_log(tmp_path / "c.log", "12", ["10.0.0.1", "8.8.4.4"]))
    second = _locate(workspace)
    again = _locate(workspace)

    assert asked == ["8.8.8.8", "133.11.0.1", "8.8.4.4"]
    assert first.path == second.path == again.path
    assert {ip: row[1:5] for ip, *row in _rows(again)} == {
        "10.0.0.1": [None] * 4,
        "133.11.0.1": ["Japan", "Asia", "Eastern Asia", "Developed regions"],
        "8.8.4.4": ["United States", "Americas", "Northern America", "Developed regions"],
        "8.8.8.8": ["United States", "Americas", "Northern America", "Developed regions"],
    }


def test_increments_equal_a_full_look_up(
    workspace: Workspace, land_paths: Callable[..., object], tmp_path: Path
) -> None:
    land_paths(_log(tmp_path / "a.log", "10", ["8.8.8.8", "133.11.0.1"]))
    _locate(workspace)
    land_paths(_log(tmp_path / "b.log", "10", ["8.8.4.4"]))
    _locate(workspace)
    retract(workspace, "a.log")
    step_by_step = _locate(workspace)

    fresh = Workspace(tmp_path / "fresh", Settings())
    at_once = locate_addresses(fresh, event_partitions(workspace), Silent())

    assert _rows(step_by_step) == _rows(at_once)
    assert [row[0] for row in _rows(at_once)] == ["8.8.4.4"]
    retract(workspace, "b.log")
    assert _locate(workspace).path is None
    assert not list((workspace.lake / "personal" / "ip_locations").iterdir())


@needs_cities
def test_another_database_looks_everything_up_again(
    workspace: Workspace, land_paths: Callable[..., object], tmp_path: Path
) -> None:
    land_paths(_log(tmp_path / "a.log", "10", ["81.2.69.160", "not an address"]))
    before = _locate(workspace)
    after = _locate(_with_database(workspace, CITIES))

    assert before.fingerprint != after.fingerprint
    assert before.path is not None
    assert not before.path.exists()
    row = dict(zip(LOCATION_COLUMNS, _rows(after)[0], strict=True))
    assert (row["ip"], row["country"], row["city"]) == ("81.2.69.160", "GB", "London")
    assert (row["region_code"], row["continent"]) == ("ENG", "Europe")


def test_a_file_of_a_killed_run_is_no_obstacle(
    workspace: Workspace, land_paths: Callable[..., object], tmp_path: Path
) -> None:
    land_paths(_log(tmp_path / "a.log", "10", ["8.8.8.8"]))
    path = _locate(workspace).path
    assert path is not None
    path.rename(path.with_suffix(".tmp"))

    found = _locate(workspace)

    assert len(_rows(found)) == 1
    assert sorted(path.parent.iterdir()) == [path.with_name(f".{path.stem}.xxh3"), path]


def _log(path: Path, day: str, addresses: Sequence[str | None]) -> Path:
    lines = [
        event(ip=address, time=f"2099-03-{day}T10:00:{second:02}+00:00")
        for second, address in enumerate(addresses)
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def _locate(workspace: Workspace) -> Locations:
    return locate_addresses(workspace, event_partitions(workspace), Silent())


def _rows(locations: Locations) -> list[tuple[object, ...]]:
    assert locations.path is not None
    table = pyarrow.parquet.read_table(locations.path)
    return [tuple(row.values()) for row in table.to_pylist()]


def _with_database(workspace: Workspace, path: Path) -> Workspace:
    geography = GeographySettings(database=str(path))
    settings = msgspec.structs.replace(workspace.settings, geography=geography)
    return Workspace(workspace.root, settings)


def _listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the real database is asked for from now on."""
    asked: list[str] = []

    class Listening(BuiltinCountries):
        def look_up(self, addresses: Sequence[str]) -> list[Place]:
            asked.extend(addresses)
            return super().look_up(addresses)

    def listen(_workspace: Workspace) -> AddressDatabase:
        return Listening()

    monkeypatch.setattr(remembering, "open_database", listen)
    return asked
