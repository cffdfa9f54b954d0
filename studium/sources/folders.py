"""Local files and folders with name patterns.

Enters: paths, or a source of kind "folder". Leaves: `RawFile`s in a stable order. Hidden files are passed over.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from studium.config import SETTINGS_FILE, Source, Workspace
from studium.errors import MisuseError, StudiumError, readable


@dataclass(frozen=True)
class RawFile:
    """A file to land; `is_named` when a person gave its path, not a folder that holds it.

    `problem` says why a file or folder found on the way cannot be read; the others still land.
    """

    path: Path
    bytes: int
    modified_ns: int
    is_named: bool
    problem: str = ""

    @property
    def name(self) -> str:
        """Its path as text for ledger and reports; bytes that are not UTF-8 are written \\xff."""
        return readable(str(self.path))


def files_of_source(workspace: Workspace, source: Source) -> list[RawFile]:
    """List the files of a folder of the settings, by its patterns."""
    path = (workspace.root / source.path).absolute()
    if not path.exists():
        raise MisuseError(
            f"the folder of the source {source.name} is gone: {path}",
            f"{workspace.root / SETTINGS_FILE}, [[sources]] {source.name}, path",
            "Correct the path there, or bring the folder back: without it nothing is landed.",
        )
    return files_below(workspace, path, list(source.patterns))


def each_once(files: Iterable[RawFile]) -> list[RawFile]:
    """Paths may overlap; a file that was named stays so."""
    found: dict[Path, RawFile] = {}
    for file in files:
        if file.path not in found or file.is_named:
            found[file.path] = file
    return list(found.values())


def files_below(workspace: Workspace, path: Path, patterns: list[str]) -> list[RawFile]:
    """List the files at or below a path, in order.

    Raises MisuseError for a path that does not exist, StudiumError for one that cannot be read or holds no file.
    """
    if not path.exists():
        raise MisuseError("no such file or folder", str(path), "Check the spelling of the path.")
    own = {workspace.root.resolve() / name for name in workspace.own_names()}
    if own & {path.resolve(), *path.resolve().parents}:
        raise MisuseError(
            "this is a part of the workspace itself",
            str(path),
            "Name the files or folders that it was made from; to read the landing again: studium doctor --repair",
        )
    if path.is_file():
        return list(_regular_file(path, is_named=True))
    if not path.is_dir():
        raise MisuseError(
            "neither a file nor a folder",
            str(path),
            "Land regular files; a pipe or device cannot be landed twice.",
        )
    files = sorted(_walk(path.absolute(), own), key=lambda file: file.path)
    if not files:
        raise StudiumError(
            "the folder is empty", str(path), "Put tracking logs into it, or name another folder."
        )
    found = [
        file for file in files if file.problem or _matches(file.path, path.absolute(), patterns)
    ]
    if not found:
        raise StudiumError(
            f"none of {len(files)} files matches the patterns {', '.join(patterns)}",
            str(path),
            "Correct `patterns` of this source in studium.toml.",
        )
    return found


def _walk(folder: Path, own: set[Path]) -> Iterator[RawFile]:
    """The files below a folder, hidden ones and those of the workspace passed over."""
    unreadable: list[RawFile] = []

    def keep(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise StudiumError(
                "no permission to read the folder",
                str(folder),
                "Grant read permission, or leave it out.",
            ) from error
        unreadable.append(_unreadable(Path(error.filename), error, "folder"))

    for parent, folders, names in os.walk(folder, onerror=keep):
        here = Path(parent).resolve()
        visible = (name for name in folders if not name.startswith("."))
        folders[:] = sorted(name for name in visible if here / name not in own)
        for name in names:
            if not name.startswith(".") and here / name not in own:
                yield from _regular_file(Path(parent, name), is_named=False)
    yield from unreadable


def _regular_file(path: Path, is_named: bool) -> Iterator[RawFile]:
    """The file, or why it cannot be read; nothing for a pipe, a device or a link that leads nowhere."""
    try:
        if path.is_file():
            facts = path.stat()
            yield RawFile(path.absolute(), facts.st_size, facts.st_mtime_ns, is_named)
    except OSError as error:
        yield _unreadable(path, error, "file")


def _matches(path: Path, folder: Path, patterns: list[str]) -> bool:
    relative = str(path.relative_to(folder))
    return any(fnmatch(path.name, pattern) or fnmatch(relative, pattern) for pattern in patterns)


def _unreadable(path: Path, error: OSError, kind: str) -> RawFile:
    return RawFile(path.absolute(), 0, 0, False, f"the {kind} cannot be read: {error.strerror}")
