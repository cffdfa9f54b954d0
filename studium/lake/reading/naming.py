"""What paths say whatever the subject: folders, compression, archives, and the day that a folder names.

Enters: a path, also one inside an archive. Leaves: its parts.
"""

import re
from datetime import date

BETWEEN = "!/"  # stands between an archive and its entry
COMPRESSED = re.compile(r"(?:\.(?:gz|bz2|zst|xz))+$")
ARCHIVE = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz|zst))$", re.IGNORECASE)
ENCRYPTED = re.compile(r"\.(gpg|pgp|asc)$", re.IGNORECASE)
DATED = re.compile(r"(?:^|[-_.!])(\d{4}-\d{2}-\d{2})(?=$|[-_.!])")


def folders_and_name(path: str) -> tuple[list[str], str]:
    """The folders of a path, an archive among them, and the name of the file."""
    *folders, name = path.replace(BETWEEN, "/").split("/")
    return folders, name


def dump_date_of(path: str) -> date | None:
    """The day in the name of the nearest folder or archive; the file's own name comes first."""
    folders, name = folders_and_name(path)
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
