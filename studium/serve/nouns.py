"""The nouns that are served, found by listing folders: `<area>/<noun>/` with `answers.py`, `page.py`, `page.html`.

Enters: the packages below `serve`. Leaves: every `router`, and the links and tabs that pages declare.
"""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from fastapi import APIRouter

from studium.serve.drawing.navigation import Link, Navigation, Tab

_ROOM = __name__.rpartition(".")[0]


def find_routers() -> Iterator[APIRouter]:
    """The `router` of every module that has one, by the module's name."""
    for module in _modules():
        router = getattr(module, "router", None)
        if isinstance(router, APIRouter):
            yield router


def find_navigation() -> Navigation:
    """The `LINK` and the `TAB` of every page; a tab is named by the folder of its noun."""
    links: list[Link] = []
    tabs: dict[str, list[Tab]] = defaultdict(list)
    for module in _modules():
        link, tab = getattr(module, "LINK", None), getattr(module, "TAB", None)
        if isinstance(link, Link):
            links.append(link)
        if isinstance(tab, Tab):
            area, noun = module.__name__.split(".")[-3:-1]
            tail = noun if tab.tail is None else tab.tail
            tabs[tab.area or area].append(replace(tab, name=noun, tail=tail))
    return Navigation(tuple(links), {area: tuple(found) for area, found in tabs.items()})


def _modules() -> list[ModuleType]:
    """Every module in a folder below this room, imported."""
    room = importlib.import_module(_ROOM)
    names = sorted(found.name for found in pkgutil.walk_packages(room.__path__, f"{_ROOM}."))
    return [
        importlib.import_module(name) for name in names if name.count(".") > _ROOM.count(".") + 1
    ]
