"""The events of a release: links to the lake's own files, and questions to them without a pipeline.

Enters: event days of the lake; a release. Leaves: `releases/<id>/events`, counts by device or field.
"""

from studium.publish.events.devices import DEVICE_RULES, Device
from studium.publish.events.parts import digest_days, link_days, link_published, list_parts
from studium.publish.events.questions import DIMENSIONS, EventQuestion
from studium.publish.events.reading import EventAnswer, EventField, EventLimits, query_events

__all__ = [
    "DEVICE_RULES",
    "DIMENSIONS",
    "Device",
    "EventAnswer",
    "EventField",
    "EventLimits",
    "EventQuestion",
    "digest_days",
    "link_days",
    "link_published",
    "list_parts",
    "query_events",
]
