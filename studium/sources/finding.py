"""All raw files of a landing, wherever they are.

Enters: paths, or the [[sources]] of studium.toml. Leaves: `RawFile`s in a stable order. What a server does not give is
told with the file's place, and the others still land.
"""

from pathlib import Path

from studium.config import Source, Workspace
from studium.errors import MisuseError, StudiumError
from studium.sources.folders import RawFile, each_once, files_below, files_of_source


def find_files(workspace: Workspace, paths: list[Path] | None = None) -> list[RawFile]:
    """List the files below `paths`, or of the configured sources without them; what is on a server is fetched first.

    Raises MisuseError for a path that does not exist or a workspace without sources, StudiumError for one that
    cannot be read or holds no file.
    """
    if paths:
        return each_once(file for path in paths for file in files_below(workspace, path, ["*"]))
    sources = workspace.settings.sources
    if not sources:
        raise MisuseError(
            "no path given, and no [[sources]] in the settings",
            str(workspace.root / "studium.toml"),
            "Name files or folders (`studium land PATH`), or add a source to studium.toml.",
        )
    return each_once(file for source in sources for file in _files_of(workspace, source))


def _files_of(workspace: Workspace, source: Source) -> list[RawFile]:
    if source.kind == "folder":
        return files_of_source(workspace, source)
    from studium.sources.discovery import fetch_catalogue

    try:
        files = fetch_catalogue(workspace, source)
    except MisuseError:
        raise
    except StudiumError as error:
        problem = f"source {source.name}: {error.problem} ({error.where}). {error.fix}"
        return [RawFile(workspace.fetched / source.name, 0, 0, False, problem)]
    facts = [(file, file.stat()) for file in files]
    return [RawFile(file, fact.st_size, fact.st_mtime_ns, False) for file, fact in facts]
