"""Subjects: who is active in which, what they do there, who takes the verified track and a certificate.

Enters: a reader. Leaves: the page at `/subjects`.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.pages.charts import Chart
from studium.serve.pages.rendering import Page, show
from studium.serve.pages.tables import Column, Table
from studium.serve.pages.wording import decimal, people, percent, share
from studium.serve.release import Reader
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()

_MOST = 6  # lines that everybody tells apart
_ACTIVITY = """
    select month, subject_title, active_percent / 100 as active_share
    from subject_activity_monthly order by month, subject_title, subject_id
"""
_RATES = """
    select
        subject_title, courses, learners, registrations, verified_registrations, certificates,
        verified_certificates
    from subject_take_rates order by registrations desc nulls last, subject_title
"""
_ENGAGEMENT = """
    select
        subject_title,
        sum(active_learners) as learner_months,
        sum(problem_attempts) as problem_attempts,
        sum(video_plays) as video_plays,
        sum(forum_posts) as forum_posts
    from subject_engagement_monthly
    group by subject_title order by learner_months desc nulls last, subject_title
"""
_EMPTY = "The release has no course catalogue: land one, then run again."
_KINDS = {
    "problem_attempts": "Problem attempts",
    "video_plays": "Video plays",
    "forum_posts": "Forum posts",
}


@router.get("/subjects", include_in_schema=False)
@rule(Rule.INSTITUTION)
def subjects_page(request: Request, reader: Reading) -> Response:
    """Subjects over time and beside each other."""
    rates = rate_rows(reader)
    page = Page(
        "institution/subjects.html",
        "Subjects",
        "subjects",
        f"{people(len(rates), 'subject')}, by the course catalogue.",
        charts=(_activity_chart(reader), *_engagement_charts(engagement_rows(reader))),
        tables=(_rate_table(rates),),
    )
    return show(request, reader, page)


def rate_rows(reader: Reader) -> list[dict[str, Any]]:
    """Subjects with the shares of registrations that were verified and that earned a certificate."""
    found = reader.rows(_RATES) if reader.has("subject_take_rates") else []
    return [
        row
        | {
            "verified_share": share(row["verified_registrations"], row["registrations"]),
            "certificate_share": share(row["certificates"], row["registrations"]),
            "verified_certified": share(
                row["verified_certificates"], row["verified_registrations"]
            ),
        }
        for row in found
    ]


def engagement_rows(reader: Reader) -> list[dict[str, Any]]:
    """What an active learner does in a month, by subject."""
    found = reader.rows(_ENGAGEMENT) if reader.has("subject_engagement_monthly") else []
    return [
        row | {f"{kind}_each": share(row[kind], row["learner_months"]) for kind in _KINDS}
        for row in found
    ]


def _activity_chart(reader: Reader) -> Chart:
    found = reader.rows(_ACTIVITY) if reader.has("subject_activity_monthly") else []
    months: dict[Any, dict[str, Any]] = {}
    latest: dict[str, float] = {}
    for row in found:
        month = months.setdefault(row["month"], {"month": row["month"]})
        month[row["subject_title"]] = row["active_share"]
        latest[row["subject_title"]] = row["active_share"] or 0
    names = sorted(latest, key=lambda name: (-latest[name], name))
    table = Table(
        "subject_activity",
        "Active learners by subject",
        (
            Column("month", "Month from", "date"),
            *(Column(name, name, "percent") for name in names),
        ),
        list(months.values()),
        _EMPTY,
        ("subject_activity_monthly", "subject_activity_monthly.active_percent"),
    )
    finding = ""
    if names:
        top = percent(latest[names[0]])
        finding = f"Of those active in the last month, {top} were so in {names[0]}."
    if len(names) > _MOST:
        finding += f" The {_MOST} largest of {len(names)} subjects are drawn."
    return Chart(table, "lines", "month", tuple(names[:_MOST]), finding)


def _engagement_charts(rows: list[dict[str, Any]]) -> list[Chart]:
    """A chart for each kind, with a scale of its own: posts are few where plays are many."""
    return [_engagement_chart(rows, kind) for kind in _KINDS]


def _engagement_chart(rows: list[dict[str, Any]], kind: str) -> Chart:
    each, label = f"{kind}_each", _KINDS[kind]
    table = Table(
        f"subject_{kind}",
        f"{label} in a month",
        (
            Column("subject_title", "Subject"),
            Column(each, f"{label} per active learner", "decimal"),
            Column(kind, label, "count"),
            Column("learner_months", "Active learners, summed over months", "count"),
        ),
        sorted(rows, key=lambda row: -(row[each] or 0)),
        _EMPTY,
        ("subject_engagement_monthly", f"subject_engagement_monthly.{kind}"),
    )
    finding = ""
    if rows:
        top = table.rows[0]
        finding = f"Per active learner; most in {top['subject_title']}: {decimal(top[each])}."
    return Chart(table, "rows", "subject_title", (each,), finding)


def _rate_table(rows: list[dict[str, Any]]) -> Table:
    return Table(
        "subject_rates",
        "Verified track and certificates",
        (
            Column("subject_title", "Subject"),
            Column("courses", "Courses", "count"),
            Column("learners", "Learners", "count"),
            Column("registrations", "Registrations", "count"),
            Column("verified_share", "Verified", "percent", bar=True),
            Column("certificate_share", "Certificates", "percent", bar=True),
            Column("verified_certified", "Certificates of verified", "percent"),
        ),
        rows,
        _EMPTY,
        ("subject_take_rates", "subject_take_rates.verified_registrations"),
    )
