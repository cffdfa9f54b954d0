"""Raw bytes to plain bytes: gzip, zstd, bzip2, xz or none, also within each other, known by content and not by name.

Enters: a binary file. Leaves: blocks of plain bytes; concatenated members and frames are one stream, and text in
UTF-16 with its byte order mark becomes UTF-8. An archive that ends early or is damaged gives all bytes before the
damage, then raises `DamagedArchiveError`.
"""

import bz2
import codecs
import lzma
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard
from isal import igzip_lib, isal_zlib

READ_BYTES = 256 * 1024
SMALL_BYTES = 4 * 1024
MARK_BYTES = 4
SKIPPED_FRAME = b"\x2a\x4d\x18"  # after a byte that may be any of sixteen
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
}
SUFFIX = {"gzip": ".gz", "zstd": ".zst", "bzip2": ".bz2", "xz": ".xz", "plain": ".log"}
MAGIC_BYTES = max(map(len, MAGIC))
MOST_LAYERS = 4  # what was packed more often was meant to tire its reader
DAMAGE: tuple[type[Exception], ...] = (
    cast("type[Exception]", igzip_lib.IsalError),  # its stub calls it an instance
    zstandard.ZstdError,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
)
PORTION_BYTES = {"gzip": 64 * 1024, "zstd": 4 * 1024, "bzip2": 4 * 1024, "xz": 4 * 1024}
LARGEST_XZ_MEMORY = 256 * 1024 * 1024
GZIP_WINDOW = 31  # 15 bits of window, and 16 for the gzip header


class DamagedArchiveError(Exception):
    """The archive ends early or is corrupt; what was readable before has been yielded."""


def compression_of(head: bytes) -> str:
    """Name the compression by the first bytes of a file: 'gzip', 'zstd', 'bzip2', 'xz' or 'plain'."""
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            return name
    return "plain"


def plain_blocks(
    path: Path,
    advance: Callable[[int], None] | None = None,
    notes: list[str] | None = None,
) -> Iterator[bytes]:
    """Yield the plain bytes of a file in blocks, most of a few MB, none much above 100 MB.

    `advance` is called with the count of raw bytes read; `notes` gets a line where other bytes follow the end of an
    archive, which gzip, too, leaves out with a warning. Raises DamagedArchiveError after the last good block.
    """
    yield from plain_text(lambda: path.open("rb"), advance, notes)


def plain_text(
    opened: Callable[[], BinaryIO],
    advance: Callable[[int], None] | None = None,
    notes: list[str] | None = None,
) -> Iterator[bytes]:
    """The same of what can be opened, again where it is damaged."""
    notes = [] if notes is None else notes
    with opened() as file:
        head = file.read(MAGIC_BYTES)
        file.seek(0)
        compression = compression_of(head)
        blocks, layers = _raw_blocks(file, advance), MOST_LAYERS
        if compression != "plain":
            blocks, layers = _all_before_damage(opened, blocks, compression, notes), layers - 1
        yield from _as_utf8(peeled(blocks, notes, layers))


def peeled(blocks: Iterator[bytes], notes: list[str], layers: int = MOST_LAYERS) -> Iterator[bytes]:
    """What blocks hold that may be packed, also after it was packed; at damage without the block that is torn."""
    for _ in range(layers):
        begun, rest = _begun(blocks)
        blocks = chain(begun, rest)
        compression = compression_of(b"".join(begun))
        if compression == "plain":
            break
        blocks = _decompressed(blocks, compression, notes)
    return blocks


def _begun(blocks: Iterator[bytes]) -> tuple[list[bytes], Iterator[bytes]]:
    """The blocks that hold the first bytes, and the others; damage among the first is met again among the others."""
    begun: list[bytes] = []
    try:
        while sum(map(len, begun)) < MAGIC_BYTES and (block := next(blocks, None)) is not None:
            begun.append(block)
    except DamagedArchiveError as error:
        return begun, _raising(error)
    return begun, blocks


def _raising(error: DamagedArchiveError) -> Iterator[bytes]:
    raise error
    yield b""


def _as_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    first = next((block for block in blocks if block), b"")
    if not _is_utf16(first):
        yield first
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for block in chain([first], blocks):
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()


