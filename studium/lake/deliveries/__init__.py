"""Data packages of edX: files that are told by their names, one by one or in archives, and which of them is current.

Enters: raw files. Leaves: `Delivery`s for the ledger, and the files of each table and course that count now.
"""

from studium.lake.deliveries.current import (
    DumpPartition,
    Package,
    course_fingerprints,
    dump_partitions,
    packages,
)
from studium.lake.deliveries.recognition import (
    Candidate,
    Delivery,
    candidate_of,
    deliveries_of,
    is_table,
    known_courses,
    record_delivery,
)
from studium.lake.deliveries.unpacking import BETWEEN, ENCRYPTED, unpack
from studium.lake.formats.courses.names import is_encrypted, may_be_archive

__all__ = [
    "BETWEEN",
    "ENCRYPTED",
    "Candidate",
    "Delivery",
    "DumpPartition",
    "Package",
    "candidate_of",
    "course_fingerprints",
    "deliveries_of",
    "dump_partitions",
    "is_encrypted",
    "is_table",
    "known_courses",
    "may_be_archive",
    "packages",
    "record_delivery",
    "unpack",
]
