"""What an export says about itself: release, definitions, filters, files and their checksums.

Enters: a release, what was written. Leaves: Markdown.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from studium.publish.exports.files import Written
from studium.publish.exports.formats import FileFormat
from studium.publish.exports.recipients import Operator, Recipient
from studium.publish.exports.rows.selections import Selection
from studium.publish.manifest import Manifest, Release
from studium.vocabulary import Scope

_SHOWN_INPUTS = 20


class About(NamedTuple):
    """What an export is of: a release, its title, and the scopes that it is cut to (none: all)."""

    release: Release
    title: str
    scopes: tuple[Scope, ...]


def write_readme(
    about: About, recipient: Recipient, written: Sequence[Written], notes: Sequence[str]
) -> str:
    """The README of an export; `notes` are paragraphs about its content.

    What is about one scope, or for somebody else, says nothing of other inputs of the workspace.
    """
    lines = [f"# {about.title}", ""]
    for note in (*recipient.notes, *notes):
        lines += [note, ""]
    is_all = not about.scopes and isinstance(recipient, Operator)
    lines += _release_lines(about.release.manifest, is_all)
    lines += _input_lines(about, is_all)
    lines += ["## Files", "", "| file | bytes | SHA-256 |", "|---|---|---|"]
    lines += [f"| `{file.name}` | {file.bytes:,} | `{file.sha256}` |" for file in written]
    return "\n".join(lines).rstrip() + "\n"


def describe_selection(
    selection: Selection, rows: int, form: FileFormat, renamed: Mapping[str, str]
) -> list[str]:
    """Paragraphs about one table: its grain, what was left out, the format."""
    table = selection.table
    filters = " and ".join(f"`{text}`" for text in selection.filters)
    left_out = f"Only rows for which {filters}." if filters else "All rows."
    columns = (
        "All columns."
        if len(selection.columns) == len(table.columns)
        else f"{len(selection.columns)} of its {len(table.columns)} columns."
    )
    paragraphs = [
        f"{rows:,} rows of table `{table.name}`, as {form.name}. {' '.join(table.grain.split())}",
        f"{left_out} {columns} Rows stand in the order of all columns.",
        form.note,
    ]
    if renamed:
        pairs = ", ".join(f"`{name}` is `{new}`" for name, new in renamed.items())
        paragraphs.append(f"Columns with another name in the file: {pairs}.")
    return [paragraph for paragraph in paragraphs if paragraph]


def _release_lines(manifest: Manifest, is_all: bool) -> Iterator[str]:
    build = manifest.build
    first = f"from {build.events_from}" if build.events_from else "from the first one"
    end = f"before {build.as_of}" if build.as_of else "to the last one"
    kind = (
        "`compat`: as the published systems compute, their known mistakes included"
        if build.compat
        else "`fixed`: as the descriptions of the columns say"
    )
    versions = ", ".join(f"{name} {number}" for name, number in manifest.versions.items())
    yield from ("## Release", "")
    yield f"- Release `{manifest.id}`, published {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC"
    if is_all:
        yield f"- Content `{manifest.content}`: equal for releases that say the same"
    yield f"- Events {first}, {end} (UTC dates)"
    yield f"- Definitions {kind}"
    yield f"- Made by {versions}"
    yield ""


def _input_lines(about: About, is_all: bool) -> Iterator[str]:
    """Files by their own names, not by where they lay; those of its scopes alone, where it is cut to some."""
    manifest = about.release.manifest
    files = [file for file in manifest.inputs if is_all or file.holder in about.scopes]
    yield from ("## Inputs", "")
    if is_all:
        yield f"{len(files):,} files with {manifest.events:,} events."
    else:
        yield f"{len(files):,} files of its own, and what came with those of wider scopes."
    if files:
        yield from ("", "| SHA-256 | lines | file |", "|---|---|---|")
    for file in files[:_SHOWN_INPUTS]:
        yield f"| `{file.sha256}` | {file.lines:,} | {PurePath(file.path).name} |"
    if len(files) > _SHOWN_INPUTS:
        yield f"| … | | {len(files) - _SHOWN_INPUTS:,} more |"
    yield ""
