"""Turns a page into an answer: HTML from its template, or the CSV of one of its tables.

Enters: a `Page`. Leaves: a response; `?csv=NAME` asks for the table NAME of the same page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from studium.serve.drawing.charts import Chart
from studium.serve.drawing.tables import Table, as_csv
from studium.serve.drawing.wording import HIDDEN, MISSING
from studium.serve.release import Reader
from studium.serve.rights import HiddenError
from studium.serve.web import TEMPLATES, file_name, render


@dataclass(frozen=True)
class Figure:
    """One number that stands large, its name above it and a note below."""

    label: str
    value: str | datetime
    note: str = ""


@dataclass(frozen=True)
class Page:
    """What a template needs. `place` is the entry of the main links that the page belongs to.

    `subject` is what its tables are of, for the names of files; without it they are named for the place.
    """

    template: str
    title: str
    place: str
    summary: str = ""
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""

    def table(self, name: str) -> Table | None:
        """The table `name`, listed or drawn."""
        everything = (*self.tables, *(chart.table for chart in self.charts))
        return next((table for table in everything if table.name == name), None)

    @property
    def lacks_numbers(self) -> bool:
        """Whether any number stands as missing."""
        shown = [*self.tables, *(chart.table for chart in self.charts)]
        figures = self.content.get("figures", ())
        return any(figure.value == MISSING for figure in figures) or any(
            row.get(column.name) is None
            for table in shown
            for column in table.columns
            if column.is_number
            for row in table.rows
        )


def show(request: Request, reader: Reader, page: Page) -> Response:
    """Answer with the page; raises HiddenError for the CSV of a table that it lacks."""
    wanted = request.query_params.get("csv")
    if wanted is not None:
        return _csv(reader, page, wanted)
    values = {
        "title": page.title,
        "summary": page.summary,
        "place": page.place,
        "charts": {chart.name: _explained(reader, chart) for chart in page.charts},
        "tables": {table.name: table for table in page.tables},
        "hidden_under": reader.hides_under if reader.hidden_in and page.lacks_numbers else 0,
        **page.content,
    }
    if request.headers.get("HX-Request") == "true":
        return _part(request, reader, page, values)
    return render(request, page.template, values)


def _explained(reader: Reader, chart: Chart) -> Chart:
    """The chart; one that is empty because all its numbers are hidden says so, and not that there are none."""
    datasets = {source.partition(".")[0] for source in chart.table.sources}
    if not (chart.is_empty and reader.hides_under and datasets & reader.hidden_in):
        return chart
    return replace(chart, table=replace(chart.table, empty=HIDDEN), finding="")


def _csv(reader: Reader, page: Page, wanted: str) -> Response:
    table = page.table(wanted)
    if table is None:
        raise HiddenError
    datasets = sorted({source.partition(".")[0] for source in table.sources})
    reader.export(len(table.rows), datasets, table=wanted)
    name = file_name(f"{page.subject or page.place}-{wanted}-{reader.as_of or 'now'}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)


def _part(request: Request, reader: Reader, page: Page, values: Mapping[str, Any]) -> Response:
    """Only the block `results`, which htmx puts in the place of the old one."""
    template = TEMPLATES.get_template(page.template)
    if "results" not in template.blocks:
        return render(request, page.template, values)
    known = {"request": request, "reader": reader, "principal": reader.principal}
    context = template.new_context(known | dict(values))
    return HTMLResponse("".join(template.blocks["results"](context)))


def figures(
    *numbers: tuple[str, str | datetime] | tuple[str, str | datetime, str],
) -> Sequence[Figure]:
    """Figures from label, value and maybe a note each."""
    return [Figure(*number) for number in numbers]
