"""The models and promises of the parsed project: what each reads, and what says what it is.

Enters: dbt's manifest as plain data. Leaves: `Model`s in the order in which they can be built, and `Promise`s.
Their `definition` changes with their SQL, the macros they use, or their contract, and with nothing else.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from hashlib import blake2b
from typing import Any

from studium.warehouse.project.rendering import Renderer

_FORM = "1"  # of the statements that make tables: another one makes all of them anew
PARTIAL = ("by_date", "by_scope", "by_person")
_KEPT = ("date_column", "reach", "scope", "scope_column", "person", "keeps_people")


@dataclass(frozen=True)
class Model:
    """A table or view: `kind` is dbt's materialization, `reads` are keys of models and sources.

    `rows_from` are names of models without whose rows it has none, of all that it reads where it says none.
    """

    key: str
    name: str
    area: str
    schema: str
    kind: str
    columns: Mapping[str, str]
    reads: tuple[str, ...]
    config: Mapping[str, Any]
    definition: str

    @property
    def relation(self) -> str:
        """Where its table stands."""
        return f'{self.schema}."{self.name}"'

    @property
    def is_partial(self) -> bool:
        """Whether it keeps the rows that a build does not touch: by date, by scope, by person."""
        return self.kind in PARTIAL

    @property
    def scope_column(self) -> str:
        """Where a table by scope says of which one a row is."""
        return str(self.config.get("scope_column") or f"{self.config['scope']}_id")

    @property
    def meta(self) -> Mapping[str, Any]:
        """What its author wrote beside it for Studium."""
        return self.config.get("meta") or {}


@dataclass(frozen=True)
class Promise:
    """A data test: `model` is the name of the table that it is about, the last of those it `reads`."""

    key: str
    name: str
    area: str
    model: str
    reads: tuple[str, ...]
    definition: str


class Graph:
    """Everything that is built and asked, and how to make SQL of it."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._nodes: Mapping[str, Any] = manifest["nodes"]
        self._macros: Mapping[str, Any] = manifest["macros"]
        self.variables: Mapping[str, Any] = manifest["vars"]
        self.renderer = Renderer(manifest)
        of_models = {
            key: node["depends_on"]["nodes"]
            for key, node in sorted(self._nodes.items())  # dbt's order is that of reading
            if node["resource_type"] == "model"
        }
        order = TopologicalSorter(
            {key: sorted(it for it in reads if it in of_models) for key, reads in of_models.items()}
        ).static_order()
        self.models: dict[str, Model] = {key: self._model(key) for key in order}
        self.promises: list[Promise] = sorted(
            (
                self._promise(key)
                for key, node in self._nodes.items()
                if node["resource_type"] == "test"
            ),
            key=lambda promise: promise.name,
        )
        self.by_name: dict[str, Model] = {model.name: model for model in self.models.values()}

    def _model(self, key: str) -> Model:
        node = self._nodes[key]
        columns = {name: column["data_type"] for name, column in node["columns"].items()}
        config = node["config"]
        kept = {name: config.get(name) for name in _KEPT}
        kept |= {"follows_as_of": config.get("follows_as_of"), "kind": config["materialized"]}
        return Model(
            key=key,
            name=node["name"],
            area=node["fqn"][1],
            schema=node["schema"],
            kind=config["materialized"],
            columns=columns,
            reads=tuple(sorted(set(node["depends_on"]["nodes"]))),  # dbt's order is chance
            config=config,
            definition=self._definition(node, [node["schema"], columns, kept]),
        )

    def _promise(self, key: str) -> Promise:
        node = self._nodes[key]
        about = self._nodes[node["depends_on"]["nodes"][-1]]
        arguments = (node.get("test_metadata") or {}).get("kwargs", {})
        return Promise(
            key=key,
            name=node["name"],
            area=about["fqn"][1],
            model=about["name"],
            reads=tuple(dict.fromkeys(node["depends_on"]["nodes"])),
            definition=self._definition(node, [arguments]),
        )

    def _definition(self, node: Mapping[str, Any], more: list[Any]) -> str:
        used = self._used_macros(node["depends_on"]["macros"], set())
        texts = [self._macros[key]["macro_sql"] for key in sorted(used)]
        return fingerprint([_FORM, node["raw_code"], texts, more])

    def _used_macros(self, keys: Collection[str], seen: set[str]) -> set[str]:
        """Studium's own, and those that they use; dbt's belong to its version."""
        for key in keys:
            macro = self._macros.get(key)
            if macro and macro["package_name"] == "studium" and key not in seen:
                seen.add(key)
                self._used_macros(macro["depends_on"]["macros"], seen)
        return seen


def fingerprint(content: object) -> str:
    """Of anything that JSON can say."""
    text = json.dumps(content, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()
