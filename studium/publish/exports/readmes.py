"""What an export says about itself: release, definitions, filters, files and their checksums.

Enters: a release, what was written. Leaves: Markdown.
"""

from collections.abc import Iterator, Mapping, Sequence

from studium.publish.exports.files import Written
from studium.publish.exports.formats import Format
from studium.publish.exports.rows.selections import Selection
from studium.publish.manifest import Manifest, Release

_SHOWN_INPUTS = 20


def write_readme(
    release: Release,
    title: str,
    written: Sequence[Written],
    notes: Sequence[str],
) -> str:
    """The README of an export; `notes` are paragraphs about its content."""
    lines = [f"# {title}", ""]
    for note in notes:
        lines += [note, ""]
    lines += _release_lines(release.manifest)
    lines += ["## Files", "", "| file | bytes | SHA-256 |", "|---|---|---|"]
    lines += [f"| `{file.name}` | {file.bytes:,} | `{file.sha256}` |" for file in written]
    return "\n".join(lines).rstrip() + "\n"


def describe_selection(
    selection: Selection, rows: int, form: Format, renamed: Mapping[str, str]
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
        f"{left_out} {columns} Rows stand in the order of all columns of the table.",
        form.note,
    ]
    if renamed:
        pairs = ", ".join(f"`{name}` is `{new}`" for name, new in renamed.items())
        paragraphs.append(f"Columns with another name in the file: {pairs}.")
    return [paragraph for paragraph in paragraphs if paragraph]


def _release_lines(manifest: Manifest) -> Iterator[str]:
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
    yield f"- Content `{manifest.content}`: equal for releases that say the same"
    yield f"- Events {first}, {end} (UTC dates)"
    yield f"- Definitions {kind}"
    yield f"- Made by {versions}"
    yield from ("", "## Inputs", "")
    yield f"{len(manifest.inputs):,} files with {manifest.events:,} events."
    yield from ("", "| SHA-256 | lines | file |", "|---|---|---|")
    for file in manifest.inputs[:_SHOWN_INPUTS]:
        yield f"| `{file.sha256}` | {file.lines:,} | {file.path} |"
    if len(manifest.inputs) > _SHOWN_INPUTS:
        yield f"| … | | {len(manifest.inputs) - _SHOWN_INPUTS:,} more in the release's manifest |"
    yield ""
