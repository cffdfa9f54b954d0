"""Discussions in MongoDB's extended JSON and in MySQL's tables, good lines and bad ones side by side.

Enters: documents written here. Leaves: rows of forum_documents, and every line accounted for.
"""

import bz2
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studium.lake.formats.courses.forum import posts
from studium.lake.formats.courses.forum.posts import read_posts
from studium.lake.formats.courses.forum.values import flag, joined, text, time, whole
from studium.lake.reading.parsed import Counts, schema_of

TIME = datetime(2099, 3, 10, 10, 0, 30, 250_000, tzinfo=UTC)
MILLISECONDS = int(TIME.timestamp() * 1000)
PLAIN_TIME = TIME.replace(tzinfo=None)

THREAD: dict[str, Any] = {
    "_id": {"$oid": "a" * 24},
    "_type": "CommentThread",
    "author_id": "7",
    "author_username": "amy",
    "created_at": {"$date": MILLISECONDS},
    "updated_at": {"$date": "2099-03-10T12:00:30.250+02:00"},
    "last_activity_at": {"$date": {"$numberLong": str(MILLISECONDS)}},
    "course_id": "course-v1:MITx+1.00x+2T2099",
    "title": "Why?",
    "body": "tab\tline\nend ☃",
    "thread_type": "question",
    "commentable_id": "course",
    "anonymous": False,
    "anonymous_to_peers": True,
    "closed": False,
    "pinned": True,
    "visible": True,
    "votes": {
        "count": 3,
        "point": {"$numberInt": "1"},
        "up_count": 2,
        "down_count": 1,
        "up": ["8", "9"],
        "down": ["7"],
    },
    "abuse_flaggers": [],
    "tags_array": ["x", "y"],
    "comment_count": {"$numberLong": "2"},
    "group_id": None,
    "context": "course",
    "retired_username": "x",
}
COMMENT: dict[str, Any] = {
    "_id": {"$oid": "b" * 24},
    "_type": "Comment",
    "author_id": "8",
    "course_id": "MITx/1.00x/2T2099",
    "comment_thread_id": {"$oid": "a" * 24},
    "parent_id": {"$oid": "c" * 24},
    "parent_ids": [{"$oid": "d" * 24}, {"$oid": "c" * 24}],
    "sk": "d-c-b",
    "endorsed": True,
    "endorsement": {"user_id": "9", "time": {"$date": MILLISECONDS}},
    "child_count": 0,
    "depth": 1,
}

Forum = Callable[..., tuple[list[dict[str, Any]], Counts]]


def parsed(path: Path) -> tuple[list[dict[str, Any]], Counts]:
    tables: list[pa.Table] = []

    def write(name: str, table: pa.Table) -> None:
        assert name == "forum_documents"
        assert table.schema == schema_of("forum_documents")
        tables.append(table)

    counts = read_posts(path, "course-v1:MITx+1.00x+2T2099", write)
    rows = [row for table in tables for row in table.to_pylist()]
    assert counts.rows == len(rows)
    assert counts.lines == counts.rows + len(counts.rejects) + counts.skipped.total()
    return rows, counts


@pytest.fixture
def forum_of(tmp_path: Path) -> Forum:
    """Parse lines."""

    def run(*lines: Any, end: bytes = b"\n") -> tuple[list[dict[str, Any]], Counts]:
        path = tmp_path / "forum.mongo"
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path.write_bytes(b"\n".join(raw) + end)
        return parsed(path)

    return run


def shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def test_a_thread_has_all_its_columns(forum_of: Forum) -> None:
    (thread,), counts = forum_of(THREAD)
    assert shown(thread) == {
        "mongoid": "a" * 24,
        "type": "CommentThread",
        "author_id": 7,
        "author_username": "amy",
        **dict.fromkeys(("created_at", "updated_at", "last_activity_at"), PLAIN_TIME),
        "course_id": "course-v1:MITx+1.00x+2T2099",
        "title": "Why?",
        "body": "tab\tline\nend ☃",
        "thread_type": "question",
        "commentable_id": "course",
        "anonymous": False,
        "anonymous_to_peers": True,
        "closed": False,
        "pinned": True,
        "visible": True,
        "votes_count": 3,
        "votes_point": 1,
        "votes_up_count": 2,
        "votes_down_count": 1,
        "votes_up": "8 9",
        "votes_down": "7",
        "abuse_flaggers": "",
        "tags_array": "x y",
        "comment_count": 2,
        "source_line": 1,
    }
    assert (counts.rejects, counts.notes, counts.damage) == ([], [], None)


