"""What arrived, kept for ever and typed. Front door: land, retract, retry, and what stands in the lake.

Nothing heavy is imported before it is needed: `studium status` reads the ledger alone.
"""

from studium.lake.checksums import checksum_of
from studium.lake.deliveries import (
    DumpPartition,
    LandedPackage,
    LeftOut,
    dump_partitions,
    left_out,
    packages,
    refuse_bare,
)
from studium.lake.geography import LOCATION_COLUMNS, Locations, locate_addresses
from studium.lake.health.mending import Repair, ledger_problem, repair
from studium.lake.health.reading import DamagedLakeError, checksums
from studium.lake.health.reconciliation import reconcile
from studium.lake.health.sealing import refuse_unsealed
from studium.lake.health.soundness import Damage, find_damage, refuse_damaged
from studium.lake.health.standing import (
    LakeStatus,
    Mismatch,
    event_types,
    inputs,
    status,
    unknown_fields,
    waiting,
)
from studium.lake.landing import land
from studium.lake.parse_queue import LandedFile, LandReport
from studium.lake.partitions import event_partitions
from studium.lake.quarantine import Reject, quarantined, rejects_by_file, retry_quarantined
from studium.lake.reading.naming import BETWEEN
from studium.lake.registry import AREAS, DATASETS, EVENTS
from studium.lake.retraction import Retraction, gone, retract
from studium.lake.tasks import ODD_VALUE

__all__ = [
    "AREAS",
    "BETWEEN",
    "DATASETS",
    "EVENTS",
    "LOCATION_COLUMNS",
    "ODD_VALUE",
    "Damage",
    "DamagedLakeError",
    "DumpPartition",
    "LakeStatus",
    "LandReport",
    "LandedFile",
    "LandedPackage",
    "LeftOut",
    "Locations",
    "Mismatch",
    "Reject",
    "Repair",
    "Retraction",
    "checksum_of",
    "checksums",
    "dump_partitions",
    "event_partitions",
    "event_types",
    "find_damage",
    "gone",
    "inputs",
    "land",
    "ledger_problem",
    "left_out",
    "locate_addresses",
    "packages",
    "quarantined",
    "reconcile",
    "refuse_bare",
    "refuse_damaged",
    "refuse_unsealed",
    "rejects_by_file",
    "repair",
    "retract",
    "retry_quarantined",
    "status",
    "unknown_fields",
    "waiting",
]
