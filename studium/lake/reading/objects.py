"""Whether a file can be a log of events, told by its content: it holds JSON objects.

Enters: the path of a file. Leaves: None, or why it is no log. Reads no more than it must, at most a few MB.
"""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks

RECOGNITION = (
    2  # counts up when other files would be recognised; what was ignored is then looked at again
)
HEAD_BYTES = 64 * 1024
MOST_BYTES = (
    8 * 1024 * 1024
)  # after leading NULs and white space: banners, a prefix of many lines, a dump before
LARGEST_STRANGE_SHARE = 0.1  # random bytes hold braces too
CONTROL_CHARACTERS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"]
BLANK = b"\0 \t\r\n\v\f"
OBJECT_BEGINS = re.compile(rb'\{(?:\s*"|\s*\}|\s*$)')
OBJECT_WITH_KEY = re.compile(rb'\{\s*"[^"\0-\x1f]{1,200}"\s*:')
MOST_CANDIDATES = 100


def looks_like_log(path: Path) -> str | None:
    """None if the file can hold events, else what it looks like: 'empty', 'binary' or 'no JSON object'."""
    content = b""
    for content in _beginnings(path):
        if _holds_object(content):
            return None
    if not content:
        return "empty"
    return "binary" if _is_strange(content[:HEAD_BYTES]) else "no JSON object"


def _beginnings(path: Path) -> Iterator[bytes]:
    """What a file begins with: a little first, a few MB for those who ask again."""
    content = b""
    blocks = plain_blocks(path)
    for least in (HEAD_BYTES, MOST_BYTES):
        try:
            while len(content) < least and (block := next(blocks, None)) is not None:
                content = content + block if content else block.lstrip(BLANK)
        except DamagedArchiveError:
            pass
        yield content


def _holds_object(content: bytes) -> bool:
    """In a text whatever may be an object, even a torn one; elsewhere one with a key, and text from there on."""
    head = content[:HEAD_BYTES]
    if OBJECT_BEGINS.search(head) and not _is_strange(head):
        return True
    candidates = islice(OBJECT_WITH_KEY.finditer(content), MOST_CANDIDATES)
    starts = (found.start() for found in candidates)
    return any(not _is_strange(content[start : start + HEAD_BYTES]) for start in starts)


def _is_strange(head: bytes) -> bool:
    """Whether many of the bytes are no text: control characters, and what UTF-8 does not decode."""
    text = head.decode("utf-8", errors="replace")
    strange = sum(text.count(character) for character in CONTROL_CHARACTERS) + text.count("\ufffd")
    return strange > LARGEST_STRANGE_SHARE * len(text)
