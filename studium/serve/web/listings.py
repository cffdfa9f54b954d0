"""Lists as programs get them: a page of them as JSON with a cursor for the next, or as CSV.

Enters: a query and its order, a page that was asked for. Leaves: `Listing` with release and as-of. A
cursor is good for one release and one address: after a new release the list begins again.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from studium.publish import Form, csv_text, media_type
from studium.serve.protocol import prefers_csv
from studium.serve.release import Reader
from studium.serve.rights import TokenScope
from studium.serve.web.admission import Reading
from studium.serve.web.problems import ProblemError

Item = TypeVar("Item")
MOST_ITEMS = 1000
MOST_CSV_ROWS = 50_000
_USUAL = 100
CSV_TYPE = media_type(Form.CSV)


class Listing(BaseModel, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next: str | None = Field(
        description="Send it as `cursor` for the next page; null: this is the last."
    )
    total: int = Field(description="How many items there are in all.")
    release: str = Field(examples=["20260301T101500Z-1f3a9c04"])
    as_of: date | None = Field(description="Events before this day count.")


@dataclass(frozen=True)
class ListPage:
    """What part of a list is wanted, and in which form."""

    first: int
    limit: int
    wants_csv: bool
    scope: str  # of its cursors
    subject: str = ""  # what it is of: the first key in its path


class _Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scope: str
    first: Annotated[int, msgspec.Meta(ge=0, le=10**9)]


def page_of(
    request: Request,
    reader: Reading,
    limit: Annotated[
        int | None,
        Query(ge=1, le=MOST_ITEMS, description="Most items of one answer; by default 100."),
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next` of the page before.")
    ] = None,
    form: Annotated[
        Literal["json", "csv"] | None,
        Query(alias="format", description="Wins over the Accept header."),
    ] = None,
) -> ListPage:
    """The page that a request asks for.

    Raises ProblemError 400 for a cursor that is none of ours, ScopeNeededError for CSV by a token without `export`.
    """
    wants_csv = form == "csv" if form else prefers_csv(request)
    if wants_csv:
        reader.principal.require(TokenScope.EXPORT)  # before anything is read
    scope = _scope(request, reader)
    usual = MOST_CSV_ROWS if wants_csv else _USUAL
    subject = str(next(iter(request.path_params.values()), ""))
    return ListPage(_first(cursor, scope), limit or usual, wants_csv, scope, subject)


Paging = Annotated[ListPage, Depends(page_of)]


def read_page(
    reader: Reader, sql: str, values: Mapping[str, Any], page: ListPage
) -> tuple[list[dict[str, Any]], int]:
    """The rows of a page of an ordered query, and how many it has in all."""
    return reader.page(sql, values, page.first, page.limit)


def answer_page(
    reader: Reader, kind: type[Any], rows: Sequence[Any], total: int, page: ListPage
) -> Any:
    """A page of `kind`, a dataclass, as a Listing, or as a CSV file named after it."""
    items = [kind(**row) if isinstance(row, Mapping) else row for row in rows]
    end = page.first + len(items)
    following = _write_cursor(page.scope, end) if items and end < total else None
    if page.wants_csv:
        return _csv_page(reader, kind, items, following, page.subject)
    return Listing[kind](  # type: ignore[valid-type]
        items=items,
        next=following,
        total=total,
        release=reader.release_id,
        as_of=reader.as_of,
    )


def answer_all(reader: Reader, kind: type[Any], rows: Sequence[Any], page: ListPage) -> Any:
    """The page of a list that is at hand in full."""
    shown = rows[page.first : page.first + page.limit]
    return answer_page(reader, kind, shown, len(rows), page)


def csv_file(
    reader: Reader, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Response:
    """Rows as a file, which is an export: raises ScopeNeededError for a token without that scope."""
    reader.export(len(rows))
    headers = {"Content-Disposition": f'attachment; filename="{file_name(name)}.csv"'}
    return Response(csv_text(columns, rows), media_type=CSV_TYPE, headers=headers)


def _csv_page(
    reader: Reader, kind: type[Any], items: Iterable[Any], following: str | None, subject: str
) -> Response:
    """A page as a file; the header `Studium-Next` is the cursor of the rows that are left."""
    names = [field.name for field in fields(kind)]
    rows = [[getattr(item, name) for name in names] for item in items]
    said = [subject, kind.__name__, str(reader.as_of or "now")]
    answer = csv_file(reader, "-".join(filter(None, said)), names, rows)
    if following:
        answer.headers["Studium-Next"] = following
    return answer


def file_name(name: str) -> str:
    """A name with letters, digits, `-`, `_` and `.` alone."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name
    )


def _scope(request: Request, reader: Reader) -> str:
    asked = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in {"cursor", "limit", "format"}
    )
    said = repr((reader.release_id, request.url.path, asked))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _first(cursor: str | None, scope: str) -> int:
    if cursor is None:
        return 0
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(cursor.encode()), type=_Cursor)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        found = None
    if found is None or found.scope != scope:
        raise ProblemError(
            400,
            "This cursor is not of this list, or a new release came since",
            "Begin again without a cursor.",
        )
    return found.first


def _write_cursor(scope: str, first: int) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(_Cursor(scope, first))).decode()
