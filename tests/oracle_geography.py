"""Modal addresses of the events of tracking logs, computed naively. Rules: edx_person_course.md §2.9.

Enters: events as tests/oracle.py reads them. Leaves: rows as tuples in the order of the marts' columns.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime

from tests.oracle import Event, Row


def course_modal_ip(events: Iterable[Event], compat: bool) -> list[Row]:
    """Per course and username."""
    named = [event for event in events if event.username and event.valid_course]
    return _modal(named, [(event.valid_course, event.username) for event in named], compat)


def global_modal_ip(events: Iterable[Event], compat: bool) -> list[Row]:
    """Per username."""
    named = [event for event in events if event.username and event.valid_course]
    return _modal(named, [(event.username,) for event in named], compat)


def _modal(events: list[Event], keys: list[tuple[Hashable, ...]], compat: bool) -> list[Row]:
    counts: dict[tuple[Hashable, ...], Counter[str | None]] = defaultdict(Counter)
    last: dict[tuple[Hashable, ...], datetime] = {}
    for event, key in zip(events, keys, strict=True):
        address = event.record.get("ip") or None
        if address or compat:
            counts[key][address] += 1
            last[*key, address] = event.time
    rows: list[Row] = []
    for key, found in counts.items():
        most = max(found.values())
        modal = [address for address, number in found.items() if number == most]
        fewer = sum(number < most for number in found.values())
        if compat:
            rows += [(*key, address, most, fewer + 1) for address in modal]
        else:
            latest = max(last[*key, address] for address in modal)
            first = min(str(ip) for ip in modal if last[*key, ip] == latest)
            rows.append((*key, first, most, len(found)))
    return rows
