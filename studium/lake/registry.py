"""The registry: which areas there are, their formats and their datasets, told by the folders that declare them.

Enters: `formats/<area>/<format>/` of the house, and the tables that are declared there and in the folders of
STUDIUM_AREAS. Leaves: `AREAS`, `FORMATS`, `DATASETS`, `EVENTS`. No list is kept by hand.
"""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import cast

from studium.errors import StudiumError
from studium.lake.formats.face import AreaFormats, Format, Recogniser
from studium.lake.reading.tables.declared import format_of
from studium.vocabulary import Dataset, area_folders

HOUSE = Path(__file__).parent / "formats"


def _areas() -> dict[str, AreaFormats]:
    """Every folder below `formats` that declares something, those of the house first."""
    found: dict[str, AreaFormats] = {}
    for folder in [
        *_below(HOUSE),
        *(below for root in area_folders() for below in _below(root / "formats")),
    ]:
        formats = list(_formats(folder))
        names = [one.name for area in found.values() for one in area.formats.values()]
        for one in formats:
            if one.name in names:
                raise _declared_twice(folder, one.name)
            names.append(one.name)
        if folder.name in found:
            raise _declared_twice(folder, folder.name)
        if formats:
            found[folder.name] = AreaFormats(
                folder.name, {one.name: one for one in formats}, _recogniser(folder)
            )
    return found


def _below(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] not in "._")


def _formats(folder: Path) -> Iterator[Format]:
    """The faces of the subfolders, which are of the house alone, and the tables that need no parser of their own."""
    if folder.parent == HOUSE:
        for below in _below(folder):
            face = getattr(import_module(f"{_package(folder)}.{below.name}"), "FORMAT", None)
            if isinstance(face, Format):
                yield face
    for path in sorted(folder.rglob("*.toml")):
        yield format_of(path)


def _recogniser(folder: Path) -> Recogniser | None:
    if folder.parent != HOUSE or not (folder / "recogniser.py").is_file():
        return None
    return cast("Recogniser", import_module(f"{_package(folder)}.recogniser"))


def _package(folder: Path) -> str:
    return f"studium.lake.formats.{folder.name}"


def _declared_twice(folder: Path, name: str) -> StudiumError:
    return StudiumError(
        f"{name} is declared twice", str(folder), "Rename one: names are unique in the whole house."
    )


def _datasets(areas: dict[str, AreaFormats]) -> dict[str, Dataset]:
    """Every dataset by name; one that several formats give is the same in each."""
    found: dict[str, Dataset] = {}
    every = (
        replace(dataset, area=area.name)
        for area in areas.values()
        for one in area.formats.values()
        for dataset in one.datasets
    )
    for dataset in every:
        if found.setdefault(dataset.name, dataset) != dataset:
            raise _declared_twice(HOUSE / dataset.area, dataset.name)
    return found


AREAS = _areas()
FORMATS = {name: one for area in AREAS.values() for name, one in area.formats.items()}
_ALL = _datasets(AREAS)
DATASETS = {name: dataset for name, dataset in _ALL.items() if not dataset.by_time}
EVENTS = next(dataset for dataset in _ALL.values() if dataset.by_time)
# The format of a file that is no delivery: the one that gives events.
EVENT_FORMAT = next(one for one in FORMATS.values() if any(it.by_time for it in one.datasets))


def parser_version(format_name: str) -> int:
    """Of a format, known without importing its parser; 0 for one that this Studium does not know."""
    known = FORMATS.get(format_name)
    return known.version if known else 0
