"""What may leave: the departure gate, releases, and questions to them.

Enters: a built warehouse and the evidence about it. Leaves: immutable releases, one `current`.
Importing this stays cheap: DuckDB is loaded by the functions that need it.
"""

from studium.publish.answers import as_json, write_answer
from studium.publish.exports import (
    CoursePackage,
    Delivery,
    Order,
    export_table,
    package_course,
)
from studium.publish.manifest import (
    BuildInfo,
    CheckOutcome,
    Column,
    InputFile,
    Manifest,
    Release,
    Table,
)
from studium.publish.publication import Candidate, Clock, LakeEvidence, Publication, publish
from studium.publish.queries import Answer, query
from studium.publish.release_store import (
    current_release,
    find_release,
    find_table,
    releases,
    rollback,
)

__all__ = [
    "Answer",
    "BuildInfo",
    "Candidate",
    "CheckOutcome",
    "Clock",
    "Column",
    "CoursePackage",
    "Delivery",
    "InputFile",
    "LakeEvidence",
    "Manifest",
    "Order",
    "Publication",
    "Release",
    "Table",
    "as_json",
    "current_release",
    "export_table",
    "find_release",
    "find_table",
    "package_course",
    "publish",
    "query",
    "releases",
    "rollback",
    "write_answer",
]
