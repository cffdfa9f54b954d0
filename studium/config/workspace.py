"""A workspace on disk: how it is found, what lies where, and how `studium init` begins one.

Enters: a folder or the environment. Leaves: a `Workspace`, or an error that says how to get one.
"""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from studium.config.reading import LATEST_AS_OF, read_settings, refuse_late
from studium.config.settings import NEWEST_VERSION, Settings
from studium.errors import MisuseError

if TYPE_CHECKING:
    from studium.config.reference import SettingInfo

SETTINGS_FILE = "studium.toml"


class Workspace(msgspec.Struct, frozen=True):
    """A folder with a studium.toml; every path of the layout in docs/architecture.md."""

    root: Path
    settings: Settings

    @property
    def landing(self) -> Path:
        """Raw bytes by SHA-256."""
        return self.root / "landing"

    @property
    def ledger(self) -> Path:
        """What became of each line of each file."""
        return self.root / "ledger.sqlite"

    @property
    def lake(self) -> Path:
        """Typed events."""
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        """dbt's database: one writer, no readers."""
        return self.root / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        """What was published, one folder each."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """A link to the release that readers get."""
        return self.root / "current"

    @property
    def accounts(self) -> Path:
        """Accounts, sessions, tokens and the audit log, unless serve.accounts_url names a database."""
        return self.root / "accounts.sqlite"

    @property
    def keys(self) -> Path:
        """Secrets that the server made; readable by its user only."""
        return self.root / "keys"

    @property
    def lock(self) -> Path:
        """Held while a command writes."""
        return self.root / "lock"

    @property
    def fetched(self) -> Path:
        """What servers gave, before it is landed: a folder per source and day."""
        return self.root / "fetched"

    @property
    def scratch(self) -> Path:
        """Temporary files and dbt's caches: safe to delete while nothing runs."""
        return self.root / "tmp"

    @property
    def arrivals(self) -> Path:
        """A copy of what the ledger alone knows of raw files."""
        return self.root / "arrivals.json"

    def own_names(self) -> set[str]:
        """Names below `root` that Studium itself keeps there: none of it is raw data."""
        folders = {self.landing, self.lake, self.releases, self.current, self.scratch, self.lock}
        folders |= {self.fetched, self.keys, self.root / "restoring", self.root / "before_restore"}
        suffixes = ("", "-wal", "-shm", ".wal", ".unfinished")
        databases = (self.ledger, self.warehouse, self.accounts)
        files = {f"{file.name}{end}" for file in databases for end in suffixes}
        files.add(self.ledger.with_suffix(".seal").name)
        return {SETTINGS_FILE, self.arrivals.name, *files, *(folder.name for folder in folders)}

    def with_interval(
        self, events_from: date | None, as_of: date | None, compat: bool
    ) -> "Workspace":
        """The same workspace with the build's interval as an option gave it; None keeps a setting.

        Raises MisuseError when no day is left between the two.
        """
        build = self.settings.build
        build = msgspec.structs.replace(
            build,
            events_from=events_from or build.events_from,
            as_of=as_of or build.as_of,
            compat=compat or build.compat,
        )
        refuse_late(build.as_of, "--as-of")
        if build.events_from and build.events_from >= (build.as_of or LATEST_AS_OF):
            raise MisuseError(
                f"No day is left between {build.events_from} and {build.as_of or LATEST_AS_OF}",
                "--events-from, --as-of",
                "as_of is the day after the last one that counts; set it later.",
            )
        return msgspec.structs.replace(
            self, settings=msgspec.structs.replace(self.settings, build=build)
        )


def open_workspace(
    directory: Path | None, environment: Mapping[str, str] = os.environ, start: Path | None = None
) -> Workspace:
    """The workspace named by `directory`, else by STUDIUM_WORKSPACE, else the nearest one upwards.

    `start` is where the search begins, the current folder by default. Raises MisuseError when
    there is none or its settings are wrong, StudiumError when it needs a newer Studium.
    """
    root = _find_root(directory, environment, (start or Path.cwd()).resolve())
    _refuse_signs(root)
    return Workspace(root=root, settings=read_settings(root / SETTINGS_FILE, environment))


