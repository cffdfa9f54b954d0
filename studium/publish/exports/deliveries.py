"""One table leaves: a file for another program, its dictionary, its schema and a README beside it.

Enters: an `Order`. Leaves: a `Delivery`; the files appear together under their names, or not at all.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from studium.config import Workspace
from studium.errors import MisuseError
from studium.progress import Progress
from studium.publish.exports.areas import all_formats, derived_tables
from studium.publish.exports.dictionaries import write_dictionary, write_schema
from studium.publish.exports.files import FileGroup, HashingStream, Written, file_group
from studium.publish.exports.formats import FileFormat
from studium.publish.exports.readmes import About, describe_selection, write_readme
from studium.publish.exports.recipients import Operator, Recipient
from studium.publish.exports.rows.scopes import (
    Cut,
    ids_of,
    require_column,
    require_ids,
    slug_of,
)
from studium.publish.exports.rows.selections import Selection, select_rows
from studium.publish.exports.rows.uniqueness import describe_unique
from studium.publish.finding import open_held
from studium.publish.release import OpenRelease
from studium.publish.release_store import find_table
from studium.vocabulary import Scope


class Order(Struct, frozen=True):
    """What to export and for whom; empty `columns` and `scopes` mean all, `by` one file for each scope of that kind.

    Scopes are of one kind.

    Reading may take `time_limit_seconds`, by default as long as a query may.
    """

    table: str
    form: str = "csv"
    columns: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    where: str = ""
    by: str = ""
    release_id: str | None = None
    time_limit_seconds: float | None = None
    recipient: Recipient = Operator()

    @property
    def kind(self) -> str:
        """The kind of scope that rows are cut to; empty: they are not."""
        return self.by or next((scope.kind for scope in self.scopes), "")

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the scopes."""
        return tuple(scope.id for scope in self.scopes)


class Delivery(NamedTuple):
    """What was written into `folder`."""

    release_id: str
    rows: int
    folder: Path
    files: tuple[Written, ...]


def export_table(
    workspace: Workspace, order: Order, output: Path | None, progress: Progress, force: bool = False
) -> Delivery:
    """Write a table of a release to `output`, by default named for it in the current folder.

    With `by` the output is a folder. Raises MisuseError for what is not in the release, for
    a condition that is refused, and when a file is there already and `force` is not set.
    """
    form = _format(order.form)
    with open_held(OpenRelease, workspace, order.release_id, order.time_limit_seconds) as release:
        if order.scopes:
            require_ids(release, order.kind, _ids(release, order), order.ids)
        selections = _selections(release, order)
        folder, stems = _names(order, form, output, [one for one, _ in selections])
        rows = [selection.count(release) for _, selection in selections]
        names = [name for stem in stems for name in _names_of(stem, form)]
        progress.start("export", float(sum(rows)), "rows")
        with file_group(folder, names, force) as group:
            for (one, selection), stem, count in zip(selections, stems, rows, strict=True):
                title = f"{order.table}{f', {one}' if one else ''}"
                whose = (Scope(order.kind, one),) if one else order.scopes
                about = About(release.release, title, whose)
                _write_one(release, selection, _Target(group, stem, form, about, count), progress)
        progress.finish()
        return Delivery(release.release.id, sum(rows), folder, tuple(group.written))


class _Target(NamedTuple):
    """Where a selection goes, and what is said about it."""

    group: FileGroup
    stem: str
    form: FileFormat
    about: About
    rows: int


def _write_one(
    release: OpenRelease, selection: Selection, target: _Target, progress: Progress
) -> None:
    renamed: dict[str, str] = {}

    def work(stream: HashingStream) -> None:
        renamed.update(target.form.write(release, selection, stream, progress.advance))

    data, dictionary, schema, readme = _names_of(target.stem, target.form)
    group, about = target.group, target.about.release
    written = [
        group.write(data, work),
        group.write_text(dictionary, write_dictionary(about, [selection], renamed)),
        group.write_text(schema, write_schema(about, selection)),
    ]
    notes = describe_selection(selection, target.rows, target.form, renamed)
    notes += describe_unique(release, selection)
    group.write_text(readme, write_readme(target.about, selection.recipient, written, notes))


def _selections(release: OpenRelease, order: Order) -> list[tuple[str, Selection]]:
    if not order.by:
        return [("", _select(release, order, order.ids))]
    ids: Sequence[str] = order.ids or _ids(release, order)
    if not ids:
        raise MisuseError(
            f"Table {order.table} has no rows of any {order.by}",
            f"release {release.release.id}",
            "Export all of it in one file: --combined",
        )
    return [(one, _select(release, order, (one,))) for one in ids]


def _ids(release: OpenRelease, order: Order) -> list[str]:
    derived = derived_tables().get(order.table)
    if derived:
        return derived.ids(release)
    return ids_of(release, find_table(release.release, order.table), order.kind)


def _select(release: OpenRelease, order: Order, ids: tuple[str, ...]) -> Selection:
    derived = derived_tables().get(order.table)
    if derived is None:
        table = find_table(release.release, order.table)
        cut = Cut(require_column(table, order.kind), ids) if ids else None
        return select_rows(table, order.recipient, order.columns, cut, order.where)
    if len(ids) != 1:
        raise MisuseError(
            f"{derived.name} has other columns in each {derived.kind}",
            f"--{derived.kind}",
            f"Name one {derived.kind}, --{derived.kind} KEY, or write a file for each: --by-{derived.kind}",
        )
    return derived.select(release, order.recipient, ids[0], order.columns, order.where)


def _names(
    order: Order, form: FileFormat, output: Path | None, ids: Sequence[str]
) -> tuple[Path, list[str]]:
    """The folder, and the name of each file without its suffix."""
    if order.by:
        return output or Path(order.table), _distinct([slug_of(order.by, one) for one in ids])
    target = output or Path(f"{order.table}{form.suffix}")
    if target.is_dir():
        target = target / f"{order.table}{form.suffix}"
    stem = target.name.removesuffix(form.suffix)
    if not stem or stem == target.name:
        raise MisuseError(
            f"{target.name} does not end in {form.suffix}, as {form.name} files do",
            f"--output {target}",
            f"Name it {target.name}{form.suffix}, or choose another --format",
        )
    return target.parent, [stem]


def _names_of(stem: str, form: FileFormat) -> tuple[str, str, str, str]:
    data = f"{stem}{form.suffix}"
    return data, f"{data}.dictionary.md", f"{data}.schema.json", f"{data}.README.md"


def _distinct(slugs: Sequence[str]) -> list[str]:
    """The same, numbered where two scopes would share a name."""
    seen: dict[str, int] = {}
    names = []
    for slug in slugs:
        key = slug.lower()
        seen[key] = seen.get(key, 0) + 1
        names.append(slug if seen[key] == 1 else f"{slug}~{seen[key]}")
    return names


def _format(name: str) -> FileFormat:
    formats = all_formats()
    if name not in formats:
        raise MisuseError(
            f"There is no format {name}", "--format", f"Formats: {', '.join(formats)}"
        )
    return formats[name]
