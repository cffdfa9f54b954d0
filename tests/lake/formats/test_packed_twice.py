"""What was packed in ways that people do not expect is read as if it had not been: logs, tables, and names of packages.

Enters: bytes packed by the standard library. Leaves: the same plain bytes, or what a name says.
"""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard

from studium.lake.archives.decompression import MOST_LAYERS, DamagedArchiveError, plain_blocks
from studium.lake.deliveries.blanking import UnreadableSecretsError, without_secrets
from studium.lake.formats.courses.names import read_name
from studium.lake.formats.courses.packages import course_key
from studium.lake.raw_bytes import store_stream
from tests.warehouse.warehouses import new_workspace

PLAIN = b'{"event_type": "page_close"}\n' * 5000
Pack = Callable[[bytes], bytes]
PACKED: dict[str, Pack] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def plain(folder: Path, content: bytes) -> bytes:
    file = folder / "file"
    file.write_bytes(content)
    return b"".join(plain_blocks(file))


@pytest.mark.parametrize("outer", PACKED)
@pytest.mark.parametrize("inner", PACKED)
def test_what_was_packed_twice_is_unpacked_twice(tmp_path: Path, inner: str, outer: str) -> None:
    assert plain(tmp_path, PACKED[outer](PACKED[inner](PLAIN))) == PLAIN


def test_xz_in_several_streams_with_padding_between_them(tmp_path: Path) -> None:
    assert plain(tmp_path, lzma.compress(PLAIN) + bytes(8) + lzma.compress(PLAIN)) == PLAIN * 2


def test_a_torn_layer_within_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedArchiveError):
        plain(tmp_path, gzip.compress(lzma.compress(PLAIN)[:-20]))


def test_what_is_packed_without_end_is_left_as_it_is(tmp_path: Path) -> None:
    content = PLAIN
    for _ in range(MOST_LAYERS + 1):
        content = gzip.compress(content)
    assert plain(tmp_path, content).startswith(b"\x1f\x8b")


def test_raw_bytes_are_named_by_the_outer_layer(tmp_path: Path) -> None:
    stored = store_stream(new_workspace(tmp_path), io.BytesIO(lzma.compress(PLAIN)), [])
    assert stored.path.suffix == ".xz"


HEADER = "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,password\n"
USERS = HEADER + "".join(
    f"u{number},active,2026-01-01T00:00:00Z,true,amy{number * 7919 % 10007},A,B,opensesame{number}\n"
    for number in range(8000)
)


def stored_of(content: bytes) -> bytes:
    """What would be stored of a roster of users; nothing where it is refused."""
    try:
        return without_secrets("set-2026-09-01/users.csv", io.BytesIO(content)).read()
    except UnreadableSecretsError:
        return b""


def readable_of(folder: Path, content: bytes) -> bytes:
    """What anybody could read of it, up to its damage."""
    (folder / "file").write_bytes(content)
    found = b""
    with suppress(DamagedArchiveError):
        for block in plain_blocks(folder / "file"):
            found += block
    return found


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("layers", range(1, MOST_LAYERS + 2))
def test_passwords_are_blanked_in_as_many_layers_as_are_read(
    tmp_path: Path, name: str, layers: int
) -> None:
    content = USERS.encode()
    for _ in range(layers):
        content = PACKED[name](content)
    stored = stored_of(content)
    readable = readable_of(tmp_path, stored)
    assert b"opensesame" not in readable
    assert (b"amy" in readable) == (layers <= MOST_LAYERS)


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.9999])
def test_of_a_roster_that_is_damaged_no_password_is_stored(
    tmp_path: Path, name: str, share: float
) -> None:
    content = bytearray(PACKED[name](USERS.encode()))
    content[int(len(content) * share)] ^= 0x55
    assert b"opensesame" not in readable_of(tmp_path, stored_of(bytes(content)))


@pytest.mark.parametrize(
    ("name", "format_", "dataset", "course"),
    [
        ("Uni-A-R1.mongo", "forum", None, "Uni-A-R1"),
        ("Uni-A-B-R1.xml.tar.gz", "olx", None, "Uni-A-B-R1"),
        ("Uni-A-R1-prod.xml.tar.gz", "olx", None, "Uni-A-R1"),
        ("Uni-A-R1-course-prod-analytics.xml.tar.gz", "olx", None, "Uni-A-R1"),
        ("users_query.csv", "dump", "auth_user", None),
        ("enrollment_query.csv.gz", "dump", "student_courseenrollment", None),
        ("certificates_generatedcertificate_query.csv", "dump", "certificates_generatedcertificate", None),
        ("Uni-A-R1-ccx-7-auth_user-prod-analytics.sql.xz", "dump", "auth_user", "Uni-A-R1-ccx-7"),
        ("Uni-A-R1-ccx-7-prod.mongo", "forum", None, "Uni-A-R1-ccx-7"),
    ],
)  # fmt: skip
def test_names_of_files_as_people_shorten_them(
    name: str, format_: str, dataset: str | None, course: str | None
) -> None:
    named = read_name(f"uni-2024-03-10/{name}")
    assert named is not None
    assert (named.format, named.dataset, named.course_text) == (format_, dataset, course)


@pytest.mark.parametrize(
    ("text", "known", "key"),
    [
        ("Uni-A-R1-ccx-7", [], "ccx-v1:Uni+A+R1+ccx@7"),
        ("Uni-A-B-R1-ccx-7", ["ccx-v1:Uni+A-B+R1+ccx@7"], "ccx-v1:Uni+A-B+R1+ccx@7"),
        ("Uni-A-R1", ["ccx-v1:Uni+A+R1+ccx@7"], "course-v1:Uni+A+R1"),
    ],
)
def test_a_run_of_a_coach_has_a_key_of_its_own(text: str, known: list[str], key: str) -> None:
    assert course_key(text, known, []) == key
