"""Folders that many tests begin with: made once for all test processes, and kept until something changes.

Enters: a function that fills a folder. Leaves: the folder to read, or a copy to change. It is named by the product's
code, the test world, the engines and the function's own file: all that its contents follow from.
"""

import fcntl
import hashlib
import inspect
import os
import shutil
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".pytest_cache" / "kept"
COMMANDS = ROOT / "tests" / "reliability" / "processes.py"  # says which tables commands build
WHOLE = ".whole"  # a file that says so
MOST = 24  # those of other versions of the code go, the longest unused first
Make = Callable[[Path], None]


def kept(make: Make) -> Path:
    """The folder that `make` fills; only to be read."""
    KEPT.mkdir(parents=True, exist_ok=True)
    folder = KEPT / f"{make.__name__}-{_state(make)}"
    with (KEPT / f"{make.__name__}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / WHOLE).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)  # in its place: views name files by their path
            (folder / WHOLE).touch()
            _forget_oldest()
        os.utime(folder)
    return folder


def copied(make: Make, target: Path) -> Path:
    """The same, to be changed. Never by links: DuckDB writes into its file."""
    shutil.copytree(kept(make), target, symlinks=True)
    (target / WHOLE).unlink()
    return target


@cache
def _state(make: Make) -> str:
    digest = hashlib.sha256(Path(inspect.getfile(make)).read_bytes() + COMMANDS.read_bytes())
    for package in ("dbt-core", "dbt-duckdb", "duckdb"):
        digest.update(version(package).encode())
    for folder in ("studium", "tests/world"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                name = str(path.relative_to(ROOT)).encode()
                digest.update(name + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _forget_oldest() -> None:
    folders = [folder for folder in KEPT.iterdir() if folder.is_dir()]
    folders.sort(key=lambda folder: folder.stat().st_mtime)
    for folder in folders[:-MOST]:
        shutil.rmtree(folder, ignore_errors=True)
