"""What a file of an edX data package is, told by its name and the folders it lies in.

Enters: a path, also one inside an archive. Leaves: `Named`: format, table, the course as the name spells it, and the
day of the dump; None where the name says nothing.
"""

import re
from dataclasses import dataclass
from datetime import date

from studium.lake.formats.courses import catalogue, course_structure, forum, grade_report, olx
from studium.lake.formats.courses.datasets.catalogue import CATALOGUE
from studium.lake.formats.courses.datasets.content import FORUM, OLX, STRUCTURE
from studium.lake.formats.courses.datasets.lists import LISTS
from studium.lake.formats.courses.datasets.tables import TABLES
from studium.lake.formats.courses.sites import SITE
from studium.lake.reading.naming import COMPRESSED, DATED, dump_date_of, folders_and_name

_TABLES = "|".join(dataset.name for dataset in TABLES)
KNOWN_TABLE = re.compile(rf"^(?:(?P<course>.+?)-)?(?P<table>{_TABLES})(?:-.*)?$")
ANY_TABLE = re.compile(rf"^(?P<course>.+?)-(?P<table>[a-z][a-z0-9_]*)(?:-{SITE})+$")
BARE_TABLE = re.compile(r"^[a-z][a-z0-9_]*$")
OF_QUERY = "_query"  # after a table's name, where it was fetched by hand
DELIMITED = {"sql", "csv", "tsv"}
# What the platform's own exports are called, besides tables.
OTHERS = (
    *(olx.FORMAT, course_structure.FORMAT, forum.FORMAT, grade_report.FORMAT),
    catalogue.FORMAT,
)
DECLARED = (*TABLES, *LISTS, *CATALOGUE)
NAMED = {dataset.name for dataset in (*DECLARED, *OLX, *STRUCTURE, *FORUM)}
OF_SITE = {dataset.name for dataset in DECLARED if dataset.scope == "site"}


@dataclass(frozen=True)
class Named:
    """What a name says; `dataset` is None where a file gives several, `dump_date` where no folder has a day.

    `course_text` is `Org-Num-Run` or `Org__Num__Run`. A `bare` name is any word: it may be no table of the platform,
    and a folder around it no course.
    """

    format: str
    dataset: str | None
    course_text: str | None
    dump_date: date | None
    is_bare: bool = False


def read_name(path: str, courses: tuple[str, ...] = ()) -> Named | None:
    """Read a path with `/`; `!/` stands between an archive and its entry. `courses` are known, as `Org-Num-Run`.

    >>> read_name("mitx-2014-05-11/MITx-8.01x-2013_SOND-auth_user-prod-analytics.sql").dataset
    'auth_user'
    """
    folders, name = folders_and_name(path)
    day = dump_date_of(path)
    found = _other_format(name) or _table(name, courses)
    if found is not None:
        kind, dataset, course = found
        if kind == "catalogue" or dataset in OF_SITE:
            return Named(kind, dataset, None, day)
        return Named(kind, dataset, course or _course_of_folders(folders), day)
    stem, suffix = _stem_and_suffix(name)
    is_dated = bool(folders) and DATED.search(folders[-1]) is not None
    if suffix not in DELIMITED:
        return None
    if BARE_TABLE.match(stem) and (suffix == "sql" or is_dated) and stem not in NAMED:
        return Named("dump", stem, _course_of_folders(folders), day, is_bare=True)
    if suffix == "sql":
        return Named("sql_dump", None, _course_of_folders(folders), day)
    return None


def _stem_and_suffix(name: str) -> tuple[str, str]:
    stem, _, suffix = COMPRESSED.sub("", name).rpartition(".")
    return stem, suffix.lower() if stem else ""


def _other_format(name: str) -> tuple[str, str | None, str | None] | None:
    """(format, table, course) of an export that is no table of the database."""
    plain = COMPRESSED.sub("", name)
    for one in OTHERS:
        for pattern in one.names:
            match = re.fullmatch(pattern, name) or re.fullmatch(pattern, plain)
            if match:
                groups = match.groupdict()
                only = one.datasets[0].name if one.name == grade_report.FORMAT.name else None
                return one.name, groups.get("dataset") or only, groups.get("course")
    return None


def _table(name: str, courses: tuple[str, ...]) -> tuple[str, str | None, str | None] | None:
    """The same of a table that is called as one of the platform's, or as one that is declared."""
    stem, suffix = _stem_and_suffix(name)
    if suffix not in DELIMITED:
        return None
    asked = stem.removesuffix(OF_QUERY)
    for dataset in DECLARED:
        for pattern in (*dataset.names, dataset.name) if asked != stem else dataset.names:
            match = re.fullmatch(pattern, asked)
            if match:
                return "dump", dataset.name, match.groupdict().get("course")
    undated = DATED.sub("", stem)
    if undated in OF_SITE:
        return "dump", undated, None
    match = KNOWN_TABLE.match(stem) or _of_known_course(stem, courses) or ANY_TABLE.match(stem)
    return ("dump", match["table"], match["course"]) if match else None


def _of_known_course(stem: str, courses: tuple[str, ...]) -> re.Match[str] | None:
    """A table after the longest name of a known course; what follows its first dash is dropped."""
    for course in sorted(courses, key=len, reverse=True):
        match = re.match(
            rf"^(?P<course>{re.escape(course)})-(?P<table>[a-z][a-z0-9_]*)(?:-.*)?$", stem
        )
        if match:
            return match
    return None


def _course_of_folders(folders: list[str]) -> str | None:
    """The folder around the file, or around its dated one: `Org__Num__Run`, or `Org-Num-Run` around a dated one."""
    is_around_dated = False
    for folder in reversed(folders):
        if DATED.search(folder) or folder.startswith("from_"):
            is_around_dated = True
            continue
        is_course = folder.count("__") == 2 or (is_around_dated and folder.count("-") >= 2)
        return folder if is_course else None
    return None
