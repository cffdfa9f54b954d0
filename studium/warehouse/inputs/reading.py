"""The files of the lake that are about to be read are compared with what was written, each once for a build.

Enters: what the lake holds, models or promises that are about to read it. Leaves: nothing, or a DamagedLakeError.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from studium.config import Workspace
from studium.warehouse.inputs.changes import EVENTS, source_of
from studium.warehouse.inputs.dumps import Contents
from studium.warehouse.project import Graph


class Reading:
    """The files behind the views over the lake."""

    def __init__(self, workspace: Workspace, contents: Contents) -> None:
        self._workspace = workspace
        self._contents = contents
        self._read: set[Path] = set()

    def of_sql(self, graph: Graph, keys: Collection[str]) -> None:
        """Of all that SQL reads when it names these models and sources."""
        self.of_sources(_sources_read(graph, keys))

    def of_sources(self, sources: Collection[str]) -> None:
        """Of sources such as "lake.events", duplicates and personal columns too."""
        from studium.lake import checksums

        paths = [path for path in self._paths(sources) if path not in self._read]
        if paths:
            checksums(self._workspace, paths)
        self._read.update(paths)

    def _paths(self, sources: Collection[str]) -> Iterator[Path]:
        if EVENTS in sources:
            for day in self._contents.partitions:
                yield from day.paths
                if day.duplicates:
                    yield day.duplicates
        for dump in self._contents.dumps:
            if f"lake.{dump.dataset}" in sources:
                yield dump.path
                if dump.personal:
                    yield dump.personal


def _sources_read(graph: Graph, keys: Collection[str]) -> set[str]:
    """The sources among the keys, and those behind views: a table has its rows."""
    seen: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        model = graph.models.get(key)
        if model is not None and model.kind == "view":
            waiting += model.reads
    return {source for key in seen - graph.models.keys() if (source := source_of(key))}
