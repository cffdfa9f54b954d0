"""What may leave: the departure gate, releases, and questions to them.

Enters: a built warehouse and the evidence about it. Leaves: immutable releases, one `current`.
Importing this stays cheap: DuckDB is loaded by the functions that need it.
"""

from studium.publish.answers import write_answer
from studium.publish.content import (
    FUNNEL_PAGES,
    FUNNEL_VIEWS,
    FunnelAnswer,
    FunnelStep,
    answer_of_views,
    ask_funnel,
    find_tutorial,
    funnel_values,
    page_title,
    page_view_funnel,
)
from studium.publish.courses.events import (
    DEVICE_RULES,
    DIMENSIONS,
    Device,
    EventAnswer,
    EventField,
    EventLimits,
    EventQuestion,
    query_events,
)
from studium.publish.courses.reports import REPORTS, ReportOrder, write_report
from studium.publish.exports import (
    Delivery,
    Operator,
    Order,
    Package,
    Recipient,
    export_table,
    package_scope,
)
from studium.publish.gate import AreaEvidence, Candidate, Condition, LakeEvidence
from studium.publish.holding import held_release
from studium.publish.manifest import (
    Area,
    BuildInfo,
    DamagedReleaseError,
    Manifest,
    Release,
)
from studium.publish.publication import Clock, Publication, publish
from studium.publish.queries import Answer, query
from studium.publish.release import (
    CATALOG,
    Form,
    Limits,
    OpenRelease,
    as_json,
    csv_text,
    in_total_order,
    media_type,
    open_release,
    stop_hard,
    write_rows,
)
from studium.publish.release_store import (
    Rollback,
    current_release,
    damaged_releases,
    find_release,
    find_table,
    releases,
    rollback,
)
from studium.publish.retention import hold_open
from studium.publish.verification import verify_release

__all__ = [
    "CATALOG",
    "DEVICE_RULES",
    "DIMENSIONS",
    "FUNNEL_PAGES",
    "FUNNEL_VIEWS",
    "REPORTS",
    "Answer",
    "Area",
    "AreaEvidence",
    "BuildInfo",
    "Candidate",
    "Clock",
    "Condition",
    "DamagedReleaseError",
    "Delivery",
    "Device",
    "EventAnswer",
    "EventField",
    "EventLimits",
    "EventQuestion",
    "Form",
    "FunnelAnswer",
    "FunnelStep",
    "LakeEvidence",
    "Limits",
    "Manifest",
    "OpenRelease",
    "Operator",
    "Order",
    "Package",
    "Publication",
    "Recipient",
    "Release",
    "ReportOrder",
    "Rollback",
    "answer_of_views",
    "as_json",
    "ask_funnel",
    "csv_text",
    "current_release",
    "damaged_releases",
    "export_table",
    "find_release",
    "find_table",
    "find_tutorial",
    "funnel_values",
    "held_release",
    "hold_open",
    "in_total_order",
    "media_type",
    "open_release",
    "package_scope",
    "page_title",
    "page_view_funnel",
    "publish",
    "query",
    "query_events",
    "releases",
    "rollback",
    "stop_hard",
    "verify_release",
    "write_answer",
    "write_report",
    "write_rows",
]
