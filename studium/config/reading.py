"""From the text of studium.toml and the environment to valid `Settings`, or an error that helps.

Enters: a file, variables named STUDIUM_<SECTION>__<SETTING>. Leaves: `Settings`; the message of a
`MisuseError` names the setting, file:line or the variable, and the allowed values.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from studium import __version__
from studium.config.settings import NEWEST_VERSION, Settings, Source
from studium.config.toml_lines import find_line
from studium.errors import MisuseError, StudiumError
from studium.vocabulary import AREAS_VARIABLE

_Document = dict[str, Any]
_SECRET = ("secret", "key", "password", "token", "accounts_url")
_RESERVED = {"STUDIUM_WORKSPACE", AREAS_VARIABLE}
LATEST_AS_OF = date(2200, 1, 1)  # the lake has no event after 2199
_PROBLEM_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_SHORT_DATE = re.compile(r"=\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*(?:#.*)?$")
_STEP = re.compile(r"\.?([A-Za-z0-9_-]+)|\[(\d+)\]")


def read_settings(file: Path, environment: Mapping[str, str]) -> Settings:
    """Read and validate; a variable wins over the file, an empty variable counts as not set.

    Raises MisuseError for a setting that is wrong, StudiumError for a workspace that is too new.
    """
    text = _read_text(file)
    document = _parse(file, text)
    _refuse_newer(file, text, document)
    overlay = read_variables(environment)
    try:
        settings = msgspec.convert(_merge(document, overlay), Settings)
    except msgspec.ValidationError as error:
        raise _explain(str(error), file, text, document) from None
    _check_together(settings, file, text)
    return settings


def read_variables(environment: Mapping[str, str]) -> _Document:
    """Settings given by variables, each validated alone, so that its message can name it.

    `STUDIUM_PUBLISH__KEEP_RELEASES=3` gives `{"publish": {"keep_releases": 3}}`; lists are JSON.
    """
    given = {name: value for name, value in environment.items() if _is_setting(name) and value}
    if not given:
        return {}
    from studium.config.reference import list_settings

    known = {setting.variable: setting for setting in list_settings()}
    overlay: _Document = {}
    for name, value in sorted(given.items()):
        if name not in known:
            raise _unknown_variable(name, list(known))
        setting = known[name]
        try:
            converted = _convert_text(value, setting.field_type)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError):
            raise MisuseError(
                f"{name} is {value!r}, but `{setting.path}` must be {setting.allowed}",
                f"environment variable {name}",
                f"Set it to {setting.allowed}, or unset it: unset {name}",
            ) from None
        target = overlay.setdefault(setting.section, {}) if setting.section else overlay
        target[setting.name] = converted
    return overlay


def refuse_late(as_of: date | None, where: str) -> None:
    """Raise MisuseError for an `as_of` up to which daily tables would grow by empty centuries."""
    if as_of and as_of > LATEST_AS_OF:
        raise MisuseError(
            f"as_of is {as_of}, but no event can be later than 2199",
            where,
            f"Set it to {LATEST_AS_OF} at most, or leave it out: the day after the last event.",
        )


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that begin like ours and set nothing -> the nearest that would, if one is near."""
    stray = [
        name
        for name, value in sorted(environment.items())
        if name.startswith("STUDIUM_") and value and name not in _RESERVED and not _is_setting(name)
    ]
    if not stray:
        return {}
    from studium.config.reference import list_settings

    known = [*_RESERVED, *(setting.variable for setting in list_settings())]
    return {name: next(iter(get_close_matches(name, known, n=1)), None) for name in stray}


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError(
            "studium.toml is not UTF-8 text",
            f"{file}, byte {error.start}",
            "Save it as UTF-8, or write a new one: studium init",
        ) from None
    except OSError as error:
        raise MisuseError(
            f"studium.toml cannot be read: {error.strerror}",
            str(file),
            "Make it a file that you may read: chmod u+r studium.toml",
        ) from None


def _parse(file: Path, text: str) -> _Document:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = place.group(1) if place else str(len(text.splitlines()))
        fix = 'Write settings as `name = value`, with texts in quotes: path = "logs"'
        if date := _SHORT_DATE.search(text.splitlines()[int(line) - 1] if text else ""):
            year, month, day = date.groups()
            fix = f"Write the date as {year}-{month:0>2}-{day:0>2}"
        raise MisuseError(
            f"studium.toml is not valid TOML: {error}",
            f"{file}:{line}",
            fix,
        ) from None


def _refuse_newer(file: Path, text: str, document: _Document) -> None:
    version = document.get("version", NEWEST_VERSION)
    if isinstance(version, int) and version > NEWEST_VERSION:
        raise StudiumError(
            f"This workspace has version {version}; Studium {__version__} knows versions up to "
            f"{NEWEST_VERSION}",
            f"{file}:{find_line(text, ('version',))}",
            "Install the Studium that wrote it, or a newer one; do not lower the number by hand.",
        )


def _is_setting(name: str) -> bool:
    if not name.startswith("STUDIUM_") or name in _RESERVED:
        return False
    first = name.removeprefix("STUDIUM_").split("_")[0].lower()
    return "__" in name or first in Settings.__struct_fields__


def _convert_text(value: str, field_type: object) -> Any:
    if msgspec.json.schema(field_type).get("type") == "array":
        return msgspec.to_builtins(msgspec.json.decode(value, type=field_type))
    if value.lower() in {"true", "false"}:
        value = value.lower()
    return msgspec.convert(value, field_type, strict=False)


