"""Which media type an answer has: what the Accept header takes, of what a route can write.

Enters: an Accept header with qualities (RFC 9110, 12.5.1). Leaves: one of the offers, or None where nothing fits.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import Request

JSON, CSV, HTML = "application/json", "text/csv", "text/html"
_NAME = r"[!#$%&'*+.^_`|~\w-]+"
_RANGE = re.compile(rf"\s*({_NAME}/{_NAME})\s*(?:;(.*))?", re.ASCII)
_QUALITY = re.compile(r"(?:^|;)\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.I)


def accepted(request: Request, offers: Sequence[str]) -> str | None:
    """The offer that the request takes most gladly; None: it takes none of them.

    Of equal ones the one that the header names first, then the first offer. No header takes everything.
    """
    ranges = list(_ranges(",".join(request.headers.getlist("accept"))))
    if not ranges:
        return offers[0]
    best, chosen = (0.0, 0), None
    for offer in offers:
        rank = _rank(offer, ranges)
        if rank[0] > 0 and (chosen is None or rank > best):
            best, chosen = rank, offer
    return chosen


def prefers_csv(request: Request) -> bool:
    """Whether an answer that can be JSON or CSV is CSV."""
    return accepted(request, (JSON, CSV)) == CSV


def offers_of(route: Any) -> tuple[str, ...]:
    """What a route of the API writes: JSON, what its description adds, and CSV where it is a list."""
    described = (route.responses.get(200) or {}).get("content", {})
    offers = dict.fromkeys([JSON, *described])
    if route.path.startswith("/api/v0/") or "Listing[" in str(route.response_model):
        offers[CSV] = None
    return tuple(offers)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        if found := _RANGE.fullmatch(part):
            quality = _QUALITY.search(found[2] or "")
            yield found[1].lower(), float(quality[1]) if quality else 1.0


def _rank(offer: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """(quality, earliness) that the most specific range gives an offer; (0, 0) where none takes it."""
    names = [name for name, _ in ranges]
    for name in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        if name in names:
            place = names.index(name)
            return ranges[place][1], -place
    return 0.0, 0
