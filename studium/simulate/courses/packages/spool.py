"""The spool of a shard: pieces of package files on disk, sorted by course and table.

Enters: the lines of a shard's learners, in their order. Leaves: one file per shard and where each
piece stands in it, so that a package is written piece by piece and memory stays small.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Key = tuple[int, str]
"""The number of a course and the name of a table; -1 for what belongs to no package."""

FLUSH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Spool:
    """The pieces of one shard: (offset, length) by course and table, in their order."""

    path: Path
    places: dict[Key, tuple[tuple[int, int], ...]]

    def pieces(self, key: Key) -> Iterator[bytes]:
        """The bytes of one course and table."""
        places = self.places.get(key, ())
        if not places:
            return
        with self.path.open("rb") as file:
            for offset, length in places:
                file.seek(offset)
                yield file.read(length)


@dataclass
class SpoolWriter:
    """Takes lines, holds at most some megabytes of them, and knows where the rest went."""

    path: Path
    waiting: dict[Key, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    waiting_bytes: int = 0
    places: dict[Key, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    size: int = 0

    def add(self, course: int, table: str, line: bytes) -> None:
        """One line, with its line end."""
        self.waiting[course, table].append(line)
        self.waiting_bytes += len(line)
        if self.waiting_bytes >= FLUSH_BYTES:
            self._flush()

    def close(self) -> Spool:
        """Write what is left."""
        self._flush()
        return Spool(self.path, {key: tuple(places) for key, places in self.places.items()})

    def _flush(self) -> None:
        with self.path.open("ab") as file:
            for key in sorted(self.waiting):
                piece = b"".join(self.waiting[key])
                file.write(piece)
                self.places[key].append((self.size, len(piece)))
                self.size += len(piece)
        self.waiting.clear()
        self.waiting_bytes = 0
