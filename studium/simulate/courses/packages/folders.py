"""The folders of packages: one per course, dated, with the files as edX names them.

Enters: the spools of all shards. Leaves: `ORG-NUMBER-RUN-YYYY-MM-DD/ORG-NUMBER-RUN-auth_user-…`;
files are written piece by piece.
"""

from dataclasses import dataclass
from pathlib import Path

from studium.simulate.courses.campus import build_university
from studium.simulate.courses.packages.content import course_archive, course_structure, parts_of
from studium.simulate.courses.packages.forum import FORUM, earlier_threads
from studium.simulate.courses.packages.memberships import has_package
from studium.simulate.courses.packages.spool import Spool
from studium.simulate.courses.packages.tables import HEADERS
from studium.simulate.courses.plan import Plan


@dataclass(frozen=True)
class PackageTask:
    """The package of one course: its number, its folder, and where its rows are."""

    plan: Plan
    number: int
    folder: Path
    spools: tuple[Spool, ...]


def package_tasks(plan: Plan, spools: list[Spool], folder: Path, day: str) -> list[PackageTask]:
    """One task per course that has a package; `day` is that of the dump, as YYYY-MM-DD."""
    return [
        PackageTask(plan, number, folder / f"{'-'.join(parts_of(course))}-{day}", tuple(spools))
        for number, course in enumerate(build_university(plan))
        if has_package(plan, number)
    ]


def write_package(task: PackageTask) -> int:
    """Write one package; the number of its files."""
    course = build_university(task.plan)[task.number]
    task.folder.mkdir(parents=True)
    stem = "-".join(parts_of(course))
    for table, columns in HEADERS.items():
        path = task.folder / f"{stem}-{table}-prod-analytics.sql"
        with path.open("wb") as file:
            file.write("\t".join(columns).encode() + b"\n")
            for spool in task.spools:
                file.writelines(spool.pieces((task.number, table)))
    with (task.folder / f"{stem}-prod.mongo").open("wb") as file:
        file.writelines(earlier_threads(task.plan, course))
        for spool in task.spools:
            file.writelines(spool.pieces((task.number, FORUM)))
    archive = course_archive(task.plan, course, task.number)
    (task.folder / f"{stem}-course-prod-analytics.xml.tar.gz").write_bytes(archive)
    structure = course_structure(task.plan, course, task.number)
    (task.folder / f"{stem}-course_structure-prod-analytics.json").write_bytes(structure)
    return len(HEADERS) + 3
