"""Questions to the events of a release, without a pipeline.

Enters: a release. Leaves: counts by device or field, or single events.
"""

from studium.publish.courses.events.devices import DEVICE_RULES, Device
from studium.publish.courses.events.questions import DIMENSIONS, EventQuestion
from studium.publish.courses.events.reading import (
    EventAnswer,
    EventField,
    EventLimits,
    query_events,
)

__all__ = [
    "DEVICE_RULES",
    "DIMENSIONS",
    "Device",
    "EventAnswer",
    "EventField",
    "EventLimits",
    "EventQuestion",
    "query_events",
]
