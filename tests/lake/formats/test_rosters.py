"""Rosters of districts reach the lake as they were written, but for passwords, of which no byte reaches the disk.

Enters: sets of OneRoster CSV as vendors write them. Leaves: rows, refusals, and a search for the password everywhere.
"""

import bz2
import csv
import gzip
import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from studium.config import Workspace
from studium.lake import LandReport
from studium.lake.deliveries.blanking import UnreadableSecretsError, without_secrets

CANARY = "hunter2-canary"
USERS = (
    "\ufeffSourcedId,Status,DATELASTMODIFIED,enableduser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "identifier,email,grades,password,metadata.shoe\r\n"
    f'u1,,,TRUE,"s1,s2",student,ann,{{State:1}},Ann,"O\\Neil, NULL",17,ann@x.org,09,{CANARY},42\r\n'
    f'u2,,,true,s1,teacher,bo,,"<script>alert(1)</script>",=1+1,18,bo@x.org,,"{CANARY}",43\r\n'
)
RAGGED = f"u3,,,true,s1,student,cy,,Cy, unquoted,comma,19,cy@x.org,,{CANARY},44\r\n"
# The last field opens a quote that nobody closes: it swallows the line after it.
SWALLOWING = (
    'u4,,,true,s1,student,di,,Di,X,20,d@x.org,,,"5\r\n'
    f"u5,,,true,s1,student,ed,,Ed,Y,21,e@x.org,,{CANARY},6\r\n"
)
PROFILES = (
    "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId,username,password\n"
    f"p1,,,u1,sis,v,ann,{CANARY}\n"
)
EXTENDED = (
    "sourcedId,givenName,ext_imagineLearning_studentPassword\n" + f"u6,Fay,{CANARY}\nu7,Gus,\n"
)


def test_a_set_of_a_district_lands_with_any_case_of_names_a_mark_and_extra_columns(
    tmp_path: Path, workspace: Workspace, land_paths: Callable[..., LandReport]
) -> None:
    folder = tmp_path / "district-salem" / "2026-09-01"
    _write(folder, "users.csv", USERS)
    _write(folder, "manifest.csv", "propertyName,value\noneroster.version,1.1\nfile.users,bulk\n")
    _write(folder, "Enrollments.csv", _ENROLLMENTS)
    report = land_paths(folder)

    assert not report.failed
    assert _rows(
        workspace, "dumps/oneroster_users", "district_id, sourced_id, org_ids, grades"
    ) == [
        ("salem", "u1", "s1,s2", "09"),
        ("salem", "u2", "s1", ""),
    ]
    assert _rows(workspace, "personal/oneroster_users", "given_name, family_name, email") == [
        ("Ann", "O\\Neil, NULL", "ann@x.org"),
        ("<script>alert(1)</script>", "=1+1", "bo@x.org"),
    ]
    assert _rows(workspace, "dumps/oneroster_manifests", "property, value") == [
        ("oneroster.version", "1.1"),
        ("file.users", "bulk"),
    ]
    columns = (
        "class_id, user_id, is_primary, cast(begin_date as varchar), cast(end_date as varchar)"
    )
    assert _rows(workspace, "dumps/oneroster_enrollments", columns) == [
        ("c1", "u2", True, "2026-08-20", None)
    ]
    assert _names(workspace, "dumps/oneroster_users") & {"given_name", "email", "password"} == set()


@pytest.mark.parametrize("packing", ["folder", "zip", "gzip", "utf-16"])
def test_no_byte_of_a_password_reaches_the_disk(
    tmp_path: Path, workspace: Workspace, land_paths: Callable[..., LandReport], packing: str
) -> None:
    outside = tmp_path / "outside" / "district-salem"
    texts = {"users.csv": USERS + RAGGED + SWALLOWING, "userProfiles.csv": PROFILES}
    _pack(outside, packing, texts)
    _write(outside / "2026-09-02", "users.csv", EXTENDED)
    report = land_paths(outside)

    assert not report.failed
    assert not _is_anywhere(workspace.root, CANARY)
    reasons = _rows(workspace, "quarantine", "source_line, reason")
    assert reasons == [(4, "wrong_number_of_fields"), (5, "bad_value")]
    users = _rows(workspace, "dumps/oneroster_users", "sourced_id")
    assert users == [("u1",), ("u2",), ("u6",), ("u7",)]
    assert _rows(workspace, "dumps/oneroster_other_files", "sourced_id") == [("p1",)]


def test_the_same_set_with_other_passwords_is_the_same(
    tmp_path: Path, land_paths: Callable[..., LandReport]
) -> None:
    for name, password in (("one", CANARY), ("two", "something-else-and-longer")):
        folder = tmp_path / name / "district-salem" / "2026-09-01"
        _write(folder, "users.csv", USERS.replace(CANARY, password))
    assert len(land_paths(tmp_path / "one").landed) == 1
    again = land_paths(tmp_path / "two")
    assert (again.landed, len(again.recognised)) == ([], 1)


