"""The house rules of docs/architecture.md and CONTRIBUTING.md, held by reading the code.

Enters: every tracked file. A limit is changed here, in the open and with a reason, never dodged.
"""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = [
    "sources",
    "lake",
    "warehouse",
    "analyses",
    "publish",
    "serve",
]  # in the order data flows; later rooms at the end
ALONE = {"simulate"}
EVERYBODY = {"config", "errors", "processes", "progress", "vocabulary"}
OPEN_EVERY_DOOR = {"cli", "pipeline", "__main__"}
FOUNDATION = {
    "backups",
    "lock",
    "permissions",
}  # knows `config` and `errors` only; cli and pipeline use it

MOST_LINES = 400
MOST_FUNCTION_LINES = 40
MOST_PARAMETERS = 5  # without self, cls, click's options and the columns of a table of cases
MOST_NESTING = 3
MOST_ROOT_ENTRIES = (
    13  # CITATION.cff and SECURITY.md are looked for here by the sites that show a repository
)
MOST_FILES_IN_FOLDER = 12  # about nine is the aim; twelve still fits on one screen of a listing
MOST_SQL_LINES = 100
MOST_CTES = 7
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "tools"}

# Longer than the limit for a reason: name -> why. Remove an entry when the reason is gone.
EXCEPTIONS: dict[str, str] = {}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files that git tracks or would add; what it ignores is nobody's business."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in answer.stdout.split("\0") if name]
    return tuple(ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file())


def python_files(folder: str = "") -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".py" and is_below(path, folder)]


