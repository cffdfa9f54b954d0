"""Databases of addresses: the built-in one of countries, or a file in MaxMind's format.

Enters: the settings. Leaves: an `AddressDatabase`, which turns addresses as text into `Place`s.
"""

import hashlib
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from studium.config import Workspace
from studium.errors import MisuseError

_SETTING = "studium.toml, geography.database"
_KINDS = ("City", "Country", "Enterprise", "Insights")


class Place(NamedTuple):
    """What a database says about one address; all None where it knows nothing."""

    country: str | None = None
    country_label: str | None = None
    city: str | None = None
    region_code: str | None = None
    subdivision: str | None = None
    postal_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None


NOWHERE = Place()


class AddressDatabase(Protocol):
    """Looks addresses up; `fingerprint` differs when another answer is possible."""

    @property
    def fingerprint(self) -> str: ...

    def look_up(self, addresses: Sequence[str]) -> list[Place]:
        """One place for each address, which `public_address` made."""


def open_database(workspace: Workspace) -> AddressDatabase:
    """The database of the settings; raises MisuseError when it cannot be used."""
    named = workspace.settings.geography.database
    return MaxmindFile(workspace.root / named) if named else BuiltinCountries()


def public_address(text: str) -> str | None:
    """An address in its usual spelling, or None for one that is nowhere.

    Nowhere are texts that are no address, and private, reserved and local ones. An IPv4 address
    written as IPv6 (::ffff:192.0.2.1), as servers for both log it, counts as IPv4.
    """
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(address) if address.is_global else None


class BuiltinCountries:
    """Countries to which the registries of the Internet assigned blocks of addresses."""

    @property
    def fingerprint(self) -> str:
        """The release of the data."""
        from importlib.metadata import version

        return f"iptocc {version('iptocc')}"

    def look_up(self, addresses: Sequence[str]) -> list[Place]:
        """Country codes alone: registries know no cities."""
        import iptocc

        found: list[str | None] = iptocc.country_code(list(addresses))
        return [Place(country=code) if code else NOWHERE for code in found]


class MaxmindFile:
    """A .mmdb file with countries, and maybe with cities: GeoLite2, GeoIP2, DB-IP and the like."""

    def __init__(self, path: Path) -> None:
        import maxminddb

        try:
            self._reader = maxminddb.open_database(path)
            self.fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            problem = (
                "does not exist" if isinstance(error, FileNotFoundError) else f"fails: {error}"
            )
            raise _unusable(path, problem) from None
        kind = self._reader.metadata().database_type
        if not any(word in kind for word in _KINDS):
            raise _unusable(path, f"holds {kind}, no countries")

    def look_up(self, addresses: Sequence[str]) -> list[Place]:
        """Raises MisuseError when the file turns out to be damaged."""
        import maxminddb

        try:
            return [self._look_up(address) for address in addresses]
        except (maxminddb.InvalidDatabaseError, UnicodeDecodeError) as error:
            raise MisuseError(
                f"The database of addresses is damaged: {error}", _SETTING, "Fetch it again."
            ) from None

    def _look_up(self, address: str) -> Place:
        try:
            found = self._reader.get(address)
        except ValueError:  # an IPv6 address in a database of IPv4
            return NOWHERE
        return _place(found) if isinstance(found, dict) else NOWHERE


def _place(found: dict[str, Any]) -> Place:
    country = found.get("country") or {}
    subdivisions = found.get("subdivisions") or [{}]
    location = found.get("location") or {}
    return Place(
        country=country.get("iso_code"),
        country_label=_english(country),
        city=_english(found.get("city")),
        region_code=subdivisions[-1].get("iso_code"),
        subdivision=_english(subdivisions[-1]),
        postal_code=(found.get("postal") or {}).get("code"),
        latitude=location.get("latitude"),
        longitude=location.get("longitude"),
    )


def _english(named: dict[str, Any] | None) -> str | None:
    name: str | None = ((named or {}).get("names") or {}).get("en")
    return name


def _unusable(path: Path, problem: str) -> MisuseError:
    return MisuseError(
        f"The database of addresses {problem}",
        f"{_SETTING} = {str(path)!r}",
        "Name a .mmdb file with cities or countries, or remove the setting for the built-in one.",
    )