def test_a_comment_has_its_place_and_endorsement(forum_of: Forum) -> None:
    (comment,), _ = forum_of(COMMENT)
    assert shown(comment) == {
        "mongoid": "b" * 24,
        "type": "Comment",
        "author_id": 8,
        "course_id": "MITx/1.00x/2T2099",
        "comment_thread_id": "a" * 24,
        "parent_id": "c" * 24,
        "parent_ids": f"{'d' * 24} {'c' * 24}",
        "sk": "d-c-b",
        "endorsed": True,
        "endorsement_user_id": "9",
        "endorsement_time": PLAIN_TIME,
        "child_count": 0,
        "source_line": 1,
    }


def test_a_line_that_is_no_document_costs_itself(forum_of: Forum) -> None:
    rows, counts = forum_of(
        THREAD,
        b"hello",
        b"",
        b'{"_id": 1, "body": "cut',
        {"_type": "Comment"},
        b"3",
        b"[4]",
        COMMENT,
    )
    assert [row["source_line"] for row in rows] == [1, 8]
    assert [(reject.line_no, reject.reason) for reject in counts.rejects] == [
        (2, "not_json"),
        (4, "truncated"),
        (5, "no_id"),
        (6, "not_json"),
        (7, "not_json"),
    ]
    assert counts.rejects[0].raw == b"hello"
    assert counts.lines == 7


def test_values_of_another_type_are_null_and_counted(forum_of: Forum) -> None:
    (row,), counts = forum_of(
        THREAD | {"author_id": "amy", "closed": "perhaps", "created_at": "soon", "votes": [1]}
    )
    assert row["author_id"] is row["closed"] is row["created_at"] is row["votes_count"] is None
    assert len(counts.notes) == 3
    assert "1 values of author_id" in counts.notes[0]


@pytest.mark.parametrize("shape", ["one line", "a line each", "mixed"])
def test_an_array_is_read_as_its_documents(forum_of: Forum, shape: str) -> None:
    one, two = (json.dumps(document).encode() for document in (THREAD, COMMENT))
    lines = {
        "one line": [b"[" + one + b"," + two + b"]"],
        "a line each": [b"[", one + b",", two, b"]"],
        "mixed": [b"[" + one + b",", two + b"]"],
    }[shape]
    rows, counts = forum_of(*lines)
    assert [row["type"] for row in rows] == ["CommentThread", "Comment"]
    assert counts.lines == 2


