"""What dbt would compile, without dbt: the SQL of a node of its manifest, in a thousandth of the time.

Enters: the parsed project as plain data, the variables of a build. Leaves: the same text as `dbt compile`
gives, which a test compares for every node; dbt itself goes on working on the same files.
"""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from studium.errors import StudiumError

_ENGINE = "duckdb"
_TEST = re.compile(r"{%(-?)\s*(end)?test\b")


class _ReturnedError(Exception):
    """How `{{ return(value) }}` leaves a macro."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class Renderer:
    """The nodes of one manifest as SQL; its macros are compiled when they are first called.

    `answer` is asked where a macro looks into the database: which scopes are touched.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        from jinja2 import Environment, StrictUndefined

        self._nodes: Mapping[str, Any] = manifest["nodes"]
        self._sources: Mapping[str, Any] = manifest["sources"]
        self._models = {
            node["name"]: node for node in self._nodes.values() if node["resource_type"] == "model"
        }
        self._variables: Mapping[str, Any] = {}
        self.answer: Callable[[str], Sequence[Sequence[object]]] = lambda _: []
        self._environment = Environment(  # noqa: S701  SQL, not HTML
            extensions=["jinja2.ext.do"], undefined=StrictUndefined
        )
        self._environment.globals.update(self._context())
        for macro in manifest["macros"].values():
            if macro["package_name"] == "studium":
                self._environment.globals[macro["name"]] = self._macro(macro)
        self._templates: dict[str, Any] = {}

    def sql(self, key: str, variables: Mapping[str, Any]) -> str:
        """The SQL of the node `key`, of the values that `variables` has now."""
        node = self._nodes[key]
        self._variables = variables
        if key not in self._templates:
            self._templates[key] = self._environment.from_string(node["raw_code"])
        kwargs = (node.get("test_metadata") or {}).get("kwargs", {})
        given = {"_dbt_generic_test_kwargs": {name: self._value(it) for name, it in kwargs.items()}}
        text: str = self._templates[key].render(this=node.get("relation_name"), **given)
        return text.strip()

    def call(self, macro: str, variables: Mapping[str, Any], *arguments: object) -> Any:
        """What a macro gives for these arguments: a condition, a statement, a list."""
        self._variables = variables
        known: Mapping[str, Any] = self._environment.globals
        given = known[macro](*arguments)
        return given.strip() if isinstance(given, str) else given

    def _context(self) -> dict[str, object]:
        return {
            "config": lambda *_, **__: "",
            "ref": lambda name: self._models[name]["relation_name"],
            "source": lambda schema, name: self._source(schema, name),
            "var": self._variable,
            "return": _return,
            "get_where_subquery": lambda relation: relation,
            "adapter": SimpleNamespace(dispatch=self._dispatch),
            "execute": True,
            "run_query": lambda sql: self.answer(sql),
            "modules": SimpleNamespace(datetime=datetime),
        }

    def _source(self, schema: str, name: str) -> str:
        relation: str = self._sources[f"source.studium.{schema}.{name}"]["relation_name"]
        return relation

    def _variable(self, name: str) -> object:
        if name not in self._variables:
            raise StudiumError(
                f"A model asks for the variable {name}, which no build sets",
                "dbt_project.yml",
                "Name it in dbt_project.yml under `vars`",
            )
        return self._variables[name]

    def _dispatch(self, name: str) -> object:
        known = self._environment.globals
        return known.get(f"{_ENGINE}__{name}") or known[f"default__{name}"]

    def _macro(self, macro: Mapping[str, Any]) -> Callable[..., object]:
        compiled: list[Callable[..., object]] = []

        def call(*args: object, **kwargs: object) -> object:
            if not compiled:
                text = _TEST.sub(_as_macro, macro["macro_sql"])
                compiled.append(getattr(self._environment.from_string(text).module, _name(macro)))
            try:
                return compiled[0](*args, **kwargs)
            except _ReturnedError as returned:
                return returned.value

        return call

    def _value(self, given: object) -> object:
        """An argument of a promise: what stands in braces is the name of a model."""
        if isinstance(given, str) and "{{" in given:
            return self._environment.from_string(given).render()
        return given


def _return(value: object) -> None:
    raise _ReturnedError(value)


def _name(macro: Mapping[str, Any]) -> str:
    return str(macro["name"]).removeprefix("test_")


def _as_macro(found: re.Match[str]) -> str:
    return f"{{%{found[1]} {found[2] or ''}macro"
