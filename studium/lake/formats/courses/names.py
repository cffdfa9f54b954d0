"""What a file of an edX data package is, told by its name and the folders it lies in.

Enters: a path, also one inside an archive. Leaves: `Named`: format, table, the course as the name spells it, and the
day of the dump; None where the name says nothing.
"""

import re
from dataclasses import dataclass
from datetime import date

from studium.lake.datasets import CATALOGUE_DATASETS, DATASETS
from studium.lake.formats.courses.datasets.tables import TABLES

COMPRESSED = re.compile(r"\.(gz|bz2|zst)$")
ARCHIVE = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz|zst))$", re.IGNORECASE)
ENCRYPTED = re.compile(r"\.(gpg|pgp|asc)$", re.IGNORECASE)
DATED = re.compile(r"(?:^|[-_.!])(\d{4}-\d{2}-\d{2})(?=$|[-_.!])")
SITE = r"(?:prod|edge|stage|edx|analytics|replica)"
# Tables by the names that a renamed package gives them.
RENAMED = {
    "users": "auth_user",
    "profiles": "auth_userprofile",
    "enrollment": "student_courseenrollment",
    "certificates": "certificates_generatedcertificate",
    "user_id_map": "user_id_map",
    "studentmodule": "courseware_studentmodule",
    "rolecourse": "student_courseaccessrole",
    "roleforum": "django_comment_client_role_users",
    "course_listings": "course_listings",
    "course_staff": "course_staff",
    "course_metainfo_overrides": "course_metainfo_overrides",
}
# The person-course that HarvardX and MITx published: HMXPC13_DI_v2_5-14-14.csv, HXPC13_DI_v3_11-13-2019.csv.
PUBLISHED = re.compile(
    r"^(?:HM?XPC\d\d_DI(?:_.*)?|person_course_published(?:-.*)?)$", re.IGNORECASE
)
KNOWN_TABLE = re.compile(
    rf"^(?:(?P<course>.+?)-)?(?P<table>{'|'.join(dataset.name for dataset in TABLES)})(?:-.*)?$"
)
ANY_TABLE = re.compile(rf"^(?P<course>.+?)-(?P<table>[a-z][a-z0-9_]*)(?:-{SITE})+$")
FORUM_TABLE = re.compile(
    r"^(?:(?P<course>.+?)-)?(?P<table>forum_commentthread|forum_comment)(?:-.*)?$"
)
BARE_TABLE = re.compile(r"^[a-z][a-z0-9_]*$")
OTHERS = {
    "olx": re.compile(
        rf"^(?:(?P<course>.+?)-)?course(?:-{SITE})*\.xml\.(?:tar\.(?:gz|bz2|xz)|tgz)$"
    ),
    "course_structure": re.compile(
        rf"^(?:(?P<course>.+?)-)?course_(?:structure|blocks)(?:-{SITE})*\.json$"
    ),
    "forum": re.compile(r"^(?:(?P<course>.+)-(?:prod|edge)|forum|(?:prod|edge))\.mongo$"),
    "grade_report": re.compile(r"^(?:(?P<course>.+)[-_])?grade_report(?:_.*)?\.csv$"),
}
# Answers of the Course Discovery API and of the platform's list of courses, under the names of their resources.
CATALOGUE_JSON = re.compile(
    r"^(?:[a-z]+[-_])?(?P<resource>courses|course_runs|programs|catalog|course_list)"
    r"(?:[-_]\d{4}-\d{2}-\d{2})?\.jsonl?$"
)
STUDIO_EXPORT = re.compile(r"^course(?:\.[A-Za-z0-9_-]+)?\.(?:tar\.gz|tgz)$")


@dataclass(frozen=True)
class Named:
    """What a name says; `dataset` is None where a file gives several, `dump_date` where no folder has a day.

    `course_text` is `Org-Num-Run` or `Org__Num__Run`.
    """

    format: str
    dataset: str | None
    course_text: str | None
    dump_date: date | None


def read_name(path: str, courses: tuple[str, ...] = ()) -> Named | None:
    """Read a path with `/`; `!/` stands between an archive and its entry. `courses` are known, as `Org-Num-Run`.

    >>> read_name("mitx-2014-05-11/MITx-8.01x-2013_SOND-auth_user-prod-analytics.sql").dataset
    'auth_user'
    """
    folders, name = _folders_and_name(path)
    found = _other_format(name) or _table(name, folders, courses)
    if found is None:
        return None
    kind, dataset, course = found
    if kind == "catalogue" or dataset in CATALOGUE_DATASETS:
        return Named(kind, dataset, None, dump_date_of(path))
    return Named(kind, dataset, course or _course_of_folders(folders), dump_date_of(path))


def dump_date_of(path: str) -> date | None:
    """The day in the name of the nearest folder or archive; the file's own name comes first."""
    folders, name = _folders_and_name(path)
    for part in [name, *reversed(folders)]:
        for text in reversed(DATED.findall(part)):
            try:
                return date.fromisoformat(text)
            except ValueError:
                continue
    return None


def is_encrypted(path: str) -> bool:
    """Whether the name is that of a file that must be decrypted first."""
    return ENCRYPTED.search(path) is not None


def may_be_archive(path: str) -> bool:
    """Whether the name is that of a tar or zip which is no course content."""
    return ARCHIVE.search(path) is not None and read_name(path) is None


def _folders_and_name(path: str) -> tuple[list[str], str]:
    *folders, name = path.replace("!/", "/").split("/")
    return folders, name


def _other_format(name: str) -> tuple[str, str | None, str | None] | None:
    plain = COMPRESSED.sub("", name)
    for kind, pattern in OTHERS.items():
        match = pattern.match(name) or pattern.match(plain)
        if match:
            dataset = "instructor_grade_report" if kind == "grade_report" else None
            return kind, dataset, match.groupdict().get("course")
    catalogue = CATALOGUE_JSON.match(plain)
    if catalogue:
        return "catalogue", catalogue["resource"], None
    return ("olx", None, None) if STUDIO_EXPORT.match(name) else None


def _table(
    name: str, folders: list[str], courses: tuple[str, ...]
) -> tuple[str, str | None, str | None] | None:
    plain = COMPRESSED.sub("", name)
    stem, dot, suffix = plain.rpartition(".")
    if not dot or suffix.lower() not in {"sql", "csv", "tsv"}:
        return None
    if stem in RENAMED:
        return "dump", RENAMED[stem], None
    undated = DATED.sub("", stem)
    if undated in CATALOGUE_DATASETS:
        return "dump", undated, None
    if PUBLISHED.match(stem):
        return "dump", "person_course_published", None
    forum = FORUM_TABLE.match(stem)
    if forum:
        return "forum", forum["table"], forum["course"]
    match = KNOWN_TABLE.match(stem) or _of_known_course(stem, courses) or ANY_TABLE.match(stem)
    if match:
        return "dump", match["table"], match["course"]
    is_of_package = suffix == "sql" or (bool(folders) and DATED.search(folders[-1]) is not None)
    if BARE_TABLE.match(stem) and is_of_package and stem not in DATASETS:
        return "dump", stem, None
    return ("sql_dump", None, None) if suffix == "sql" else None


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
