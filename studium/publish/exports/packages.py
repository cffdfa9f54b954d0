"""All tables of one scope in one archive: what somebody gets who asks for all of it.

Enters: a scope of a release. Leaves: a .zip with data, dictionary, schemas, README and SHA256SUMS. The same
release gives the same bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studium.config import Workspace
from studium.errors import MisuseError
from studium.progress import Progress
from studium.publish.exports.areas import derived_tables
from studium.publish.exports.deliveries import Delivery
from studium.publish.exports.dictionaries import write_dictionary, write_schema
from studium.publish.exports.files import HashingStream, Stream, Written, file_group
from studium.publish.exports.formats import FORMATS, Advance
from studium.publish.exports.readmes import About, write_readme
from studium.publish.exports.recipients import Operator, Recipient
from studium.publish.exports.rows.scopes import Cut, find_column, ids_of, require_ids, slug_of
from studium.publish.exports.rows.selections import Selection, select_rows
from studium.publish.exports.rows.uniqueness import describe_unique
from studium.publish.finding import open_held
from studium.publish.release import OpenRelease
from studium.vocabulary import Scope

if TYPE_CHECKING:
    from zipfile import ZipFile

PACKAGE_FORMATS = ("csv", "parquet")


class Package(NamedTuple):
    """Whose rows to package: `form` is csv (compressed) or parquet; reading is limited in time."""

    scope: Scope
    form: str = "csv"
    release_id: str | None = None
    time_limit_seconds: float | None = None
    recipient: Recipient = Operator()


class _Archive:
    """A .zip whose members are streamed, and dated like the release."""

    def __init__(self, archive: "ZipFile", root: str, release: OpenRelease) -> None:
        self._archive = archive
        self._root = root
        self._moment = release.release.manifest.created_at
        self.written: list[Written] = []

    @contextmanager
    def member(self, name: str) -> Iterator[HashingStream]:
        """Write one file; data is compressed already, texts are small."""
        from zipfile import ZipInfo

        info = ZipInfo(f"{self._root}/{name}", self._moment.timetuple()[:6])
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as file:
            stream = HashingStream(file)
            yield stream
        self.written.append(stream.written(name))

    def write_text(self, name: str, text: str) -> None:
        """Write one small file."""
        with self.member(name) as stream:
            stream.write(text.encode())


def package_scope(
    workspace: Workspace,
    package: Package,
    output: Path | None,
    progress: Progress,
    force: bool = False,
) -> Delivery:
    """Write all tables that say of which scope of its kind a row is, cut to this one, into one .zip.

    Raises MisuseError for an unknown scope or format, and when the file is there already and
    `force` is not set.
    """
    from zipfile import ZipFile

    if package.form not in PACKAGE_FORMATS:
        raise MisuseError(
            f"There is no package as {package.form}",
            "--format",
            f"Formats: {', '.join(PACKAGE_FORMATS)}",
        )
    with open_held(
        OpenRelease, workspace, package.release_id, package.time_limit_seconds
    ) as release:
        selections = _select(release, package)
        rows = {name: selection.count(release) for name, selection in selections.items()}
        root = f"{slug_of(package.scope.kind, package.scope.id)}-{release.release.id}"
        target = _target(output, root)
        progress.start("package", float(sum(rows.values())), "rows")
        with file_group(target.parent, [target.name], force) as group:

            def work(stream: HashingStream) -> None:
                with ZipFile(stream, "w") as archive:  # data is compressed already
                    members = _Archive(archive, root, release)
                    _write_data(members, release, (selections, package.form), progress.advance)
                    _write_documents(members, release, (selections, package), rows)

            written = group.write(target.name, work)
        progress.finish()
        return Delivery(release.release.id, sum(rows.values()), target.parent, (written,))


def _select(release: OpenRelease, package: Package) -> dict[str, Selection]:
    (kind, one), recipient = (package.scope.kind, package.scope.id), package.recipient
    tables = [
        (table, column)
        for table in release.release.manifest.tables
        if (column := find_column(table, kind)) and recipient.table(table)
    ]
    known = sorted({key for table, _ in tables for key in ids_of(release, table, kind)})
    require_ids(release, kind, known, [one])
    selections = {
        table.name: select_rows(table, recipient, cut=Cut(column, (one,)))
        for table, column in tables
    }
    for derived in derived_tables().values():
        if derived.kind == kind and derived.exists(release) and one in derived.ids(release):
            selections[derived.name] = derived.select(release, recipient, one)
    return dict(sorted(selections.items()))


def _target(output: Path | None, root: str) -> Path:
    target = output or Path(f"{root}.zip")
    if target.is_dir():
        target = target / f"{root}.zip"
    if target.suffix != ".zip":
        raise MisuseError(
            f"{target.name} does not end in .zip",
            f"--output {target}",
            f"Name it {target.name}.zip",
        )
    return target


def _write_data(
    members: _Archive,
    release: OpenRelease,
    what: tuple[dict[str, Selection], str],
    advance: Advance,
) -> None:
    selections, form = what
    for name, selection in selections.items():
        with (
            members.member(f"data/{name}{_suffix(form)}") as stream,
            _compressed(stream) if form == "csv" else nullcontext(stream) as target,
        ):
            FORMATS[form].write(release, selection, target, advance)


@contextmanager
def _compressed(stream: HashingStream) -> Iterator[Stream]:
    from isal import igzip

    with igzip.IGzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packed:
        yield packed


def _suffix(form: str) -> str:
    return ".csv.gz" if form == "csv" else FORMATS[form].suffix


def _write_documents(
    members: _Archive,
    release: OpenRelease,
    what: tuple[dict[str, Selection], Package],
    rows: dict[str, int],
) -> None:
    selections, package = what
    about = release.release
    for name, selection in selections.items():
        members.write_text(f"schemas/{name}.schema.json", write_schema(about, selection))
    members.write_text("dictionary.md", write_dictionary(about, list(selections.values())))
    tables = "\n".join(
        f"| `data/{name}{_suffix(package.form)}` | {count:,} | "
        f"{' '.join(selections[name].table.grain.split())} |"
        for name, count in rows.items()
    )
    unique = [
        note for selection in selections.values() for note in describe_unique(release, selection)
    ]
    intro = (
        f"All tables of release `{about.id}` that are about {package.scope.kind}s, cut to the rows of "
        f"`{package.scope.id}`. The columns are explained in `dictionary.md`, for programs in `schemas/`."
    )
    notes = [
        intro,
        FORMATS[package.form].note,
        f"| table | rows | |\n|---|---|---|\n{tables}",
        *unique,
        "`SHA256SUMS` holds the checksums of all files: `sha256sum --check SHA256SUMS`.",
    ]
    title = f"{package.scope.kind.capitalize()} {package.scope.id}"
    members.write_text(
        "README.md",
        write_readme(
            About(about, title, (package.scope,)), package.recipient, members.written, notes
        ),
    )
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in members.written)
    members.write_text("SHA256SUMS", sums)
