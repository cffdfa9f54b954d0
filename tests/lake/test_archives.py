"""Archives as strangers send them: whole, torn, lying and malicious. All of them are made here.

Enters: tars and zips of every kind. Leaves: what was taken, what was passed over and why, what was refused.
"""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from studium.errors import StudiumError
from studium.lake.archives import (
    Archive,
    ArchiveLimits,
    DamagedArchiveError,
    RefusedArchiveError,
    archive_kind,
)

TIME = 4_070_908_800  # 2099-01-01 00:00:00 UTC
FILES = {"package/users.sql": b"id\n1\n" * 5_000, "package/log.gz": bytes(range(256)) * 200}


def tar_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            add(archive, name, content)
    return buffer.getvalue()


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    header = tarfile.TarInfo(name)
    header.size, header.mtime = len(content), TIME
    archive.addfile(header, io.BytesIO(content))


def zip_of(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            header = zipfile.ZipInfo(name, (2099, 1, 1, 0, 0, 0))
            archive.writestr(header, content, zipfile.ZIP_DEFLATED)
    return path


def taken(archive: Archive) -> dict[str, bytes]:
    return {entry.name: entry.stream.read() for entry in archive}


def whole(archive: Archive) -> list[str]:
    """Names of the entries that can be read to their end."""
    names = []
    for entry in archive:
        try:
            entry.stream.read()
        except DamagedArchiveError:
            continue
        names.append(entry.name)
    return names


def drained(archive: Archive, given: list[int]) -> None:
    """Read all of it in small pieces and note their sizes."""
    for entry in archive:
        while piece := entry.stream.read(10_000):
            given.append(len(piece))


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_tar_of_every_compression_gives_its_files(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "package"
    path.write_bytes(COMPRESSIONS[compression](tar_of(FILES)))
    archive = Archive(path)
    assert archive_kind(path) == "tar"
    assert taken(archive) == FILES
    assert (archive.skipped, archive.damage) == ([], None)


def test_concatenated_members_padding_and_rubbish_behind_them_are_one_archive(
    tmp_path: Path,
) -> None:
    plain = tar_of(FILES)
    path = tmp_path / "package"
    path.write_bytes(
        gzip.compress(plain[:9_000]) + gzip.compress(plain[9_000:]) + bytes(99) + b"rubbish"
    )
    archive = Archive(path)
    assert taken(archive) == FILES
    assert archive.damage is None


def test_a_zip_gives_its_files_with_their_time(tmp_path: Path) -> None:
    path = zip_of(FILES, tmp_path / "package")
    assert archive_kind(path) == "zip"
    assert taken(Archive(path)) == FILES
    times = {entry.modified.isoformat() for entry in Archive(path) if entry.modified}
    assert times == {"2099-01-01T00:00:00+00:00"}


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"{}\n" * 1_000, bytes(20_480), gzip.compress(b"id\n1\n" * 900)):
        path = tmp_path / "package"
        path.write_bytes(content)
        assert archive_kind(path) is None
        with pytest.raises(RefusedArchiveError, match="neither a tar nor a zip"):
            taken(Archive(path))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../etc/passwd", "traversal"),
        ("package/../../x", "traversal"),
        ("..\\..\\x", "traversal"),
        ("/etc/passwd", "absolute_path"),
        ("C:\\x", "absolute_path"),
        ("package/a\nb", "odd_name"),
        ("./", "odd_name"),
        ("__MACOSX/x", "macos_metadata"),
        ("package/._users.sql", "macos_metadata"),
    ],
)
def test_an_unsafe_name_is_passed_over_with_its_reason(
    tmp_path: Path, name: str, reason: str
) -> None:
    tar, zipped = tmp_path / "tar", zip_of({}, tmp_path / "zip")
    tar.write_bytes(tar_of({name: b"bad", "good": b"good"}))
    with zipfile.ZipFile(zipped, "w") as writer:
        writer.writestr("good", b"good")
        header = zipfile.ZipInfo("x")
        header.filename = name
        writer.writestr(header, b"bad" if not name.endswith("/") else b"")
    for path in (tar, zipped):
        archive = Archive(path)
        assert taken(archive) == {"good": b"good"}
        reasons = [entry.reason for entry in archive.skipped]
        assert reasons in ([reason], []), path
        assert reasons or name.endswith("/")  # a folder is nothing to take


def test_names_that_are_no_utf8_are_passed_over(tmp_path: Path) -> None:
    tar = tmp_path / "tar"
    tar.write_bytes(tar_of({"caf\udce9": b"bad", "café": b"good"}))
    raw = zip_of({"caXX": b"bad"}, tmp_path / "zip").read_bytes()
    (tmp_path / "zip").write_bytes(raw.replace(b"caXX", b"ca\xe9\xe9"))
    for path, good in ((tar, {"café": b"good"}), (tmp_path / "zip", {})):
        archive = Archive(path)
        assert taken(archive) == good
        assert [entry.reason for entry in archive.skipped] == ["name_not_utf8"]
        assert "\\xe9" in archive.skipped[0].name


def test_links_devices_and_sparse_files_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            header = tarfile.TarInfo(f"entry{kind!r}")
            header.type, header.linkname = kind, "/etc/passwd"
            archive.addfile(header)
        header = tarfile.TarInfo("sparse")
        header.pax_headers = {"GNU.sparse.size": str(2**40), "GNU.sparse.map": f"{2**40},0"}
        archive.addfile(header)
        add(archive, "good", b"good")
    result = Archive(path)
    assert taken(result) == {"good": b"good"}
    reasons = [entry.reason for entry in result.skipped]
    assert reasons == ["link", "link", "device", "device", "sparse"]


