"""Tables and bars as text: aligned, without colours, the same on a terminal and in a file.

Enters: headings and rows. Leaves: lines. Numbers stand to the right, texts to the left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

WIDEST_CELL = 60
_MOST_IGNORED = 10


class FigureLine(str):
    """A number that was formatted already: stands to the right."""

    __slots__ = ()


def figure(number: float) -> FigureLine:
    """A count with separators, as people read it: 1,234."""
    return FigureLine(f"{number:,.0f}")


def table_lines(
    headings: Sequence[str], rows: Iterable[Sequence[Any]], widest: int | None = WIDEST_CELL
) -> list[str]:
    """An aligned table with a line under its headings; longer cells than `widest` are cut."""
    values = [list(row) for row in rows]
    numeric = [
        bool(values) and all(_is_number(row[index]) for row in values)
        for index in range(len(headings))
    ]
    cells = [[_cell(value, widest) for value in row] for row in values]
    widths = [
        max([len(heading), *(len(row[index]) for row in cells)])
        for index, heading in enumerate(headings)
    ]
    rule = ["─" * width for width in widths]
    return [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [list(headings), rule, *cells]
    ]


def bar_lines(figures: Mapping[str, float], width: int = 50) -> list[str]:
    """One bar for each figure, the longest `width` characters."""
    most = max(figures.values(), default=0)
    label = max((len(name) for name in figures), default=0)
    lines = []
    for name, figure in figures.items():
        eighths = round(8 * width * figure / most) if most else 0
        bar = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
        lines.append(f"{name:<{label}}  {bar} {figure:,.0f}")
    return lines


def bar_columns(figures: Sequence[float], height: int = 8, width: int = 84) -> list[str]:
    """One column for each figure, side by side, with the largest named at the top."""
    shown = list(figures)[-width:]
    most = max(shown, default=0) or 1
    lines = []
    for floor in range(height - 1, -1, -1):
        levels = [round(8 * (height * value / most - floor)) for value in shown]
        bars = "".join(" ▁▂▃▄▅▆▇█"[min(max(level, 0), 8)] for level in levels)
        label = f"{most:>9,.0f} " if floor == height - 1 else " " * 10
        lines.append(f"{label}┤{bars}")
    return [*lines, f"{0:>9} └" + "─" * len(shown)]


def count(number: int, singular: str, plural: str | None = None) -> str:
    """'1 file', '2 files', '1,234 lines'."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def ignored_lines(files: Sequence[tuple[str, str]]) -> list[str]:
    """Files that are neither tracking logs nor of a data package, with their reasons: the first few by name."""
    ignored = ("file that Studium does not know", "files that Studium does not know")
    shown = [f"  {path}: {reason}" for path, reason in files[:_MOST_IGNORED]]
    more = len(files) - len(shown)
    rest = [f"  and {more:,} more, all of them: studium status --json"] if more else []
    return [f"Ignored {count(len(files), *ignored)}:", *shown, *rest]


def size(number: float) -> str:
    """Bytes for people: '1.2 MB'."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _is_number(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, FigureLine):
        return True
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _cell(value: object, widest: int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.1f}"
    if isinstance(value, datetime | date):
        return str(value)
    text = str(value)
    text = text if widest is None else text[: widest + 1]
    shown = "".join(sign if sign.isprintable() else "·" for sign in text)
    return shown if widest is None or len(shown) <= widest else shown[: widest - 1] + "…"
