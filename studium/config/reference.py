"""Every setting with its name, variable, allowed values, default and meaning, read from the types.

Enters: the Structs of `settings`. Leaves: rows for messages, studium.toml and docs.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, get_type_hints

import msgspec
from msgspec import Struct

from studium.config.settings import Settings, Source


class SettingInfo(NamedTuple):
    """One row of the reference; `section` is empty at the top of the file."""

    section: str
    name: str
    variable: str
    allowed: str
    default: object
    description: str
    field_type: object

    @property
    def path(self) -> str:
        """The setting's name in messages: `publish.keep_releases`."""
        return f"{self.section}.{self.name}" if self.section else self.name


def list_settings() -> list[SettingInfo]:
    """All settings in the order of the file, `sources` (a list) as one."""
    return list(_walk(Settings, ""))


def list_source_settings() -> list[SettingInfo]:
    """The fields of one `[[sources]]` entry; they have no variable of their own."""
    return [setting._replace(variable="") for setting in _walk(Source, "sources")]


def sections() -> dict[str, str]:
    """Name and one-line meaning of each table of studium.toml."""
    hints = get_type_hints(Settings)
    tables = {name: hint for name, hint in hints.items() if _is_section(hint)}
    return {"sources": _summary(Source)} | {name: _summary(hint) for name, hint in tables.items()}


def _walk(struct: type[Struct], section: str) -> Iterator[SettingInfo]:
    hints = get_type_hints(struct, include_extras=True)
    for struct_field in msgspec.structs.fields(struct):
        hint = hints[struct_field.name]
        if _is_section(hint):
            yield from _walk(hint, struct_field.name)
        else:
            yield _setting(section, struct_field, hint)


def _setting(section: str, struct_field: msgspec.structs.FieldInfo, hint: object) -> SettingInfo:
    schema = _without_null(msgspec.json.schema(hint))
    parts = [part for part in (section, struct_field.name) if part]
    return SettingInfo(
        section=section,
        name=struct_field.name,
        variable="STUDIUM_" + "__".join(parts).upper(),
        allowed=_allowed(schema),
        default=_default(struct_field),
        description=schema.get("description", _summary(Source)),
        field_type=hint,
    )


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    options = schema.get("anyOf", [schema])
    return next(option for option in options if option.get("type") != "null")


def _is_section(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _summary(struct: type[Struct]) -> str:
    return (struct.__doc__ or "").strip().splitlines()[0]


def _default(struct_field: msgspec.structs.FieldInfo) -> object:
    if struct_field.default_factory is not msgspec.NODEFAULT:
        return struct_field.default_factory()
    return None if struct_field.default is msgspec.NODEFAULT else struct_field.default


def _allowed(schema: dict[str, Any]) -> str:
    if schema.get("format") == "date":
        return "a date such as 2024-03-01"
    if "enum" in schema:
        return " or ".join(schema["enum"])
    if schema.get("pattern"):
        return "a short name such as campus-logs"
    kinds = {
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "string": "a text",
        "array": "a list (JSON in the environment)",
    }
    return kinds[str(schema["type"])] + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None:
        return ""
    return f" of at least {least}" if most is None else f" from {least} to {most}"