def is_below(path: Path, folder: str) -> bool:
    return not folder or path.is_relative_to(ROOT / folder)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "studium").parts
    return parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import of Studium, also inside functions."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "studium":
            yield from ((node.lineno, f"studium.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def test_every_room_has_a_front_door() -> None:
    for room in [*ROOMS, *ALONE, "cli", "config", "vocabulary"]:
        door = ROOT / "studium" / room / "__init__.py"
        assert door.is_file(), f"{room} has no front door"
        assert "__all__" in door.read_text(encoding="utf-8"), f"{room} does not say what is public"


def test_no_room_is_unknown() -> None:
    known = {*ROOMS, *ALONE, *EVERYBODY, *OPEN_EVERY_DOOR, *FOUNDATION, "__init__", "__main__"}
    found = {room_of(path) for path in python_files("studium")}
    assert found <= known, "name the new room in ROOMS, where it stands in the flow"


def test_imports_go_one_way_and_through_front_doors() -> None:
    problems = []
    for path in python_files("studium"):
        for line, name in imports_of(path):
            if name.startswith("studium") and (problem := refuse(room_of(path), name)):
                problems.append(f"{relative(path)}:{line} imports {name}: {problem}")
    assert not problems, "\n".join(problems)


def test_files_of_a_room_do_not_import_in_a_circle() -> None:
    rooms = sorted({*ROOMS, *ALONE, "cli", "config", "vocabulary"})
    problems = {room: found for room in rooms if (found := circle_of(room))}
    assert not problems, "these import each other, or stand above those that do"


def circle_of(room: str) -> list[str]:
    """Files of a room that cannot be put in an order of imports."""
    names = {module_of(path): path for path in python_files(f"studium/{room}")}
    waiting = {name: set(from_room(path, names)) - {name} for name, path in names.items()}
    while free := [name for name, imported in waiting.items() if not imported & set(waiting)]:
        for name in free:
            del waiting[name]
    return sorted(waiting)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def from_room(path: Path, names: dict[str, Path]) -> Iterator[str]:
    """Modules among `names` that a file imports; `from a import b` is b where that is a file."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield from (
                    name for name in [whole if whole in names else node.module] if name in names
                )
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)


def refuse(room: str, name: str) -> str:
    """Why `room` may not import `name`; empty when it may."""
    parts = name.split(".")
    if len(parts) == 1 or parts[1] == "__version__" or parts[1] == room:
        return ""
    target = parts[1]
    if len(parts) > 2:
        return f"enter by the front door, studium.{target}"
    if target in EVERYBODY or room in OPEN_EVERY_DOOR:
        return ""
    if room in ROOMS and target in ROOMS and ROOMS.index(target) < ROOMS.index(room):
        return ""
    return f"{room} may not know {target}"


def test_imports_are_absolute() -> None:
    relative_imports = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files("studium")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative_imports


def test_python_files_keep_their_size() -> None:
    lines = {relative(path): path.read_text("utf-8").count("\n") for path in python_files()}
    long = {name: count for name, count in lines.items() if count > MOST_LINES}
    assert not long, "split them by what they are about"


def test_python_files_open_with_what_enters_and_leaves() -> None:
    bad = []
    for path in python_files():
        module = parse(path)
        opening = (ast.get_docstring(module) or "").splitlines()
        if module.body and not 1 <= len(opening) <= 6:
            bad.append(relative(path))
    assert not bad, "say in one to six lines what enters, what leaves, why it exists"


def test_functions_keep_their_size() -> None:
    problems = []
    for path, node in functions():
        where = f"{relative(path)}::{node.name}"
        if where in EXCEPTIONS:
            continue
        if length_of(node) > MOST_FUNCTION_LINES:
            problems.append(f"{where} has {length_of(node)} lines")
        if len(parameters_of(node)) > MOST_PARAMETERS:
            problems.append(f"{where} has {len(parameters_of(node))} parameters")
        if nesting_of(node.body) > MOST_NESTING:
            problems.append(f"{where} is nested {nesting_of(node.body)} deep")
    assert not problems, "\n".join(problems)


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in python_files():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring: an explanation is not complexity."""
    first = node.body[0]
    last_line = node.end_lineno or node.lineno
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return last_line - (first.end_lineno or first.lineno)
    return last_line - first.lineno + 1


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [
        argument.arg
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.arg not in {"self", "cls"}
    ]
    decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
    is_given = "click." in decorators or "parametrize" in decorators
    return names[:MOST_PARAMETERS] if is_given else names


def nesting_of(body: list[ast.stmt]) -> int:
    """How deep blocks stand in each other; an `elif` is no deeper than its `if`."""
    deepest = 0
    for statement in body:
        inner = 0
        if isinstance(statement, ast.If):
            is_chain = len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If)
            below = nesting_of(statement.orelse) - is_chain
            inner = 1 + max(nesting_of(statement.body), below)
        elif isinstance(statement, ast.For | ast.While | ast.With | ast.AsyncFor | ast.AsyncWith):
            inner = 1 + nesting_of(statement.body)
        elif isinstance(statement, ast.Try):
            handlers = [nesting_of(handler.body) for handler in statement.handlers]
            inner = 1 + max([nesting_of(statement.body), *handlers])
        elif isinstance(statement, ast.Match):
            inner = 1 + max(nesting_of(case.body) for case in statement.cases)
        deepest = max(deepest, inner)
    return deepest


def test_no_file_is_named_for_nothing() -> None:
    bad = [relative(path) for path in python_files() if path.stem in BANNED_NAMES]
    assert not bad, "name it for what it holds"


def test_root_has_few_entries() -> None:
    visible = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    shown = sorted(name for name in visible if not name.startswith("."))
    assert len(shown) <= MOST_ROOT_ENTRIES, shown


def test_folders_have_few_files() -> None:
    counts: dict[Path, int] = {}
    for path in tracked_files():
        if path.suffix == ".py" and path.name != "__init__.py":
            counts[path.parent] = counts.get(path.parent, 0) + 1
    crowded = {relative(folder): n for folder, n in counts.items() if n > MOST_FILES_IN_FOLDER}
    assert not crowded


def test_a_page_holds_no_sql() -> None:
    """A page draws answers: the statements of a noun stand in its answers.py, for page and API alike."""
    pattern = re.compile(r"\bselect\b.+\bfrom\b", re.IGNORECASE | re.DOTALL)
    pages = [path for path in python_files("studium/serve") if path.name == "page.py"]
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in pages
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and pattern.search(node.value)
    ]
    assert len(pages) > 20
    assert not found, "\n".join(found)


