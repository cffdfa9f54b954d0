"""How the edX Analytics Data API answers: lists as JSON or CSV, dates, and bodies of errors.

Enters: rows. Leaves: answers. A list without rows is a 404 there, and rows of a date are those of the
last one unless dates are given.
"""

import math
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from studium.errors import StudiumError
from studium.serve.protocol import absolute_address, prefers_csv
from studium.serve.release import Reader
from studium.serve.rights import ForbiddenError, HiddenError, ScopeNeededError, SignInNeededError
from studium.serve.web import ProblemError, reader_of, server_of
from studium.serve.web.listings import csv_file

_FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H%M%S")


class InsightsError(Exception):
    """An error with a name that programs know, such as course_key_malformed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"developer_message": message, "error_code": code}


class InsightsRoute(APIRoute):
    """Answers errors as that API does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into answers."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except InsightsError as error:
                return JSONResponse(error.body, error.status)
            except RequestValidationError as error:
                first = error.errors()[0]
                name = ".".join(str(part) for part in first["loc"][1:])
                body = {
                    "developer_message": f"{name}: {first['msg']}",
                    "error_code": "invalid_parameter",
                }
                return JSONResponse(body, 400)
            except (HiddenError, SignInNeededError, ForbiddenError, ProblemError) as error:
                return _refusal(error)

        return answer


def insights_router() -> APIRouter:
    """A router below /api/v0."""
    return APIRouter(prefix="/api/v0", tags=["edX Analytics Data API"], route_class=InsightsRoute)


def _refusal(error: StudiumError) -> Response:
    if isinstance(error, SignInNeededError):
        body = {"detail": "Authentication credentials were not provided or are not valid."}
        return JSONResponse(body, 401, {"WWW-Authenticate": "Token"})
    if isinstance(error, ScopeNeededError):
        return JSONResponse({"detail": f"{error.problem}."}, 403)
    if isinstance(error, ForbiddenError):
        return JSONResponse({"detail": "You do not have permission to perform this action."}, 403)
    if isinstance(error, ProblemError) and error.status == 406:
        return JSONResponse({"detail": error.problem}, 406)
    if isinstance(error, ProblemError):
        body = {"developer_message": error.problem, "error_code": "invalid_parameter"}
        return JSONResponse(body, error.status, error.headers)
    return JSONResponse({"detail": "Not found."}, 404)


@dataclass(frozen=True)
class Dates:
    """[start, end) as asked; both None: the last date alone."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def is_given(self) -> bool:
        """Whether any date was given."""
        return self.start is not None or self.end is not None

    @property
    def values(self) -> dict[str, Any]:
        """Parameters `$is_given`, `$start` and `$end` of a query."""
        return {
            "is_given": self.is_given,
            "start": self.start or datetime(1, 1, 1),  # noqa: DTZ001 - as the datasets have times
            "end": self.end or datetime(9999, 12, 31),  # noqa: DTZ001
        }


def read_moment(text: str, name: str) -> datetime:
    """`2024-03-01` or `2024-03-01T101500`; raises InsightsError 400 for anything else."""
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - UTC, as the datasets have it
        except ValueError:
            continue
    raise InsightsError(
        400, "invalid_date", f"{name} is no date: write YYYY-MM-DD or YYYY-MM-DDTHHMMSS"
    )


def dates_of(
    start_date: Annotated[
        str | None, Query(max_length=20, description="First day: YYYY-MM-DD.")
    ] = None,
    end_date: Annotated[
        str | None, Query(max_length=20, description="Day after the last one: YYYY-MM-DD.")
    ] = None,
) -> Dates:
    """The dates that a request gives."""
    return Dates(
        read_moment(start_date, "start_date") if start_date else None,
        read_moment(end_date, "end_date") if end_date else None,
    )


AskedDates = Annotated[Dates, Depends(dates_of)]


def split(text: str | None) -> list[str]:
    """The parts of a list with commas; none for nothing."""
    return [part for part in (text or "").split(",") if part]


def created(reader: Reader) -> str:
    """When the release was made: `created` of every row."""
    return _as_text(reader.published_at)


def known(reader: Reader, *datasets: str) -> None:
    """Raise HiddenError, a 404, where the release has not all these datasets for the principal."""
    if not all(map(reader.has, datasets)):
        raise HiddenError


def rows_answer(
    request: Request, rows: Iterable[Mapping[str, Any]], name: str, allow_empty: bool = False
) -> Response:
    """Rows as JSON, or as CSV under a file name; a 404 where there are none."""
    plain = [_as_plain(row) for row in rows]
    if not plain and not allow_empty:
        raise HiddenError
    if not prefers_csv(request):
        # A course can have a hundred thousand rows here: the quicker writer leaves others their turn.
        return Response(msgspec.json.encode(plain), media_type="application/json")
    flat = [flatten(row) for row in plain]
    names = sorted({key for row in flat for key in row})
    cells = [[row.get(key) for key in names] for row in flat]
    file = csv_file(reader_of(request), name, names, cells)
    content = bytes(file.body).replace(b"\n", b"\r\n")
    disposition = {"Content-Disposition": file.headers["Content-Disposition"]}
    return Response(content, media_type="text/csv", headers=disposition)


def one_answer(row: Mapping[str, Any]) -> Response:
    """One object as JSON."""
    return JSONResponse(_as_plain(row))


def link_to(request: Request, path: str) -> str:
    """A path of this server as a link that programs can follow."""
    return absolute_address(request, server_of(request).workspace.settings.serve.public_url, path)


def flatten(value: Any, before: str = "") -> dict[str, Any]:
    """Nested values in one row: `country.alpha2`, `segments.0`."""
    if isinstance(value, Mapping):
        parts: Sequence[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        return {before: value}
    flat: dict[str, Any] = {}
    for key, part in parts:
        flat |= flatten(part, f"{before}.{key}" if before else str(key))
    return flat


def only_latest(rows: list[dict[str, Any]], column: str, dates: Dates) -> list[dict[str, Any]]:
    """Rows of the last date, unless dates were given."""
    if dates.is_given or not rows:
        return rows
    last = max(row[column] for row in rows)
    return [row for row in rows if row[column] == last]


def plus(left: int | None, right: int | None) -> int | None:
    """A sum; None, a hidden count, makes it unknown."""
    return None if left is None or right is None else left + right


def _as_plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return _as_text(value)
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return _as_plain(value)
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def _as_text(value: date) -> str:
    return value.strftime("%Y-%m-%dT%H%M%S" if isinstance(value, datetime) else "%Y-%m-%d")
