"""No answer about learners and no file leaves before it is in the audit log.

Enters: the application. Leaves: the same, which writes what a request read when its answer begins, and
answers with an error where that cannot be written, or where a file is in no record.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studium.errors import StudiumError
from studium.serve.audit.log import AuditLog, AuditRecord

FILES = ("text/csv", "application/vnd.apache.parquet", "application/x-ndjson")
_LONGEST_VALUE = 300
_LONGEST_QUERY = 1_000  # more says nothing that the filter, what was really asked, does not


class UnnotedExportError(StudiumError):
    """A handler gave out a file past `Reader.export`, which asks for the scope and keeps the record. Status 500."""

    def __init__(self, path: str) -> None:
        super().__init__("A file was to leave without a record", path, "Call Reader.export first.")


class AuditGate:
    """Plain ASGI, so that streams stay streams."""

    def __init__(self, app: ASGIApp, log: AuditLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; its records are written before the first byte of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_when_written(message: Message) -> None:
            if message["type"] == "http.response.start":
                records = _records(scope, state)
                if _is_file(message) and all(it.action != "export" for it in records):
                    raise UnnotedExportError(scope["path"])
                if records:
                    await run_in_threadpool(self._log.append, records)
            await send(message)

        await self._app(scope, receive, send_when_written)


def _asked(scope: Scope, query: str) -> dict[str, str]:
    """The parameters that the route takes, whatever else the address is filled with."""
    route = scope.get("route")
    if not isinstance(route, APIRoute):
        return {}
    taken, asked = set(_parameters(route.dependant)), dict[str, str]()
    for name, value in parse_qsl(query):
        if name in taken:
            before = f"{asked[name]}, " if name in asked else ""
            asked[name] = f"{before}{value}"[:_LONGEST_VALUE]
    return asked


def _parameters(taker: Dependant) -> Iterator[str]:
    yield from (field.alias for field in taker.query_params)
    for other in taker.dependencies:
        yield from _parameters(other)


def _is_file(start: Message) -> bool:
    """Whether an answer that is beginning is a table to keep, by what it says of itself."""
    headers = Headers(raw=start["headers"])
    is_kept = headers.get("content-disposition", "").startswith("attachment")
    return start["status"] < 300 and (is_kept or headers.get("content-type", "").startswith(FILES))


def _records(scope: Scope, state: dict[str, Any]) -> list[AuditRecord]:
    records = list(state.pop("acts", []))
    reader = state.get("reader")
    if reader is None:
        return records
    query = scope.get("query_string", b"").decode(errors="replace")
    asked = {
        "asked": _asked(scope, query),
        "path": scope["path"],
        "query": query[:_LONGEST_QUERY],
    }
    records += [
        AuditRecord(
            username=reader.principal.username,
            action=read.action,
            subject=", ".join(read.datasets),
            credential=reader.principal.credential,
            address=(scope.get("client") or ("",))[0],
            detail={"filter": dict(read.parameters), "release": reader.release_id, **asked},
            row_count=read.rows,
        )
        for read in reader.journal
    ]
    reader.journal.clear()
    return records
