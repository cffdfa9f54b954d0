"""Local files and folders with name patterns.

Enters: paths, or the [[sources]] of studium.toml. Leaves: `RawFile`s in a stable order. Hidden files are passed over.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from studium.config import Workspace
from studium.errors import MisuseError, StudiumError


@dataclass(frozen=True)
class RawFile:
    """A file to land; `is_named` when a person gave its path, not a folder that holds it."""

    path: Path
    bytes: int
    modified_ns: int
    is_named: bool


def find_files(workspace: Workspace, paths: list[Path] | None = None) -> list[RawFile]:
    """List the files below `paths`, or below the configured sources without them.

    Raises MisuseError for a path that does not exist or a workspace without sources, StudiumError for one that
    cannot be read or holds no file.
    """
    if paths:
        return [file for path in paths for file in _below(path, ["*"])]
    sources = workspace.settings.sources
    if not sources:
        raise MisuseError(
            "no path given, and no [[sources]] in the settings",
            str(workspace.root / "studium.toml"),
            "Name files or folders (`studium land PATH`), or add a source to studium.toml.",
        )
    return [
        file
        for source in sources
        for file in _below((workspace.root / source.path).absolute(), source.patterns)
    ]


def _below(path: Path, patterns: list[str]) -> list[RawFile]:
    if not path.exists():
        raise MisuseError("no such file or folder", str(path), "Check the spelling of the path.")
    if path.is_file():
        return [_raw_file(path, is_named=True)]
    if not path.is_dir():
        raise MisuseError(
            "neither a file nor a folder",
            str(path),
            "Land regular files; a pipe or device cannot be landed twice.",
        )
    names = sorted(_walk(path))
    if not names:
        raise StudiumError(
            "the folder is empty", str(path), "Put tracking logs into it, or name another folder."
        )
    found = [_raw_file(name, is_named=False) for name in names if _matches(name, path, patterns)]
    if not found:
        raise StudiumError(
            f"none of {len(names)} files matches the patterns {', '.join(patterns)}",
            str(path),
            "Correct `patterns` of this source in studium.toml.",
        )
    return found


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise StudiumError(
            "no permission to read the folder",
            str(error.filename),
            "Grant read permission, or leave it out.",
        ) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _matches(path: Path, folder: Path, patterns: list[str]) -> bool:
    relative = str(path.relative_to(folder))
    return any(fnmatch(path.name, pattern) or fnmatch(relative, pattern) for pattern in patterns)


def _raw_file(path: Path, is_named: bool) -> RawFile:
    try:
        facts = path.stat()
    except OSError as error:
        raise StudiumError(
            f"the file cannot be read: {error.strerror}",
            str(path),
            "Check that it still exists and may be read.",
        ) from error
    return RawFile(path.absolute(), facts.st_size, facts.st_mtime_ns, is_named)
