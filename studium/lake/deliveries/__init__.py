"""Deliveries: files of a table or several, one by one or in archives, whose rows they hold, and which of them counts.

Enters: raw files. Leaves: `Delivery`s for the ledger, and the files of each dataset and scope that count now.
"""

from studium.lake.deliveries.blanking import without_secrets
from studium.lake.deliveries.current import DumpPartition, LandedPackage, dump_partitions, packages
from studium.lake.deliveries.late import LeftOut, left_out, refuse_bare
from studium.lake.deliveries.recognition import (
    Delivery,
    candidate_of,
    deliveries_of,
    is_table,
    known_scopes,
    may_be_archive,
    record_delivery,
)
from studium.lake.deliveries.unpacking import ENCRYPTED, unpack
from studium.lake.deliveries.versions import longer_version, take_back

__all__ = [
    "ENCRYPTED",
    "Delivery",
    "DumpPartition",
    "LandedPackage",
    "LeftOut",
    "candidate_of",
    "deliveries_of",
    "dump_partitions",
    "is_table",
    "known_scopes",
    "left_out",
    "longer_version",
    "may_be_archive",
    "packages",
    "record_delivery",
    "refuse_bare",
    "take_back",
    "unpack",
    "without_secrets",
]
