"""On which line of a TOML text a setting stands: tomllib does not tell.

Enters: the text, a path such as ("sources", 1, "name"). Leaves: a line number from 1, the nearest
enclosing table's when the setting itself is not written.
"""

import re

_HEADER = re.compile(r"^\s*\[(?P<array>\[)?\s*(?P<name>[^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*(?P<name>[\w.\"' -]+?)\s*=")

Path = tuple[str | int, ...]


def find_line(text: str, path: Path) -> int:
    """The line that shares most of `path`; 1 when nothing of it is written."""
    best_line, best_depth = 1, 0
    for line, written in _written_paths(text):
        depth = _shared(written, path)
        if depth > best_depth:
            best_line, best_depth = line, depth
    return best_line


def _written_paths(text: str) -> list[tuple[int, Path]]:
    paths: list[tuple[int, Path]] = []
    table: Path = ()
    counts: dict[str, int] = {}
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            table = _names(header["name"])
            if header["array"]:
                counts[header["name"]] = counts.get(header["name"], -1) + 1
                table = (*table, counts[header["name"]])
            paths.append((line, table))
        elif key := _KEY.match(content):
            paths.append((line, (*table, *_names(key["name"]))))
    return paths


def _names(dotted: str) -> Path:
    return tuple(part.strip(" \"'") for part in dotted.split("."))


def _shared(written: Path, path: Path) -> int:
    depth = 0
    for left, right in zip(written, path, strict=False):
        if left != right:
            break
        depth += 1
    return depth