def test_a_torn_file_that_may_hold_passwords_is_refused_whole(
    tmp_path: Path, workspace: Workspace, land_paths: Callable[..., LandReport]
) -> None:
    folder = tmp_path / "district-salem" / "2026-09-01"
    folder.mkdir(parents=True)
    # The header is whole, so that the file is known for what it is; the end is missing.
    noise = "".join(f"v{random.Random(n).random()},x,{CANARY}\n" for n in range(20_000))
    (folder / "users.csv.gz").write_bytes(gzip.compress((EXTENDED + noise).encode())[:-4000])
    report = land_paths(folder)
    assert [problem for _, problem in report.failed] == [
        "it may hold passwords and cannot be read to its end: gzip: ends before its end marker"
    ]
    assert not _is_anywhere(workspace.root, CANARY)


@pytest.mark.parametrize(
    ("folder", "problem"),
    [
        ("district-salem/autumn", "nothing says of which day it is"),
        ("salem/2026-09-01", "nobody says whose rows it holds"),
    ],
)
def test_a_set_without_a_day_or_a_district_is_refused_with_what_to_do(
    tmp_path: Path, land_paths: Callable[..., LandReport], folder: str, problem: str
) -> None:
    _write(tmp_path / folder, "users.csv", USERS)
    ((_, said),) = land_paths(tmp_path / folder).failed
    assert said.startswith(problem)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_tables_of_the_platform_keep_every_byte(pack: Callable[[bytes], bytes]) -> None:
    """They have passwords of their own, hashed, which no model reads; the columns tell them from a roster's."""
    table = b"id\tusername\tpassword\n7\tamy\tsha1$abc\n"
    roster = b"sourcedId,givenName\nu1,Ann\n\n\nu2,B\xff\n"
    for name, content in (
        ("MITx-8.01x-2013_SOND-auth_user-prod-analytics.sql", table),
        ("users.csv", table),
        ("users.csv", table.replace(b"\t", b",")),
        ("users.csv", b""),
        ("users.csv", os.urandom(3_000_000)),
        ("users.csv", roster),
    ):
        shielded = without_secrets(f"/in/2026-09-01/{name}", io.BytesIO(pack(content)))
        assert shielded.read() == pack(content)


def test_blanking_leaves_all_other_values() -> None:
    """Random records of random texts, read in random pieces: what a reader sees differs in the one column."""
    dice = random.Random(17)
    alphabet = ["a", "é", ",", '"', " ", "'", "\\", ";", "\u2028", "NULL", "x" * 900]
    for _ in range(300):
        width = dice.randint(2, 6)
        secret = dice.randrange(width)
        names = [f"passWord{n}" if n == secret else f"column{n}" for n in range(width)]
        names += ["SOURCEDID", "givenname"]
        rows = [
            ["".join(dice.choices(alphabet, k=dice.randint(0, 4))) for _ in names]
            for _ in range(dice.randint(0, 30))
        ]
        for row in rows:
            row[secret] = CANARY
        text = io.StringIO()
        writer = csv.writer(text, lineterminator=dice.choice(["\n", "\r\n"]))
        writer.writerows([names, *rows])
        stream = _InPieces(text.getvalue().encode(), dice)
        kept = without_secrets("/in/users.csv", stream).read().decode()
        expected = [["" if n == secret else value for n, value in enumerate(row)] for row in rows]
        assert list(csv.reader(io.StringIO(kept, newline=""))) == [names, *expected]


def test_tabs_between_columns_with_passwords_are_refused() -> None:
    stream = without_secrets(
        "/in/users.csv", io.BytesIO(b"sourcedId\tgivenName\tpassword\nu1\tA\tx\n")
    )
    with pytest.raises(UnreadableSecretsError, match="tabs between its columns"):
        stream.read()


class _InPieces(io.BytesIO):
    """Gives less than it is asked for, as archives and sockets do."""

    def __init__(self, content: bytes, dice: random.Random) -> None:
        super().__init__(content)
        self._dice = dice

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._dice.randint(1, max(size or 1, 1)))


_ENROLLMENTS = (
    "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,status,dateLastModified,primary,beginDate,endDate\n"
    "e1,c1,s1,u2,teacher,,,true,2026-08-20,\n"
)


def _write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode())


def _pack(outside: Path, packing: str, texts: dict[str, str]) -> None:
    folder = outside / "2026-09-01"
    folder.mkdir(parents=True)
    if packing == "zip":
        with zipfile.ZipFile(outside / "set-2026-09-01.zip", "w") as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
        return
    for name, text in texts.items():
        if packing == "gzip":
            (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / name).write_bytes(text.encode("utf-16" if packing == "utf-16" else "utf-8"))


def _rows(workspace: Workspace, below: str, columns: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        files = f"read_parquet('{workspace.lake / below}/**/*.parquet', filename = true)"
        query = f"select {columns} from {files} order by filename, source_line"
        return connection.execute(query).fetchall()


def _names(workspace: Workspace, below: str) -> set[str]:
    paths = (workspace.lake / below).rglob("*.parquet")
    return {name for path in paths for name in pq.read_schema(path).names}


def _is_anywhere(root: Path, text: str) -> bool:
    """In the bytes of any file, and in the values of any Parquet, whose pages are packed."""
    files = [path for path in root.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files)
    if any(text.encode() in path.read_bytes() for path in files):
        return True
    tables = [pq.read_table(path) for path in files if path.suffix == ".parquet"]
    return any(text in str(table.to_pylist()) for table in tables)
