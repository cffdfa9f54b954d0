"""Packages and logs for a number of registrants, and the next week's package of one course.

Enters: a folder, a number. Leaves: files in it, kept and used again.
"""

import shutil
from pathlib import Path

import duckdb

from benchmarks.packages.dumps import write_dumps
from benchmarks.packages.learners import COURSES, draw_learners
from benchmarks.packages.logs import write_logs

WEEK = "packages-2024-09-01"
NEXT_WEEK = "packages-2024-09-08"
WEEKLY_COURSE = 10
SEED = 1


def invent(folder: Path, registrants: int) -> tuple[list[Path], list[Path]]:
    """All files of the first week with the logs, and those of one course a week later."""
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _write(unfinished, registrants)
        unfinished.rename(folder)
    first = sorted(folder.glob(f"{WEEK}/*")) + sorted(folder.glob("logs/*"))
    return first, sorted(folder.glob(f"{NEXT_WEEK}/*"))


def _write(folder: Path, registrants: int) -> None:
    database = folder / "learners.duckdb"
    with duckdb.connect(str(database), config={"memory_limit": "4GB"}) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute("set enable_progress_bar = false")
        draw_learners(connection, registrants, SEED)
        write_dumps(connection, folder / WEEK, range(COURSES))
        write_logs(connection, folder / "logs")
        connection.execute("update visits set attempts = attempts + 1 where is_right")
        write_dumps(connection, folder / NEXT_WEEK, [WEEKLY_COURSE])
    database.unlink()