def write_default_settings(root: Path, sources: Sequence[Path] = ()) -> Path:
    """Write a commented studium.toml into `root`, made if missing, and return its path.

    Raises MisuseError when there is one already: settings are never overwritten.
    """
    _refuse_signs(root.absolute())
    file = root / SETTINGS_FILE
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(_default_text(sources))
    except FileExistsError as error:
        what = "is a file, not a folder" if root.is_file() else "is a workspace already"
        raise MisuseError(
            f"{root} {what}",
            str(error.filename),
            "Edit its studium.toml, or name another folder: studium --workspace DIR init",
        ) from None
    except OSError as error:
        raise MisuseError(
            f"The workspace cannot be written: {error.strerror}",
            str(file),
            "Choose a folder that you may write: studium --workspace DIR init",
        ) from None
    return file


def _refuse_signs(root: Path) -> None:
    """Signs that DuckDB or dbt would read as more than a name, in every file of the lake."""
    meanings = {
        **dict.fromkeys("*?[]", "a sign that readers of Parquet take for a pattern"),
        **dict.fromkeys(("{{", "{%", "{#"), "braces, which dbt takes for a template"),
    }
    for sign, meaning in meanings.items():
        if sign in str(root):
            raise MisuseError(
                f"The path of the workspace holds {meaning}",
                str(root),
                f"Choose a folder without `{sign}` in its path: studium --workspace DIR init",
            )


def _find_root(directory: Path | None, environment: Mapping[str, str], start: Path) -> Path:
    named = environment.get("STUDIUM_WORKSPACE")
    if directory is None and named:
        return _require(Path(named), "STUDIUM_WORKSPACE")
    if directory is not None:
        return _require(directory, "--workspace")
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise MisuseError(
        "Here is no workspace: no studium.toml in this folder or above it",
        str(start),
        "Begin one with `studium init`, or name one: studium --workspace DIR …",
    )


def _require(folder: Path, origin: str) -> Path:
    if (folder / SETTINGS_FILE).is_file():
        return folder.resolve()
    what = "has no studium.toml" if folder.is_dir() else "is no folder"
    raise MisuseError(
        f"{folder} is no workspace: it {what}",
        f"{origin} {folder}",
        f"Begin one there: studium --workspace {folder} init",
    )


def _default_text(sources: Sequence[Path]) -> str:
    from studium.config.reference import list_settings, sections

    settings = list_settings()
    lines = [
        "# Settings of this workspace. A setting that begins with # shows its default, or how it is written.",
        "# Each can come from the environment too: STUDIUM_PUBLISH__KEEP_RELEASES=3",
        "",
        f"version = {NEWEST_VERSION}",
        *_source_lines(sources),
    ]
    for section, summary in sections().items():
        if section == "sources":
            continue
        lines += ["", f"[{section}]  # {summary}"]
        for setting in (item for item in settings if item.section == section):
            lines += [f"# {setting.description}", f"# {setting.name} = {_example(setting)}"]
    return "\n".join(lines) + "\n"


def _source_lines(sources: Sequence[Path]) -> list[str]:
    if not sources:
        lines = [
            "# Where raw files are: remove the # and name a folder, or use `studium land PATH`."
        ]
        return ["", *lines, "# [[sources]]", '# name = "logs"', '# path = "logs"']
    lines = []
    for number, path in enumerate(sources, start=1):
        name = "logs" if number == 1 else f"logs-{number}"
        quoted = json.dumps(str(path), ensure_ascii=False)
        lines += ["", "[[sources]]", f'name = "{name}"', f"path = {quoted}", 'patterns = ["*"]']
    return lines


def _example(setting: "SettingInfo") -> str:
    if setting.default is not None:
        return json.dumps(setting.default)
    written = "2024-03-01" if "date" in setting.allowed else "30"
    return f"{written}  # not set unless you write it"
