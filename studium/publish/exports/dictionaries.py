"""What the columns of exported tables mean: for people as Markdown, for programs as JSON schema.

Enters: selections of a release, names that columns have in the files. Leaves: texts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studium.publish.exports.formats import is_nested
from studium.publish.exports.rows.selections import Selection
from studium.publish.manifest import Release
from studium.vocabulary import TableColumn

_KINDS: dict[str, dict[str, Any]] = {
    "BOOLEAN": {"type": ["boolean", "null"]},
    "DATE": {"type": ["string", "null"], "format": "date"},
    "TIMESTAMP": {"type": ["string", "null"], "format": "date-time"},
    "DOUBLE": {"type": ["number", "null"]},
    "FLOAT": {"type": ["number", "null"]},
    "VARCHAR": {"type": ["string", "null"]},
}
_WHOLE = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT")


def write_dictionary(
    release: Release, selections: Sequence[Selection], renamed: Mapping[str, str] = {}
) -> str:
    """Every column of every table with type, unit and definition, as Markdown."""
    lines = ["# Data dictionary", "", f"Release `{release.id}`.", ""]
    for selection in selections:
        lines += _table_lines(selection, renamed)
    return "\n".join(lines).rstrip() + "\n"


def _table_lines(selection: Selection, renamed: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {selection.table.name}", "", _flat(selection.table.grain), "")
    named = any(column.name in renamed for column in selection.columns)
    head = ["column", *(["name in the file"] if named else []), "type", "unit", "meaning"]
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for column in selection.columns:
        other = [f"`{renamed.get(column.name, column.name)}`"] if named else []
        meaning = _flat(column.description)
        cells = [f"`{column.name}`", *other, column.type.lower(), column.unit, meaning]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def write_schema(release: Release, selection: Selection) -> str:
    """JSON Schema of one row as an object; a column that is NULL is null."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": selection.table.name,
        "description": _flat(selection.table.grain),
        "x-release": release.id,
        "type": "object",
        "properties": {column.name: _property(column) for column in selection.columns},
        "required": [column.name for column in selection.columns],
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _property(column: TableColumn) -> dict[str, Any]:
    kind = dict(_KINDS.get(column.type, {}))
    if column.type.endswith(_WHOLE):
        kind = {"type": ["integer", "null"]}
    elif column.type.startswith("DECIMAL"):
        kind = {"type": ["number", "null"]}
    elif is_nested(column):
        kind = {"type": ["array" if column.type.endswith("]") else "object", "null"]}
    described = {"description": _flat(column.description), "x-type": column.type.lower()}
    return kind | described | ({"x-unit": column.unit} if column.unit else {})


def _flat(text: str) -> str:
    return " ".join(text.split())
