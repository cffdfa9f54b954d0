"""Which courses share learners: the network of cross-enrollment.

Enters: a reader. Leaves: the page at `/network`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.addresses import course_address
from studium.serve.courses.titles import names_of, titles_of
from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import count, people
from studium.serve.institution.network.answers import list_shared
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("network", "Network", "/network", Rule.INSTITUTION, 4)

_MOST_LINKS, _MOST_COURSES = 60, 24  # more lines are a cloud, more names stand over one another


@router.get("/network", include_in_schema=False)
@rule(Rule.INSTITUTION)
def network_page(request: Request, reader: Reading) -> Response:
    """Courses as points, shared learners as lines between them."""
    pairs = pair_rows(reader, names_of(titles_of(reader)))
    page = Page(
        "institution/network/page.html",
        "Courses that share learners",
        "network",
        f"{people(len(pairs), 'pair')} of courses have learners in common.",
        charts=(_network(pairs),),
    )
    return show(request, reader, page)


def pair_rows(reader: Reader, names: dict[str, str]) -> list[dict[str, Any]]:
    """Pairs of courses, those that share most first."""
    return [
        vars(pair)
        | {
            "title": names.get(pair.course_id, pair.course_id),
            "other_title": names.get(pair.other_course_id, pair.other_course_id),
            "address": course_address(pair.course_id),
            "other_address": course_address(pair.other_course_id),
        }
        for pair in list_shared(reader)
    ]


def _network(pairs: list[dict[str, Any]]) -> Chart:
    table = Table(
        "network",
        "Shared learners",
        (
            Column("title", "Course", link="address"),
            Column("other_title", "Other course", link="other_address"),
            Column("shared_learners", "Learners of both", "count"),
            Column("learners", "Of the one", "count"),
            Column("other_learners", "Of the other", "count"),
            Column("jaccard", "Of all of them", "percent", bar=True),
        ),
        pairs,
        "No two courses share a learner.",
        (
            "course_coenrollment",
            "course_coenrollment.shared_learners",
            "course_coenrollment.jaccard",
        ),
    )
    drawn = _strongest(pairs)
    options = {
        "nodes": _nodes(drawn),
        "links": [_link(row) for row in drawn],
        "nodeLabel": "Learners",
        "linkLabel": "Learners of both",
    }
    finding = _finding(drawn, len(pairs))
    return Chart(table, "network", "title", ("shared_learners",), finding, "tall", options)


def _strongest(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs that share most, of few enough courses that their names can be read."""
    courses: set[str] = set()
    drawn: list[dict[str, Any]] = []
    for row in pairs:
        wanted = courses | {row["course_id"], row["other_course_id"]}
        if not row["shared_learners"] or len(wanted) > _MOST_COURSES:
            continue
        courses = wanted
        drawn.append(row)
    return drawn[:_MOST_LINKS]


def _finding(drawn: list[dict[str, Any]], pairs: int) -> str:
    if not drawn:
        return ""
    top = drawn[0]
    names = f"{top['title']} and {top['other_title']}"
    finding = f"Most in common: {names}, {count(top['shared_learners'])} learners."
    if pairs > len(drawn):
        courses = {row[key] for row in drawn for key in ("course_id", "other_course_id")}
        finding += (
            f" Drawn are {len(drawn)} of {pairs:,} pairs, the strongest among {len(courses)} courses;"
            " the table has all."
        )
    return finding


def _link(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": row["course_id"],
        "target": row["other_course_id"],
        "from": row["title"],
        "to": row["other_title"],
        "size": row["shared_learners"],
    }


def _nodes(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Courses around a circle from the top, the largest first; names stand outside of it."""
    known: dict[str, dict[str, Any]] = {}
    for row in pairs:
        for key, title, size in (
            ("course_id", "title", "learners"),
            ("other_course_id", "other_title", "other_learners"),
        ):
            known[row[key]] = {"id": row[key], "name": row[title], "size": row[size]}
    nodes = [known[key] for key in sorted(known, key=lambda key: (-(known[key]["size"] or 0), key))]
    half = len(nodes) / 2
    return [
        node | {"side": "right" if place < half else "left"} for place, node in enumerate(nodes)
    ]
