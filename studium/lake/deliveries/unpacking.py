"""Archives of data packages: each entry that is known lands as a file of its own, named `package.zip!/inner/name`.

Enters: the path of a tar or zip. Leaves: stored entries with what they deliver, what was passed over and why.
"""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from studium.config import Workspace
from studium.lake.archives import Archive, ArchiveEntry, DamagedArchiveError
from studium.lake.deliveries.blanking import UnreadableSecretsError, without_secrets
from studium.lake.deliveries.recognition import (
    Delivery,
    candidate_of,
    deliveries_of,
    is_named_delivery,
    may_be_archive,
)
from studium.lake.formats.face import Known
from studium.lake.raw_bytes import Stored, store_stream
from studium.lake.reading.naming import BETWEEN, is_encrypted
from studium.lake.reading.objects import looks_like_log
from studium.sources import RawFile

UNKNOWN = "neither a tracking log nor a file of a data package"
ENCRYPTED = "encrypted; decrypt it first"
NESTED = "an archive in an archive; unpack the outer one first"
TORN = "the archive ends within it"


@dataclass
class Unpacked:
    """What came out of an archive; `ignored` and `refused` hold (path, reason), `damage` why it broke off."""

    files: list[tuple[RawFile, Stored, Delivery | None]] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    damage: str | None = None


def unpack(workspace: Workspace, file: RawFile, prefix_sizes: list[int], known: Known) -> Unpacked:
    """Store the entries of an archive that are known. Raises RefusedArchiveError where it is none, or unsafe.

    Bytes of a refused archive may stay in the landing, where nothing names them.
    """
    archive, unpacked = Archive(file.path), Unpacked()
    stored: list[tuple[RawFile, Stored]] = []
    for entry in archive:
        raw = _raw_file(file, entry)
        reason = _reason_to_ignore(raw, known)
        if reason is not None:
            unpacked.ignored.append((raw.name, reason))
            continue
        try:
            stream = without_secrets(raw.name, entry.stream)
            stored.append((raw, store_stream(workspace, stream, prefix_sizes)))
        except DamagedArchiveError:
            unpacked.ignored.append((raw.name, TORN))
        except UnreadableSecretsError as error:
            unpacked.refused.append((raw.name, error.problem))
    unpacked.ignored += [
        (f"{file.name}{BETWEEN}{skipped.name}", skipped.reason.replace("_", " "))
        for skipped in archive.skipped
    ]
    unpacked.damage = archive.damage
    _sort(stored, known, unpacked)
    return unpacked


def _sort(stored: list[tuple[RawFile, Stored]], known: Known, unpacked: Unpacked) -> None:
    """Tell dumps from logs; what is neither is no longer needed in the landing."""
    found = [candidate_of(raw.name, bytes_.path, raw.modified_ns, known) for raw, bytes_ in stored]
    deliveries = deliveries_of([candidate for candidate in found if candidate], known)
    for raw, bytes_ in stored:
        delivery = deliveries.get(raw.name)
        if isinstance(delivery, str):
            unpacked.refused.append((raw.name, delivery))
            continue
        reason = None if delivery else looks_like_log(bytes_.path)
        if reason is None:
            unpacked.files.append((raw, bytes_, delivery))
        else:
            unpacked.ignored.append((raw.name, reason))


def _raw_file(archive: RawFile, entry: ArchiveEntry) -> RawFile:
    modified = int(entry.modified.timestamp() * 1e9) if entry.modified else archive.modified_ns
    path = Path(f"{archive.path}{BETWEEN}{entry.name}")
    return RawFile(path, entry.size, modified, archive.is_named)


def _reason_to_ignore(file: RawFile, known: Known) -> str | None:
    """Why an entry does not land, told by its name; a log's name says so, its content is looked at later."""
    if is_encrypted(file.name):
        return ENCRYPTED
    if is_named_delivery(file.name, known):
        return None
    if may_be_archive(file.name):
        return NESTED
    return None if ".log" in PurePosixPath(file.name).name else UNKNOWN
