"""What HTTP wants of every answer, whatever it is about: headers, methods, media types, limits, links.

Enters: requests. Leaves: wrappers of the application, and what a request accepts and may ask with.
"""

from studium.serve.protocol.headers import Headers
from studium.serve.protocol.limits import RequestLimits
from studium.serve.protocol.links import absolute_address
from studium.serve.protocol.media import CSV, HTML, JSON, accepted, offers_of, prefers_csv
from studium.serve.protocol.methods import HeadRequests
from studium.serve.protocol.parameters import known_parameters
from studium.serve.protocol.typed_keys import TypedKeys

__all__ = [
    "CSV",
    "HTML",
    "JSON",
    "HeadRequests",
    "Headers",
    "RequestLimits",
    "TypedKeys",
    "absolute_address",
    "accepted",
    "known_parameters",
    "offers_of",
    "prefers_csv",
]