def test_a_link_in_a_zip_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "zip"
    with zipfile.ZipFile(path, "w") as archive:
        header = zipfile.ZipInfo("link")
        header.create_system, header.external_attr = 3, 0o120777 << 16
        archive.writestr(header, "/etc/passwd")
    result = Archive(path)
    assert taken(result) == {}
    assert [entry.reason for entry in result.skipped] == ["link"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_bomb_is_refused_before_it_fills_anything(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(COMPRESSIONS[compression](tar_of({"zeros": bytes(8_000_000)})))
    limits = ArchiveLimits(free_bytes=1_000_000, ratio=50)
    if compression == "plain":
        assert len(taken(Archive(path, limits))["zeros"]) == 8_000_000
        return
    given: list[int] = []
    with pytest.raises(RefusedArchiveError, match="bomb"):
        drained(Archive(path, limits), given)
    assert sum(given) < 2_000_000


def test_a_zip_that_lies_about_its_sizes_is_refused_as_it_grows(tmp_path: Path) -> None:
    path = zip_of({"zeros": bytes(8_000_000)}, tmp_path / "bomb")
    limits = ArchiveLimits(free_bytes=1_000_000, ratio=50)
    with pytest.raises(RefusedArchiveError, match="bomb"):
        taken(Archive(path, limits))
    lying = path.read_bytes().replace(struct.pack("<L", 8_000_000), struct.pack("<L", 900))
    path.write_bytes(lying)
    for entry in Archive(path, limits):
        with pytest.raises((RefusedArchiveError, DamagedArchiveError)):
            entry.stream.read()


def test_too_many_bytes_and_too_many_entries_are_refused(tmp_path: Path) -> None:
    tar, zipped = tmp_path / "tar", zip_of(FILES, tmp_path / "zip")
    tar.write_bytes(tar_of(FILES))
    for path in (tar, zipped):
        with pytest.raises(RefusedArchiveError, match="more than 1 entries"):
            taken(Archive(path, ArchiveLimits(entries=1)))
        with pytest.raises(StudiumError, match="more than 60,000 bytes"):
            taken(Archive(path, ArchiveLimits(total_bytes=60_000)))


def test_a_hundred_thousand_entries_pass_and_one_more_does_not(tmp_path: Path) -> None:
    path = tmp_path / "tar"
    header = tarfile.TarInfo("package/empty").tobuf()
    path.write_bytes(header * 100_000 + bytes(1024))
    assert sum(1 for _ in Archive(path)) == 100_000
    path.write_bytes(header * 100_001 + bytes(1024))
    with pytest.raises(RefusedArchiveError, match="more than 100,000 entries"):
        taken(Archive(path))


def test_a_directory_that_would_fill_the_memory_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "zip"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 2_000_000_000, 0, 0)
    path.write_bytes(b"PK\3\4" + bytes(100) + end)
    with pytest.raises(RefusedArchiveError, match="more than 100,000 entries"):
        taken(Archive(path))


def test_a_name_of_many_megabytes_is_refused_unread(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2_000_000
    path = tmp_path / "tar"
    path.write_bytes(tar_of({"first": b"1"})[:1024] + header.tobuf() + bytes(10_000))
    with pytest.raises(RefusedArchiveError, match="name of more than 1 MB"):
        taken(Archive(path))


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zip_of(FILES, tmp_path / "zip")
    raw = bytearray(path.read_bytes())
    directory = raw.rindex(b"PK\x01\x02")
    raw[directory + 8] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(RefusedArchiveError, match="encrypted"):
        taken(Archive(path))


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_torn_tar_gives_what_is_whole_and_says_so(tmp_path: Path, compression: str) -> None:
    noise = {f"f{number}": random.Random(number).randbytes(300_000) for number in range(9)}
    raw = COMPRESSIONS[compression](tar_of(noise))
    path = tmp_path / "package"
    path.write_bytes(raw[: len(raw) * 6 // 10] if compression == "plain" else raw[:-40])
    archive = Archive(path)
    names = whole(archive)
    assert archive.damage
    assert names == [f"f{number}" for number in range(len(names))]
    assert len(names) in range(1, 9) or compression not in ("plain", "bzip2")


def test_every_cut_of_a_tar_is_noticed_and_gives_only_whole_files(tmp_path: Path) -> None:
    files = {"a": b"a" * 700, "b": b"b" * 600}
    plain = tar_of(files).rstrip(b"\0")
    plain += bytes(-len(plain) % 512)
    path = tmp_path / "package"
    for cut in range(512, len(plain), 100):
        path.write_bytes(plain[:cut])
        archive = Archive(path)
        for name in whole(archive):
            assert cut >= {"a": 512 + 700, "b": 2048 + 600 - 512}[name]
        assert archive.damage, cut


def test_a_zip_that_was_cut_off_is_refused_and_a_broken_entry_costs_itself(tmp_path: Path) -> None:
    path = zip_of(FILES, tmp_path / "zip")
    raw = path.read_bytes()
    path.write_bytes(raw[:-60])
    with pytest.raises(RefusedArchiveError, match="etch it again"):
        taken(Archive(path))
    broken = bytearray(raw)
    broken[60] ^= 0xFF
    path.write_bytes(bytes(broken))
    assert whole(Archive(path)) == ["package/log.gz"]
