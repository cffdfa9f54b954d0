"""No answer about learners leaves before it is in the audit log.

Enters: the application. Leaves: the same, which writes what a request read when its answer begins, and
answers with an error where that cannot be written.
"""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studium.serve.audit.log import AuditLog, Record

_LONGEST_QUERY = 1_000  # more says nothing that the filter, what was really asked, does not


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
                if records:
                    await run_in_threadpool(self._log.append, records)
            await send(message)

        await self._app(scope, receive, send_when_written)


def _records(scope: Scope, state: dict[str, Any]) -> list[Record]:
    records = list(state.pop("acts", []))
    reader = state.get("reader")
    if reader is None:
        return records
    query = scope.get("query_string", b"").decode(errors="replace")
    asked = {"path": scope["path"], "query": query[:_LONGEST_QUERY]}
    records += [
        Record(
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
