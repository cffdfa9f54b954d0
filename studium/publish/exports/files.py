"""Files that appear under their names together and whole, or not at all.

Enters: names, and functions that write. Leaves: the files, each with the SHA-256 of its bytes.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias

from studium.errors import MisuseError
from studium.publish.disk import flush_folder

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_UNWRITABLE = (
    FileNotFoundError,  # /proc and the like make no folders
    NotADirectoryError,
    PermissionError,
    IsADirectoryError,
    FileExistsError,
)
Stream: TypeAlias = IO[bytes] | RawIOBase


class Written(NamedTuple):
    """A file as it was written."""

    name: str
    sha256: str
    bytes: int


class HashingStream(RawIOBase):
    """Passes bytes on to a stream, and knows their number and SHA-256."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream
        self._digest = hashlib.sha256()
        self._bytes = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, block: "ReadableBuffer", /) -> int:
        """Pass a block on."""
        view = memoryview(block)
        self._stream.write(view)
        self._digest.update(view)
        self._bytes += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        """Bytes so far; Parquet notes where its parts begin."""
        return self._bytes

    def written(self, name: str) -> Written:
        """What passed."""
        return Written(name, self._digest.hexdigest(), self._bytes)


class FileGroup:
    """New files of one folder, under hidden names until all are there; use `file_group`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written: list[Written] = []

    def write(self, name: str, work: Callable[[HashingStream], None]) -> Written:
        """Write one file and wait until it is on the disk."""
        with open(self.hidden(name), "wb", opener=_privately) as file:
            stream = HashingStream(file)
            work(stream)
            file.flush()
            os.fsync(file.fileno())
        found = stream.written(name)
        self.written.append(found)
        return found

    def write_text(self, name: str, text: str) -> Written:
        """Write a small file."""

        def work(stream: HashingStream) -> None:
            stream.write(text.encode())

        return self.write(name, work)

    def hidden(self, name: str) -> Path:
        """Where a file is until the group is whole."""
        return self._folder / f".{name}.{os.getpid()}.tmp"

    def reveal(self) -> None:
        """Rename all, the first one last: where it is, everything about it is too."""
        for file in reversed(self.written):
            os.replace(self.hidden(file.name), self._folder / file.name)
        flush_folder(self._folder)

    def discard(self) -> None:
        """Remove what is not under its name."""
        for path in self._folder.glob(f".*.{os.getpid()}.tmp"):
            path.unlink(missing_ok=True)


def _privately(path: str, flags: int) -> int:
    """No wider than the release that the rows come from, whatever the umask."""
    return os.open(path, flags, 0o600)


@contextmanager
def file_group(folder: Path, names: Sequence[str], force: bool) -> Iterator[FileGroup]:
    """Write files into `folder`, made if missing; nothing is there when the block raises.

    Raises MisuseError when one of `names` is there and `force` is not set, or the folder cannot
    be written.
    """
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        raise MisuseError(
            f"{there[0]} is there already",
            str(folder),
            "Choose another name, or replace it: --force",
        )
    group = FileGroup(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield group
            group.reveal()
        finally:
            group.discard()
    except _UNWRITABLE as error:
        raise MisuseError(
            f"The file cannot be written: {error.strerror}",
            f"--output {error.filename or folder}",
            "Name a file in a folder that you may write.",
        ) from None
