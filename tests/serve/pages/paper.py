"""What stands where on printed pages: reads a PDF as Chromium writes it.

Enters: the bytes of a PDF. Leaves: for each page its width and the outline of all that is painted on it, in points.
"""

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TOKEN = re.compile(rb"\((?:\\.|[^\\)])*\)|<[^>]*>|/[^\s/\[\]<>()]+|[^\s\[\]<>()/]+")
_PAINTS = {b"f", b"F", b"f*", b"S", b"s", b"B", b"b"}
_POINTS = {b"m": 1, b"l": 1, b"c": 3, b"v": 2, b"y": 2}

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Sheet:
    """A page: its width, and the largest x of what is painted or written on it."""

    width: float
    rightmost: float
    shapes: int


def sheets_of(pdf: bytes) -> list[Sheet]:
    """The pages of a PDF, in its order of objects."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    sheets = []
    for body in objects.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        box = re.search(rb"/MediaBox\s*\[([^\]]*)\]", body)
        content = re.search(rb"/Contents (\d+) 0 R", body)
        assert box
        assert content
        xs = _positions(_unpacked(objects[int(content[1])]))
        sheets.append(Sheet(float(box[1].split()[2]), max(xs, default=0.0), len(xs)))
    return sheets


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    if b"FlateDecode" not in body:
        return found[1]
    # It knows its own end, which may be a byte that looks like an end of line.
    return zlib.decompressobj().decompress(body[found.start(1) :])


def _positions(content: bytes) -> list[float]:
    """x of each point of a path and of each text, as the page has it."""
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    saved: list[Matrix] = []
    numbers: list[float] = []
    path: list[float] = []
    painted: list[float] = []
    for token in _TOKEN.findall(content):
        if re.fullmatch(rb"[-+]?\d*\.?\d+", token):
            numbers.append(float(token))
            continue
        if token == b"q":
            saved.append(matrix)
        elif token == b"Q":
            matrix = saved.pop()
        elif token == b"cm":
            matrix = _times(numbers[-6:], matrix)
        elif token == b"Tm":
            painted.append(_x(matrix, *numbers[-2:]))
        else:
            path += [_x(matrix, x, y) for x, y in _points(token, numbers)]
        if token in _PAINTS:
            painted += path
        if token in _PAINTS | {b"n"}:
            path = []
        numbers = []
    return painted


def _points(token: bytes, numbers: list[float]) -> list[tuple[float, float]]:
    """The points that an operator adds to a path."""
    if token == b"re":
        x, y, width, height = numbers[-4:]
        return [(x, y), (x + width, y + height)]
    pairs = numbers[-2 * _POINTS[token] :] if token in _POINTS else []
    return list(zip(pairs[::2], pairs[1::2], strict=True))


def _times(inner: list[float], outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _x(matrix: Matrix, x: float, y: float) -> float:
    return matrix[0] * x + matrix[2] * y + matrix[4]
