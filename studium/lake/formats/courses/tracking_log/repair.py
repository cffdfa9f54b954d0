"""The odd lines: whatever does not look like one JSON object from its first byte to its last.

Enters: the raw bytes of a line. Leaves: JSON text that the shredder can read, or the reason why it is no event.
Rules: docs/lake.md, after the line rules of the Open edX pipeline (a prefix may precede the widest object).
"""

import json
import re
from dataclasses import dataclass

from xxhash import xxh3_128_hexdigest

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WHITE_SPACE = b"\0 \t\r\n\v\f"  # NULs are the hole that a rotated log begins with
ARRAY = b"[], \t\r"  # what stands between the objects of an array over lines
TOO_LONG = "longer than a line may be, see landing.memory_limit_mb; this is its beginning"
SURROGATES = re.compile("[\ud800-\udfff]")
LENIENT = re.compile(r"[\x00-\x1f]|\\u[dD]")  # what Python reads and a strict parser may not
BLANK = re.compile(r"[\s,\[\]]*")  # an array's own signs are none of its objects


class CutLine(bytes):
    """The first bytes of a line that is too long to be read."""


@dataclass(frozen=True)
class Repaired:
    """A line as JSON text with the identity of the event; `text` is None where `reason` says why."""

    text: str | None
    event_id: str
    reason: str = ""
    detail: str = ""


def event_id_of(event_text: bytes | memoryview) -> str:
    """The identity of an event: XXH3-128 of its JSON text, without prefix and outer white space, as 32 hex digits.

    Fast and of fixed meaning on every machine; equal only for equal text, but no defence against forgery.
    """
    return xxh3_128_hexdigest(event_text)


def repair_line(raw: bytes) -> Repaired | None:
    """Turn an odd line into JSON text or a reason; None for a blank line, which is no line.

    >>> repair_line(b'May 23 host app: {"a": 1}').text
    '{"a": 1}'
    """
    if isinstance(raw, CutLine):
        return Repaired(None, event_id_of(raw), "too_long", TOO_LONG)
    line = raw.removeprefix(BYTE_ORDER_MARK).strip(WHITE_SPACE)
    if not line:
        return None
    if not line.strip(ARRAY):
        return None  # opens or closes an array over lines
    start = line.find(b"{")
    if start < 0:
        return Repaired(None, event_id_of(line), "not_json", "the line holds no JSON object")
    within = line.rstrip(ARRAY)  # an array over lines has a comma or a bracket there
    found = _parsed(within[start:]) if within.endswith(b"}") else None
    if found is None or (found.text is None and within != line):
        return Repaired(
            None, event_id_of(line), "truncated", "the line does not end with a closing brace"
        )
    return found


def _parsed(event: bytes) -> Repaired:
    event_id = event_id_of(event)
    text = event.decode("utf-8", errors="replace")
    try:
        json.loads(text, strict=False)
        if not LENIENT.search(text):
            return Repaired(text, event_id)
        found = json.loads(text, strict=False, object_pairs_hook=first_wins)
        return Repaired(repaired_text(found), event_id)
    except RecursionError:
        return Repaired(text, event_id)  # the shredder reads any depth, or rejects the line itself
    except ValueError as error:
        return Repaired(None, event_id, "not_json", str(error)[:200])


def repaired_text(value: object) -> str:
    """A value as JSON text that a strict parser reads."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return SURROGATES.sub("\ufffd", text)


def first_wins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of a key that is there twice, DuckDB takes the first; so must the lines that do not go the fast way."""
    return dict(reversed(pairs)) if len(pairs) > len(dict(pairs)) else dict(pairs)


def _after_blanks(text: str, position: int) -> int:
    found = BLANK.match(text, position)
    return found.end() if found else position


def documents(text: str) -> list[tuple[int, str]] | None:
    """Split a file of pretty-printed JSON objects: (first line number, text) each; None if it is no such file."""
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=first_wins)
    found: list[tuple[int, str]] = []
    position, line_number = 0, 1
    while True:
        start = _after_blanks(text, position)
        line_number += text.count("\n", position, start)
        if start >= len(text):
            return found or None
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        found.append((line_number, json.dumps(value, ensure_ascii=False)))
        line_number += text.count("\n", start, end)
        position = end