def _unknown_variable(name: str, known: list[str]) -> MisuseError:
    nearest = get_close_matches(name, known, n=1)
    hint = f"Did you mean {nearest[0]}?" if nearest else "Unset it."
    return MisuseError(
        f"{name} is no setting of Studium",
        f"environment variable {name}",
        f"{hint} Variables are STUDIUM_<SECTION>__<SETTING>; see docs/reference/settings.md",
    )


def _merge(document: _Document, overlay: _Document) -> _Document:
    merged = dict(document)
    for name, value in overlay.items():
        section = merged.get(name)
        is_section = isinstance(value, dict) and isinstance(section, dict)
        merged[name] = section | value if is_section else value
    return merged


def _explain(message: str, file: Path, text: str, document: _Document) -> MisuseError:
    """Turn msgspec's message into one with the line, the value and what is allowed."""
    found = _PROBLEM_PATH.search(message)
    path = _steps(found.group("path")) if found else ()
    reason = _PROBLEM_PATH.sub("", message)
    named = re.search(r"`([^`]+)`$", reason)
    if "unknown field" in reason and named:
        return _unknown_setting((*path, named.group(1)), file, text)
    if "missing required field" in reason and named:
        return MisuseError(
            f"`{_dotted(path)}` has no `{named.group(1)}`",
            f"{file}:{find_line(text, path)}",
            f'Add it: {named.group(1)} = "…"',
        )
    allowed = _allowed(path)
    way_out = "." if path[0] == "sources" else ", or remove the line to use the default."
    return MisuseError(
        f"`{_dotted(path)}` is {_shown(document, path)}, but must be {allowed}",
        f"{file}:{find_line(text, path)}",
        f"Set it to {allowed}{way_out}",
    )


def _unknown_setting(path: tuple[str | int, ...], file: Path, text: str) -> MisuseError:
    from studium.config.reference import list_settings, list_source_settings, sections

    section = str(path[0]) if len(path) > 1 else ""
    settings = list_source_settings() if section == "sources" else list_settings()
    names = [setting.name for setting in settings if setting.section == section]
    if not section:
        names = [*sections(), *names]
    nearest = get_close_matches(str(path[-1]), names, n=1)
    hint = f"Did you mean `{nearest[0]}`? " if nearest else ""
    return MisuseError(
        f"There is no setting `{_dotted(path)}`",
        f"{file}:{find_line(text, path)}",
        f"{hint}Possible here: {', '.join(dict.fromkeys(names))}",
    )


def _allowed(path: tuple[str | int, ...]) -> str:
    from studium.config.reference import list_settings, list_source_settings, sections

    wanted = ".".join(str(step) for step in path if isinstance(step, str))
    for setting in [*list_settings(), *list_source_settings()]:
        if setting.path == wanted and not (wanted == "sources" or path[-1] != setting.name):
            return setting.allowed
    if wanted == "sources":
        return "a list of tables, each headed [[sources]]"
    return f"a table, headed [{wanted}]" if wanted in sections() else "a text"


def _check_together(settings: Settings, file: Path, text: str) -> None:
    build = settings.build
    refuse_late(build.as_of, f"build.as_of, {file}:{find_line(text, ('build', 'as_of'))}")
    if build.events_from and build.events_from >= (build.as_of or LATEST_AS_OF):
        raise MisuseError(
            f"`build.events_from` ({build.events_from}) is not before `build.as_of` "
            f"({build.as_of or LATEST_AS_OF}): no day is left",
            f"{file}:{find_line(text, ('build', 'events_from'))}",
            "as_of is the day after the last one that counts; set it later.",
        )
    _check_bounds(settings, file, text)
    for index, source in enumerate(settings.sources):
        _check_source(source, f"sources[{index}]", f"{file}:{find_line(text, ('sources', index))}")
    names = [source.name for source in settings.sources]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise MisuseError(
                f"Two sources have the name {name!r}",
                f"{file}:{find_line(text, ('sources', index, 'name'))}",
                "Give each source a name of its own.",
            )


def _check_bounds(settings: Settings, file: Path, text: str) -> None:
    """A bound of one area keeps to the limits of the bound for all."""
    for area, bound, value in settings.publish.bounds():
        try:
            settings.publish.of(area)
        except msgspec.ValidationError:
            allowed = _allowed(("publish", bound))
            raise MisuseError(
                f"`{area}.{bound}` is {value:g}, but must be {allowed}",
                f"{file}:{find_line(text, ('publish', 'of_areas'))}",
                f"Set it to {allowed}, or remove it to use the bound for all areas.",
            ) from None


def _check_source(source: Source, path: str, where: str) -> None:
    """What a source of its kind cannot do without; secrets go encrypted or to a server of our own."""
    needed = "path" if source.kind == "folder" else "url"
    if not getattr(source, needed):
        raise MisuseError(f"`{path}` has no `{needed}`", where, f'Add it: {needed} = "…"')
    for name in ("url", "token_url"):
        value = getattr(source, name)
        is_plain = source.allow_private and value.startswith("http://")
        if value and not is_plain and not value.startswith("https://"):
            raise MisuseError(
                f"`{path}.{name}` does not begin with https://",
                where,
                "Use its https address; on a server of your own set `allow_private = true` for http.",
            )


def _steps(path: str) -> tuple[str | int, ...]:
    return tuple(int(index) if index else name for name, index in _STEP.findall(path))


def _dotted(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".")


def _value(document: _Document, path: tuple[str | int, ...]) -> object:
    value: Any = document
    for step in path:
        value = value[step]
    return value


def _shown(document: _Document, path: tuple[str | int, ...]) -> str:
    """A value as a message has it; of a secret not even a wrong one."""
    if any(word in str(path[-1]) for word in _SECRET):
        return "no text"
    return _show(_value(document, path))


def _show(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else repr(value)
