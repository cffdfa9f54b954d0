"""Rows of INSERT statements: literals of MySQL become text, or None for NULL.

Enters: bytes from the opening parenthesis of a row. Leaves: its values and where it ends, or None where the row is not
whole. A literal that no column of a dump has, a function for one, is an error.
"""

import re

# Possessive throughout: a long text must not be tried again from every side.
SINGLE = rb"'(?P<single>(?:[^'\\]++|\\.|'')*+)'"
DOUBLE = rb'"(?P<double>(?:[^"\\]++|\\.|"")*+)"'
VALUE = re.compile(
    rb"\s*(?:(?P<null>NULL)(?![A-Za-z_0-9(])"
    rb"|(?P<hex>0[xX][0-9a-fA-F]+)|[xX]'(?P<quoted_hex>[0-9a-fA-F]*)'"
    rb"|[bB]'(?P<bits>[01]+)'"
    rb"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    rb"|(?P<truth>TRUE|FALSE)(?![A-Za-z_0-9(])"
    rb"|(?:_[A-Za-z0-9]+\s*+|N)?(?:" + SINGLE + rb"|" + DOUBLE + rb"))"
    rb"\s*+(?P<end>[,)])",
    re.IGNORECASE | re.DOTALL,
)
ESCAPED = re.compile(rb"\\(.)|''|\"\"", re.DOTALL)
MEANINGS = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a"}

Row = list[str | None]


def read_row(text: bytes | bytearray, start: int) -> tuple[Row, int] | None:
    """Values of the row whose parenthesis opens at `start`, and the position after the closing one.

    >>> read_row(b"(1,'it''s',NULL)", 0)
    (['1', "it's", None], 16)
    """
    values: Row = []
    position = start + 1
    while True:
        match = VALUE.match(text, position)
        if match is None:
            return None
        values.append(_meaning(match))
        position = match.end()
        if match["end"] == b")":
            return values, position


def _meaning(match: re.Match[bytes]) -> str | None:
    kind = match.lastgroup
    if kind == "end":  # lastgroup names the group that closed last
        kind = next(name for name, found in match.groupdict().items() if found is not None)
    if kind == "null":
        return None
    content = match[kind] if kind else b""
    if kind in {"single", "double"}:
        return _text(content, b"'" if kind == "single" else b'"')
    if kind == "hex":
        return _text_of_hex(content[2:])
    if kind == "quoted_hex":
        return _text_of_hex(content)
    if kind == "bits":
        return str(int(content, 2))
    if kind == "truth":
        return "1" if content.upper() == b"TRUE" else "0"
    return content.decode()


def _text(content: bytes, quote: bytes) -> str:
    if b"\\" in content or quote in content:
        content = ESCAPED.sub(lambda match: _unescaped(match, quote), content)
    return content.decode(errors="replace")


def _unescaped(match: re.Match[bytes], quote: bytes) -> bytes:
    if match[1] is None:
        return quote if match[0] == quote * 2 else match[0]
    return MEANINGS.get(match[1], match[1])


def _text_of_hex(digits: bytes) -> str:
    """Bytes written as hex digits: as text where they are text, else the digits themselves."""
    padded = digits.decode().rjust(len(digits) + len(digits) % 2, "0")
    try:
        return bytes.fromhex(padded).decode()
    except UnicodeDecodeError:
        return padded.lower()
