"""Whether the files of a release hold the bytes that were published.

Enters: a release. Leaves: nothing, or a DamagedReleaseError. DuckDB verifies each block of a database that it reads;
nobody does so for Parquet, so that events are compared just before they are read.
"""

from collections.abc import Mapping
from pathlib import Path

from studium.publish.event_days import Parts, noted_checksums
from studium.publish.manifest import Area, DamagedReleaseError, Release, hash_file


def verify_release(release: Release) -> None:
    """Read all files once; raises DamagedReleaseError when their bytes are not those published."""
    for area in release.manifest.areas:
        verify_area(release, area)


def verify_area(release: Release, area: Area) -> None:
    """Read all files of one area once; raises DamagedReleaseError when one changed."""
    _compare(release, area.database, area.database_sha256)
    if area.archive:
        _compare(release, area.archive.name, area.archive.sha256)
    _compare_events(release, _noted(release, area))


def verify_events(release: Release, parts: Parts) -> None:
    """Read these files of events once; raises DamagedReleaseError when one changed.

    In a release from before there were lists of checksums they are taken as they are.
    """
    noted: dict[Path, str] = {}
    for area in release.manifest.areas:
        noted |= _noted(release, area)
    chosen = {*parts.events, *parts.duplicates}
    _compare_events(release, {path: it for path, it in noted.items() if path in chosen})


def _noted(release: Release, area: Area) -> dict[Path, str]:
    if not area.events_seal:
        return {}
    try:
        return noted_checksums(release.path, area.name, area.events_seal)
    except (OSError, ValueError) as error:
        reason = f"the checksums of its events cannot be read: {error}"
        raise DamagedReleaseError(release.path, reason) from None


def _compare_events(release: Release, noted: Mapping[Path, str]) -> None:
    from studium.lake import checksum_of

    for path, checksum in noted.items():
        try:
            found = checksum_of(path)
        except OSError as error:
            raise DamagedReleaseError(release.path, f"{path.name}: {error.strerror}") from None
        if found != checksum:
            raise DamagedReleaseError(release.path, f"{path.name} has changed since it was made")


def _compare(release: Release, name: str, sha256: str) -> None:
    try:
        found = hash_file(release.path / name)
    except OSError as error:
        raise DamagedReleaseError(release.path, f"{name}: {error.strerror}") from None
    if found != sha256:
        raise DamagedReleaseError(release.path, f"{name} has changed since it was made")
