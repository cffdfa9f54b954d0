"""Tracking logs of Open edX: one JSON event per line, in all the forms that ten years of platform have given it.

Enters: nothing. Leaves: the face of the format.
"""

from studium.lake.formats.courses.datasets.events import EVENTS
from studium.lake.formats.face import Format

FORMAT = Format("tracking_log", 4, (EVENTS,), f"{__name__}.parser", is_early=True)