def _is_utf16(head: bytes) -> bool:
    """A byte order mark, and NULs as the other halves of plain characters; UTF-32 begins with the same mark."""
    has_mark = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return has_mark and b"\0" in head[2:64] and not head.startswith(codecs.BOM_UTF32_LE)


def _all_before_damage(
    opened: Callable[[], BinaryIO], raw_blocks: Iterator[bytes], compression: str, notes: list[str]
) -> Iterator[bytes]:
    """At damage in a gzip, read it again with zlib, byte by byte at the end: isal gives nothing of the torn block."""
    given = 0
    try:
        for block in _decompressed(raw_blocks, compression, notes):
            given += len(block)
            yield block
    except DamagedArchiveError:
        if compression == "gzip":
            yield from _rest_by_zlib(opened, given)
        raise


def _rest_by_zlib(opened: Callable[[], BinaryIO], given: int) -> Iterator[bytes]:
    """The plain bytes after the first `given` ones, up to the damage."""
    member = zlib.decompressobj(wbits=GZIP_WINDOW)
    with opened() as file:
        while raw := file.read(SMALL_BYTES):
            before = member.copy()
            try:
                block = _feed(member, raw)
            except zlib.error:
                block, member = _feed_until_error(before, raw), before
                yield block[given:]
                return
            if member.eof:
                rest = member.unused_data.lstrip(b"\0")
                member = zlib.decompressobj(wbits=GZIP_WINDOW)
                file.seek(-len(rest), 1) if rest else None
            skipped = min(given, len(block))
            given -= skipped
            yield block[skipped:]


def _feed(member: Any, raw: bytes) -> bytes:
    return bytes(member.decompress(raw))


def _feed_until_error(member: Any, raw: bytes) -> bytes:
    given = b""
    for index in range(len(raw)):
        try:
            given += _feed(member, raw[index : index + 1])
        except zlib.error:
            break
    return given


def _raw_blocks(file: BinaryIO, advance: Callable[[int], None] | None) -> Iterator[bytes]:
    while block := file.read(READ_BYTES):
        if advance:
            advance(len(block))
        yield block


def _new_member(compression: str) -> Any:
    if compression == "gzip":
        return isal_zlib.decompressobj(wbits=GZIP_WINDOW)
    if compression == "zstd":
        return zstandard.ZstdDecompressor().decompressobj()
    if compression == "xz":
        return lzma.LZMADecompressor(memlimit=LARGEST_XZ_MEMORY)
    return bz2.BZ2Decompressor()


def _decompressed(
    raw_blocks: Iterator[bytes], compression: str, notes: list[str]
) -> Iterator[bytes]:
    member, rest = None, b""
    for portion in _portions(raw_blocks, compression):
        rest += portion
        while rest:
            if member is None:
                rest = rest.lstrip(b"\0")  # tape padding between members
                member = _begun_member(rest, compression)
            if member is None:
                break
            yield _decompress(member, rest, compression)
            rest = member.unused_data if member.eof else b""
            member = None if member.eof else member
        if member is None and not _may_begin(rest, compression):
            break
    if member is not None:
        raise DamagedArchiveError(f"{compression}: ends before its end marker")
    if rest:
        notes.append(f"{compression}: what follows its end is no {compression}")


def _begun_member(head: bytes, compression: str) -> Any:
    """None where no member begins, or too little is there to tell."""
    is_begun = len(head) >= MARK_BYTES and _may_begin(head, compression)
    return _new_member(compression) if is_begun else None


def _may_begin(head: bytes, compression: str) -> bool:
    """Whether a member may begin so, as far as `head` goes; Zstandard has frames to skip, with marks of their own."""
    if compression == "zstd" and head[1:MARK_BYTES] == SKIPPED_FRAME:
        return True
    mark = next(mark for mark, name in MAGIC.items() if name == compression)
    return head.startswith(mark[: len(head)])


def _portions(raw_blocks: Iterator[bytes], compression: str) -> Iterator[bytes]:
    """Raw bytes that become some 100 MB at the very most, whatever a bomb may be made of."""
    size = PORTION_BYTES[compression]
    for raw in raw_blocks:
        for start in range(0, len(raw), size):
            yield raw[start : start + size]


def _decompress(member: Any, raw: bytes, compression: str) -> bytes:
    try:
        return bytes(member.decompress(raw))
    except DAMAGE as error:
        raise DamagedArchiveError(f"{compression}: {error}") from error