def test_no_todo_and_no_debugging_is_left() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|breakpoint\(\)|pdb\.set_trace)\b")
    found = [
        f"{relative(path)}:{number}"
        for path in python_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


def test_no_path_of_a_machine_and_no_registry_is_written_down() -> None:
    """Locks hold hashes, no addresses; paths are found, not written."""
    hosts = ["pypi" + ".org", "files." + "pythonhosted", "registry." + "npmjs", "deb." + "debian"]
    machines = ["/work/" + "main", "/work/" + "shared", "/ro" + "ot/", "/ho" + "me/"]
    problems = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        problems += [f"{relative(path)}: {word}" for word in [*hosts, *machines] if word in text]
    assert not problems, "\n".join(problems)


def models() -> list[Path]:
    folder = ROOT / "studium" / "warehouse" / "models"
    return [
        path for path in tracked_files() if path.suffix == ".sql" and path.is_relative_to(folder)
    ]


def test_models_keep_their_size_and_have_their_description_beside_them() -> None:
    problems = []
    for path in models():
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > MOST_SQL_LINES:
            problems.append(f"{relative(path)} has {lines} lines")
        steps = re.findall(
            r"^\s*(?:with\s+)?\w+ as (?:not materialized |materialized )?\($", text, re.M
        )
        if len(steps) > MOST_CTES:
            problems.append(f"{relative(path)} has {len(steps)} CTEs")
        description = path.with_suffix(".yml")
        if not description.is_file():
            problems.append(f"{relative(description)} is missing")
        elif "One row per " not in description.read_text(encoding="utf-8"):
            problems.append(f"{relative(description)} does not say what a row is")
    assert not problems, "\n".join(problems)


def test_warehouse_has_models() -> None:
    assert len(models()) >= 10


def area_problems(folder: Path) -> list[str]:
    """Models of one name, and reads of another area that its area.toml does not declare or that are no marts."""
    found: dict[str, Path] = {}
    problems = []
    for path in sorted(folder.rglob("*.sql")):
        if path.stem in found:
            problems.append(f"{path.stem} is the name of two models")
        found[path.stem] = path.relative_to(folder)
    for path in found.values():
        declaration = folder / path.parts[0] / "area.toml"
        text = declaration.read_text(encoding="utf-8") if declaration.is_file() else ""
        declared = tomllib.loads(text).get("reads", [])
        names = re.findall(
            r"""ref\(\s*['"](\w+)['"]""", (folder / path).read_text(encoding="utf-8")
        )
        for read in (found[name] for name in names if name in found):
            if read.parts[0] == path.parts[0]:
                continue
            if read.parts[0] not in declared:
                problems.append(f"{path} reads {read}: declare it in {path.parts[0]}/area.toml")
            elif read.parts[1] != "marts":
                problems.append(f"{path} reads {read}, which is no mart")
    return problems


def test_areas_read_each_others_marts_where_they_declare_it_and_names_are_unique() -> None:
    assert area_problems(ROOT / "studium" / "warehouse" / "models") == []


def test_undeclared_reads_and_names_that_stand_twice_are_found(tmp_path: Path) -> None:
    for name, sql in {
        "gardens/marts/beds": "select 1",
        "gardens/staging/stg_beds": "select 1",
        "markets/marts/stalls": "from {{ ref('beds') }}",
        "kitchens/marts/beds": "select 1",
        "kitchens/marts/meals": "from {{ ref( 'stg_beds' ) }} join {{ ref('stalls') }}",
    }.items():
        path = tmp_path / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql)
    (tmp_path / "kitchens" / "area.toml").write_text("reads = ['gardens', 'markets']")

    assert area_problems(tmp_path) == [
        "beds is the name of two models",
        "kitchens/marts/meals.sql reads gardens/staging/stg_beds.sql, which is no mart",
        "markets/marts/stalls.sql reads kitchens/marts/beds.sql: declare it in markets/area.toml",
    ]
