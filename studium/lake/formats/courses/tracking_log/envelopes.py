"""Events in other envelopes, brought into the form that the platform's own logs have.

Enters: the text of a line that the query cannot type. Leaves: the events in it, or why there is none. Envelopes:
collectors (Docker, Vector, Fluent Bit, Airbyte, CloudWatch and their like), event-tracking's raw form, JSON as text,
several objects.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from studium.lake.formats.courses.tracking_log.repair import (
    Repaired,
    event_id_of,
    first_wins,
    repaired_text,
)

# Where collectors put what they collected, in the order in which they are asked.
WITHIN = (
    *("log", "message", "_airbyte_data", "logEvents", "log_processed", "event", "msg", "MESSAGE"),
    *(
        "line",
        "record",
        "records",
        "textPayload",
        "jsonPayload",
        "body",
        "_source",
        "data",
        "detail",
    ),
)
# What event-tracking's raw form says in its context, and the platform's own form beside it.
OF_CONTEXT = (
    *("username", "session", "ip", "agent", "host", "page", "referer", "accept_language"),
    *("event_source", "anonymous_id"),
)
TIMES = ("time", "timestamp")
WRAPPED = ("$oid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$date")
DEEPEST = 8  # envelopes within each other
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Up to how large a number counts seconds, thousandths, millionths; a larger one counts nanoseconds.
SECONDS, MILLISECONDS, MICROSECONDS = 1e11, 1e14, 1e17
NUMBER = re.compile(r"\d{9,19}(\.\d+)?")
BETWEEN_OBJECTS = re.compile(r"[\s,\[\]]*")

Object = dict[str, Any]


def events_of(text: str) -> list[Repaired]:
    """The events of a line, each as text that the query can type; one without text says why it is none.

    >>> events_of('{"log": "{\\"event_type\\": \\"page_close\\"}\\n", "stream": "stderr"}')[0].text
    '{"event_type":"page_close"}'
    """
    found: list[Repaired] = []
    try:
        for value, raw in _objects(text):
            found += _opened(value, raw, 0) or [_refused(raw)]
    except (ValueError, RecursionError) as error:
        return [Repaired(None, event_id_of(text.encode()), "not_json", str(error)[:200])]
    return found


def _objects(text: str) -> Iterator[tuple[Object, str]]:
    """Each object of a line with its own text: alone, after others, or in an array. Raises ValueError for other text.

    Most lines hold one, which is read many times faster.
    """
    try:
        alone = orjson.loads(text)
    except orjson.JSONDecodeError:
        alone = None
    if isinstance(alone, dict):
        yield alone, text.strip()
        return
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=first_wins)
    position = text.find("{")
    while 0 <= position < len(text):
        value, end = decoder.raw_decode(text, position)
        yield value, text[position:end]
        between = BETWEEN_OBJECTS.match(text, end)
        position = between.end() if between else end
        if position < len(text) and text[position] != "{":
            raise ValueError(f"no object at character {position + 1}")


def _opened(value: Object, raw: str, depth: int) -> list[Repaired]:
    """The events in an object: itself, or what its envelopes hold."""
    event = _normalised(_plain(value) if '"$' in raw else value)
    if _text(event.get("event_type")):
        event_id = event_id_of(raw.encode("utf-8", errors="replace"))
        return [Repaired(_as_text(event), event_id)]
    for name in WITHIN if depth < DEEPEST else ():
        found = [
            it for inner, text in _inner(value.get(name)) for it in _opened(inner, text, depth + 1)
        ]
        if found:
            return found
    return []


def _inner(value: Any) -> list[tuple[Object, str]]:
    """The objects of an envelope: one, some, or their text, maybe after the prefix of a logger."""
    if isinstance(value, dict):
        return [(value, _as_text(value))]
    if isinstance(value, list):
        return [it for item in value for it in _inner(item)]
    if not isinstance(value, str) or "{" not in value:
        return []
    try:
        return list(_objects(value))
    except ValueError:
        return []


def _as_text(value: Object) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):  # numbers of more than 64 bits, lone surrogates, very deep ones
        return repaired_text(value)


def _refused(raw: str) -> Repaired:
    detail = "an object without event type, in no envelope that is known"
    return Repaired(None, event_id_of(raw.encode("utf-8", errors="replace")), "no_type", detail)


def _normalised(value: Object) -> Object:
    """The platform's own names for what other forms say otherwise; all other fields as they are."""
    event = dict(value)
    context = _decoded(event.get("context"))
    if isinstance(context, dict):
        event["context"] = context
    is_raw = "data" in event and "event" not in event
    if not _text(event.get("event_type")) and (is_raw or isinstance(context, dict)):
        event["event_type"] = event.get("name")
    if is_raw and _text(event.get("event_type")):
        event["event"] = event.pop("data")
    if isinstance(context, dict) and _text(event.get("event_type")):
        for name in OF_CONTEXT:
            if event.get(name) in (None, "") and context.get(name) not in (None, ""):
                event[name] = context[name]
        if is_raw and not event.get("event_source"):
            event["event_source"] = "server"  # as the platform's own processor says of raw events
    for name in TIMES:
        if name in event:
            event[name] = _time(event[name])
    return event


def _plain(value: Any) -> Any:
    """MongoDB's extended JSON as what it means."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in WRAPPED:
            ((name, inner),) = value.items()
            return _time(_plain(inner)) if name == "$date" else _plain(inner)
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _decoded(value: Any) -> Any:
    """An object that came as text, also as text of a text."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", '"'):
            break
        try:
            value = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            break
    return _plain(value)


def _time(value: Any) -> Any:
    """A number since 1970 as text in UTC; its size says of what. Other values as they came."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    if not isinstance(value, int | float) or not 0 < value < SECONDS * 1e9:
        return value
    scale = 1_000_000
    for limit in (SECONDS, MILLISECONDS, MICROSECONDS):
        if value < limit:
            break
        scale //= 1000
    microseconds = round(value * scale) if scale else int(value) // 1000
    try:
        return (EPOCH + timedelta(microseconds=microseconds)).isoformat()
    except OverflowError:
        return value


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
