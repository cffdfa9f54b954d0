"""Datasets: the dictionary with lineage, and their rows as files.

Enters: a reader, the name of a dataset. Leaves: what each column means, where it comes from, and rows
as the principal may see them, written while they are sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from studium.publish import Form, media_type
from studium.serve.protocol import JSON, accepted
from studium.serve.release import Reader
from studium.serve.rights import HiddenError, Rule, rule
from studium.serve.web import (
    Listing,
    Paging,
    ProblemError,
    Reading,
    answer_all,
    download,
)
from studium.vocabulary import Table

router = APIRouter(prefix="/api/v1", tags=["datasets"])
_MOST_ROWS = 1_000_000_000


@dataclass(frozen=True)
class DatasetSummary:
    """A dataset; `rows` are those of the release, null for whoever sees only a part of them."""

    name: str
    grain: str
    level: str | None
    rows: int | None
    columns: int


def list_datasets(reader: Reader) -> list[DatasetSummary]:
    """Datasets that the principal may see any of, by name."""
    return [
        DatasetSummary(
            it.name,
            it.grain,
            level_of(it),
            it.rows if reader.has_whole(it.name) else None,
            len(reader.columns_of(it.name)),
        )
        for it in sorted(reader.datasets, key=lambda table: table.name)
    ]


def write_query(
    reader: Reader, name: str, columns: Sequence[str], has_course: bool, order: Sequence[str]
) -> str:
    """SQL of the rows of a dataset; raises ProblemError 422 for a column that it does not have."""
    visible = reader.columns_of(name)
    unknown = [column for column in [*columns, *order] if column not in visible]
    if unknown:
        raise ProblemError(
            422,
            f"The dataset {name} has no column {unknown[0][:100]!r} for you",
            f"List them: /api/v1/datasets/{name}/schema",
        )
    shown = ", ".join(f'"{column}"' for column in columns or visible)
    where = ""
    if has_course:
        rights = reader.dataset(name).rights
        scope = rights.scope if rights else None
        if scope is None or scope.kind != "course" or scope.until:
            raise ProblemError(
                422, f"Rows of {name} belong to no single course", "Ask without `course_id`."
            )
        where = f' where "{scope.column}" = $course_id'
    ordered = ", ".join(f'"{column}"' for column in order)
    return f'select {shown} from "{name}"{where}' + (f" order by {ordered}" if order else "")


@router.get("/datasets", response_model=Listing[DatasetSummary])
@rule(Rule.DATASETS)
def datasets(reader: Reading, page: Paging) -> Any:
    """Datasets of the release that you may see."""
    return answer_all(reader, DatasetSummary, list_datasets(reader), page)


@dataclass(frozen=True)
class _Selection:
    course_id: str | None
    columns: list[str]
    order_by: list[str]
    limit: int | None


def _selection_of(
    course_id: Annotated[
        str | None, Query(max_length=255, description="Rows of one course.")
    ] = None,
    column: Annotated[
        list[str] | None, Query(max_length=400, description="Only these columns, in this order.")
    ] = None,
    order_by: Annotated[list[str] | None, Query(max_length=10, description="Columns.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=_MOST_ROWS)] = None,
) -> _Selection:
    return _Selection(course_id, column or [], order_by or [], limit)


@router.get(
    "/datasets/{name}/rows",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Rows, written while they are read.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.apache.parquet": {
                    "schema": {"type": "string", "format": "binary"}
                },
                "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        }
    },
)
@rule(Rule.EXPORT)
def rows(
    request: Request,
    name: str,
    reader: Reading,
    selection: Annotated[_Selection, Depends(_selection_of)],
    form: Annotated[Form | None, Query(alias="format", description="Wins over Accept.")] = None,
) -> StreamingResponse:
    """Rows of a dataset, as you may see them, as CSV, Parquet, JSON or JSON lines."""
    reader.dataset(name)
    course_id = selection.course_id
    if course_id is not None and not reader.has_course(course_id):
        raise HiddenError
    sql = write_query(reader, name, selection.columns, course_id is not None, selection.order_by)
    values: dict[str, Any] = {} if course_id is None else {"course_id": course_id}
    if selection.limit is not None:
        sql += " limit $limit"
        values["limit"] = selection.limit
    found, batches = reader.arrow(sql, values)
    return download(found, batches, form or _form(request), name)


def _form(request: Request) -> Form:
    forms: dict[str, Form] = {
        media_type(form).partition(";")[0]: form for form in (Form.JSON, *Form)
    }
    return forms[accepted(request, list(forms)) or JSON]


def level_of(table: Table) -> str | None:
    return table.rights.level if table.rights else None