def test_odd_bytes_are_accepted(forum_of: Forum, tmp_path: Path) -> None:
    rows, counts = forum_of(
        b"\xef\xbb\xbf" + json.dumps(THREAD).encode() + b"\r",
        b'{"_id": "x", "body": "raw \x01 \xff \\ud83d"}',
        end=b"",
    )
    assert counts.rejects == []
    assert rows[1]["body"] == "raw \x01 \ufffd \ufffd"


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_an_archive_may_be_torn(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    lines = [json.dumps(COMMENT | {"_id": str(number)}).encode() for number in range(500)]
    path = tmp_path / "forum.mongo.gz"
    path.write_bytes(compress(b"\n".join(lines)))
    rows, counts = parsed(path)
    assert (len(rows), counts.damage) == (500, None)
    path.write_bytes(compress(b"\n".join(lines))[:-60])
    rows, counts = parsed(path)
    assert counts.damage
    assert [row["mongoid"] for row in rows] == [str(number) for number in range(len(rows))]
    assert len(rows) < 500
    assert counts.rejects == []


def test_a_long_document_and_a_too_long_line(
    forum_of: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posts, "LONGEST_LINE_BYTES", 3_000_000)
    rows, counts = forum_of(
        THREAD | {"body": "x" * 2_500_000}, THREAD | {"body": "y" * 9_000_000}, COMMENT
    )
    assert [len(row["body"] or "") for row in rows] == [2_500_000, 0]
    assert [(reject.line_no, reject.reason) for reject in counts.rejects] == [(2, "too_long")]
    assert len(counts.rejects[0].raw) < 10_000


def row_of(**fields: str) -> tuple[bytes, bytes]:
    """Header and row, tab-separated; values are as MySQL escapes them."""
    return "\t".join(fields).encode(), "\t".join(fields.values()).encode()


SHARED_FIELDS = {"id": "12", "author_id": "7", "course_id": "MITx/1.00x/2T2099", "visible": "1"}


def test_threads_of_mysql_become_the_same_rows(forum_of: Forum) -> None:
    fields = SHARED_FIELDS | {
        "author_username": "amy",
        "body": r"a\tb\\n\nc",
        "anonymous": "0",
        "created_at": "2099-03-10 10:00:30.250000",
        "title": "Why?",
        "thread_type": "question",
        "pinned": "NULL",
        "is_deleted": "0",
        "group_id": r"\N",
    }
    header, first = row_of(**fields)
    deleted = row_of(**fields | {"id": "13", "pinned": "1", "is_deleted": "1", "group_id": "4"})[1]
    rows, counts = forum_of(header, first, deleted, b"14\t8\ttoo few")
    assert shown(rows[0]) == {
        "mongoid": "12",
        "type": "CommentThread",
        "author_id": 7,
        "author_username": "amy",
        "course_id": "MITx/1.00x/2T2099",
        "body": "a\tb\\n\nc",
        "visible": True,
        "anonymous": False,
        "created_at": PLAIN_TIME,
        "title": "Why?",
        "thread_type": "question",
        "source_line": 2,
    }
    assert (rows[1]["visible"], rows[1]["pinned"], rows[1]["group_id"]) == (False, True, 4)
    assert [(reject.line_no, reject.reason) for reject in counts.rejects] == [
        (4, "wrong_number_of_fields")
    ]
    assert (counts.skipped, counts.lines) == ({"header": 1}, 4)


def test_comments_of_mysql_point_to_their_thread_and_parent(forum_of: Forum) -> None:
    endorsement = '{"user_id": "9", "time": "2099-03-10T10:00:30.250Z"}'
    fields = SHARED_FIELDS | {
        "body": "response",
        "endorsement": endorsement,
        "sort_key": "12",
        "child_count": "1",
        "comment_thread_id": "12",
        "parent_id": "NULL",
    }
    header, response = row_of(**fields)
    under = {"id": "13", "parent_id": "12", "sort_key": "12-13", "child_count": "0"}
    rows, _ = forum_of(header, response, row_of(**fields | under)[1])
    names = ("mongoid", "type", "comment_thread_id", "parent_id", "parent_ids", "sk", "child_count")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("comment-12", "Comment", "12", None, "", "12", 1),
        ("comment-13", "Comment", "12", "comment-12", "comment-12", "12-13", 0),
    ]
    assert (rows[0]["endorsement_user_id"], rows[0]["endorsement_time"]) == ("9", PLAIN_TIME)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[\n]\n"])
def test_nothing_gives_nothing(forum_of: Forum, content: bytes) -> None:
    rows, counts = forum_of(content, end=b"")
    assert (rows, counts.lines) == ([], 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["$date", "$oid", "x"]), inner),
)


@given(JSON)
def test_no_value_breaks_a_reader(value: Any) -> None:
    for read in (whole, time, flag):
        read(value)
    try:
        json.dumps(value, allow_nan=False).encode()
        assert text(value) is None or isinstance(text(value), str)
        assert joined(value) is None or isinstance(joined(value), str)
    except (ValueError, TypeError):
        pass


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=40) | st.just(json.dumps(COMMENT).encode()), max_size=20))
def test_every_line_is_a_row_or_a_reject(forum_of: Forum, lines: list[bytes]) -> None:
    lines = [json.dumps(COMMENT).encode(), *lines]  # the first bytes may not be those of an archive
    rows, counts = forum_of(*lines)
    present = [line for line in b"\n".join(lines).split(b"\n") if line.strip()]
    bare = [line for line in present if not line.removeprefix(b"\xef\xbb\xbf").strip(b"[], \t\r\n")]
    assert len(rows) + len(counts.rejects) >= len(present) - len(bare)
    assert len(rows) >= lines.count(json.dumps(COMMENT).encode())
