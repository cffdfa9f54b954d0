"""The texts of a course archive, and their XML without DTD, entities or network.

Enters: course.xml.tar.gz. Leaves: documents by their path below the course's folder, numbered in their order.
"""

from pathlib import Path, PurePosixPath
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from studium.lake.archives import (
    Archive,
    ArchiveEntry,
    ArchiveLimits,
    DamagedArchiveError,
    RefusedArchiveError,
)
from studium.lake.reading.parsed import Counts

OLX_LIMITS = ArchiveLimits(
    total_bytes=16 * 1024**3
)  # with its videos and pictures, which are passed over
TEXTS = {".xml", ".html", ".json"}
ASIDE = {"static", "drafts"}  # drafts were never published
LARGEST_DOCUMENT_BYTES = 32 * 1024 * 1024
LARGEST_COURSE_BYTES = 256 * 1024 * 1024
SHOWN_BYTES = 64 * 1024


class Document(NamedTuple):
    """A text of the archive; `number` counts the texts from 1."""

    number: int
    content: bytes


class DtdError(Exception):
    """The document brings a DTD, which nothing in a course needs and attacks are made of."""


class _RefusingBuilder(TreeBuilder):
    def doctype(self, *declared: str | None) -> None:  # noqa: ARG002
        """Called by the parser before it reads any declaration of the DTD."""
        raise DtdError


class Documents:
    """The texts of one course by path; a fault of one is told once."""

    def __init__(self, found: dict[str, Document], counts: Counts) -> None:
        self.found = found
        self.counts = counts
        self.told: set[str] = set()

    def xml(self, path: str) -> Element | None:
        """The root of a document; None if there is none, or if it is no XML that we read."""
        document = self.found.get(path)
        if document is None:
            return None
        try:
            return parse_xml(document.content)
        except DtdError:
            self.tell(path, "dtd", "a document with a DTD is not read")
        except (ParseError, ValueError, LookupError) as error:
            self.tell(path, "bad_xml", str(error))
        return None

    def number(self, path: str) -> int:
        """The number of a document, 0 if there is none."""
        document = self.found.get(path)
        return document.number if document else 0

    def tell(self, path: str, reason: str, detail: str) -> None:
        """Reject a document, with its beginning, unless it was told before."""
        if path in self.told:
            return
        self.told.add(path)
        document = self.found.get(path, Document(0, b""))
        raw = document.content[:SHOWN_BYTES]
        self.counts.reject(document.number, reason, f"{path}: {detail}", raw)


def parse_xml(content: bytes) -> Element:
    """The root element; raises DtdError, ParseError, or ValueError and LookupError for odd encodings."""
    parser = XMLParser(target=_RefusingBuilder())  # noqa: S314  # no DTD, so no entity of its own
    parser.feed(content.removeprefix(b"\xef\xbb\xbf").lstrip())
    root: Element = parser.close()
    return root


def read_documents(path: Path, counts: Counts) -> Documents:
    """All texts of an archive below the folder that holds course.xml or roots/; damage is put into `counts`."""
    archive = Archive(path, OLX_LIMITS)
    found: dict[str, Document] = {}
    kept_bytes = 0
    for entry in archive:
        if not _is_text(entry.name):
            continue
        content = _content(entry, len(found) + 1, counts)
        if content is None:
            continue
        kept_bytes += len(content)
        if kept_bytes > LARGEST_COURSE_BYTES:
            raise RefusedArchiveError(
                f"the course has more than {LARGEST_COURSE_BYTES:,} bytes of text",
                str(path),
                "Take out of it what is no course content.",
            )
        found[entry.name] = Document(len(found) + 1, content)
    for name, reason in archive.skipped:
        if reason == "macos_metadata":
            counts.skipped[reason] += 1
        else:
            counts.reject(0, reason, name)
    counts.damage = archive.damage
    root = _root_of(list(found))
    below = {name.removeprefix(root): text for name, text in found.items() if name.startswith(root)}
    return Documents(below, counts)


def _is_text(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in TEXTS and not ASIDE & set(path.parts[:-1])


def _content(entry: ArchiveEntry, number: int, counts: Counts) -> bytes | None:
    try:
        content = entry.stream.read(LARGEST_DOCUMENT_BYTES + 1)
        while len(content) <= LARGEST_DOCUMENT_BYTES and (more := entry.stream.read(1024 * 1024)):
            content += more
    except DamagedArchiveError as error:
        counts.reject(number, "damaged", f"{entry.name}: {error}")
        return None
    if len(content) > LARGEST_DOCUMENT_BYTES:
        counts.reject(
            number, "too_large", f"{entry.name}: {entry.size:,} bytes", content[:SHOWN_BYTES]
        )
        return None
    return content


def _root_of(names: list[str]) -> str:
    """The folder of the course, with its closing slash: the shallowest that has course.xml or roots/*.xml."""
    folders = {
        name.removesuffix("course.xml") for name in names if f"/{name}".endswith("/course.xml")
    }
    for name in names:
        folder, _, rest = f"/{name}".rpartition("/roots/")
        if rest and "/" not in rest:
            folders.add(f"{folder[1:]}/" if folder else "")
    return min(folders, key=lambda folder: (folder.count("/"), folder), default="")
