"""What arrived, kept for ever and typed. Front door: land, retract, retry, and what stands in the lake.

Nothing heavy is imported before it is needed: `studium status` reads the ledger alone.
"""

from studium.lake.arrival import LandedFile, LandReport, land
from studium.lake.datasets import DATASETS, Column, Dataset
from studium.lake.geography import LOCATION_COLUMNS, Locations, locate_addresses
from studium.lake.partitions import Partition, event_partitions
from studium.lake.quarantine import Reject, quarantined, retry_quarantined
from studium.lake.reconciliation import reconcile
from studium.lake.retraction import Retraction, retract
from studium.lake.standing import (
    InputFile,
    LakeStatus,
    Mismatch,
    event_types,
    inputs,
    status,
    unknown_fields,
    waiting,
)

__all__ = [
    "DATASETS",
    "LOCATION_COLUMNS",
    "Column",
    "Dataset",
    "InputFile",
    "LakeStatus",
    "LandReport",
    "LandedFile",
    "Locations",
    "Mismatch",
    "Partition",
    "Reject",
    "Retraction",
    "event_partitions",
    "event_types",
    "inputs",
    "land",
    "locate_addresses",
    "quarantined",
    "reconcile",
    "retract",
    "retry_quarantined",
    "status",
    "unknown_fields",
    "waiting",
]
