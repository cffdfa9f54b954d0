"""Archives of data packages: each entry that is known lands as a file of its own, named `package.zip!/inner/name`.

Enters: the path of a tar or zip. Leaves: stored entries with what they deliver, what was passed over and why.
"""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from studium.config import Workspace
from studium.lake.archives import Archive, ArchiveEntry, DamagedArchiveError
from studium.lake.deliveries.recognition import (
    Delivery,
    candidate_of,
    dashed_names,
    deliveries_of,
)
from studium.lake.formats.courses.names import is_encrypted, may_be_archive, read_name
from studium.lake.formats.courses.tracking_log.recognition import looks_like_log
from studium.lake.raw_bytes import Stored, store_stream
from studium.sources import RawFile

BETWEEN = "!/"
UNKNOWN = "neither a tracking log nor a file of a data package"
ENCRYPTED = "encrypted; decrypt it first"
NESTED = "an archive in an archive; unpack the outer one first"
TORN = "the archive ends within it"


@dataclass
class Unpacked:
    """What came out of an archive; `ignored` holds (path, reason), `damage` why it could not be read to its end."""

    files: list[tuple[RawFile, Stored, Delivery | None]] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    damage: str | None = None


def unpack(
    workspace: Workspace, file: RawFile, prefix_sizes: list[int], courses: list[str]
) -> Unpacked:
    """Store the entries of an archive that are known. Raises RefusedArchiveError where it is none, or unsafe.

    Bytes of a refused archive may stay in the landing, where nothing names them.
    """
    archive, unpacked = Archive(file.path), Unpacked()
    stored: list[tuple[RawFile, Stored]] = []
    for entry in archive:
        raw = _raw_file(file, entry)
        reason = _reason_to_ignore(raw, courses)
        if reason is not None:
            unpacked.ignored.append((raw.name, reason))
            continue
        try:
            stored.append((raw, store_stream(workspace, entry.stream, prefix_sizes)))
        except DamagedArchiveError:
            unpacked.ignored.append((raw.name, TORN))
    unpacked.ignored += [
        (f"{file.name}{BETWEEN}{skipped.name}", skipped.reason.replace("_", " "))
        for skipped in archive.skipped
    ]
    unpacked.damage = archive.damage
    _sort(stored, courses, unpacked)
    return unpacked


def _sort(stored: list[tuple[RawFile, Stored]], courses: list[str], unpacked: Unpacked) -> None:
    """Tell dumps from logs; what is neither is no longer needed in the landing."""
    found = [
        candidate_of(raw.name, bytes_.path, raw.modified_ns, courses) for raw, bytes_ in stored
    ]
    deliveries = deliveries_of([candidate for candidate in found if candidate], courses)
    for raw, bytes_ in stored:
        reason = None if raw.name in deliveries else looks_like_log(bytes_.path)
        if reason is None:
            unpacked.files.append((raw, bytes_, deliveries.get(raw.name)))
        else:
            unpacked.ignored.append((raw.name, reason))


def _raw_file(archive: RawFile, entry: ArchiveEntry) -> RawFile:
    modified = int(entry.modified.timestamp() * 1e9) if entry.modified else archive.modified_ns
    path = Path(f"{archive.path}{BETWEEN}{entry.name}")
    return RawFile(path, entry.size, modified, archive.is_named)


def _reason_to_ignore(file: RawFile, courses: list[str]) -> str | None:
    """Why an entry does not land, told by its name; a log's name says so, its content is looked at later."""
    if is_encrypted(file.name):
        return ENCRYPTED
    if read_name(file.name, dashed_names(courses)) is not None:
        return None
    if may_be_archive(file.name):
        return NESTED
    return None if ".log" in PurePosixPath(file.name).name else UNKNOWN
