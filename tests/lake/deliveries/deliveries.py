"""Hand-made data packages: the tables of a course for a week, as files, folders and archives.

Enters: courses, days, rows. Leaves: files with the names that the platform gives them.
"""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

COURSE = "course-v1:MITx+6.002x+2T2017"
DASHED = "MITx-6.002x-2T2017"
MODULE = (
    *("id", "module_type", "module_id", "student_id", "state", "grade", "created", "modified"),
    *("max_grade", "done", "course_id"),
)


def lines(*records: tuple[object, ...]) -> bytes:
    """Records between tabs, each with its newline."""
    return "".join("\t".join(map(str, record)) + "\n" for record in records).encode()


def users(*ids: int) -> bytes:
    """auth_user with these ids."""
    header = ("id", "username", "first_name", "last_name", "email", "password", "is_staff")
    more = ("is_active", "is_superuser", "last_login", "date_joined")
    times = ("2017-08-01 10:00:00", "2017-07-01 10:00:00")
    records = [
        (number, f"user{number}", "A", "B", f"u{number}@x.org", "pbkdf2$", 0, 1, 0, *times)
        for number in ids
    ]
    return lines((*header, *more), *records)


def enrollments(*ids: int, course: str = COURSE) -> bytes:
    """student_courseenrollment with these users."""
    records = [(number, number, course, "2017-08-01 10:00:00", 1, "honor") for number in ids]
    return lines(("id", "user_id", "course_id", "created", "is_active", "mode"), *records)


def modules(*ids: int, course: str = COURSE) -> bytes:
    """courseware_studentmodule with one answered problem per user."""
    state = (
        '{"attempts": 1, "student_answers": {"p_2_1": "a"},'
        ' "correct_map": {"p_2_1": {"correctness": "correct"}}}'
    )
    time = "2017-08-02 10:00:00"
    key = "block-v1:MITx+6.002x+2T2017+type@problem+block@p"
    records = [
        (number, "problem", key, number, state, 1, time, time, 1, "na", course) for number in ids
    ]
    return lines(MODULE, *records)


def package(*ids: int, dashed: str = DASHED, course: str = COURSE) -> dict[str, bytes]:
    """The files of a course for one week, by name."""
    return {
        f"{dashed}-auth_user-prod-analytics.sql": users(*ids),
        f"{dashed}-student_courseenrollment-prod-analytics.sql": enrollments(*ids, course=course),
        f"{dashed}-courseware_studentmodule-prod-analytics.sql": modules(*ids, course=course),
        f"{dashed}-wiki_article-prod-analytics.sql": b"id\tslug\n1\thome\n",
    }


def write_folder(folder: Path, files: dict[str, bytes], compress: bool = False) -> Path:
    """Files in a folder; the same bytes have the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / (f"{name}.gz" if compress else name)
        path.write_bytes(gzip.compress(content, mtime=0) if compress else content)
        os.utime(path, (1_500_000_000, 1_500_000_000))
    return folder


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    """Files in a zip of the year 2017."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2017, 9, 5, 1, 2, 4)), content)
    return path


def write_tar(path: Path, files: dict[str, bytes]) -> Path:
    """Files in a tar.gz of the year 2017."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), 1_504_573_324
            archive.addfile(entry, io.BytesIO(content))
    return path
