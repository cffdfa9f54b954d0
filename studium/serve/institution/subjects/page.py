"""Subjects: who is active in which, what they do there, who takes the verified track and a certificate.

Enters: a reader. Leaves: the page at `/subjects`, from the queries of `/api/v1/subjects`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.drawing.charts import Chart
from studium.serve.drawing.navigation import Link
from studium.serve.drawing.rendering import Page, show
from studium.serve.drawing.tables import Column, Table
from studium.serve.drawing.wording import people, percent
from studium.serve.institution.subjects.answers import (
    SubjectEngagement,
    SubjectMonth,
    SubjectRates,
    list_engagement,
    list_months,
    list_rates,
)
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
LINK = Link("subjects", "Subjects", "/subjects", Rule.INSTITUTION, 3)

_MOST = 6  # lines that everybody tells apart
_EMPTY = "The release has no course catalogue: land one, then run again."
_DEEDS = {
    "problem_attempts": "problem attempts",
    "video_plays": "video plays",
    "forum_posts": "forum posts",
}


@router.get("/subjects", include_in_schema=False)
@rule(Rule.INSTITUTION)
def subjects_page(request: Request, reader: Reading) -> Response:
    """Subjects over time and beside each other."""
    rates = list_rates(reader)
    page = Page(
        "institution/subjects/page.html",
        "Subjects",
        "subjects",
        f"{people(len(rates), 'subject')}, by the course catalogue.",
        charts=(
            _activity_chart(list_months(reader)),
            _rate_chart(rates),
            _engagement_chart(list_engagement(reader)),
        ),
    )
    return show(request, reader, page)


def subject_names(
    rows: Iterable[SubjectMonth | SubjectEngagement | SubjectRates],
) -> dict[str, str]:
    """A name for each subject, by its id: the title, with the id behind where several have the same."""
    titles = {row.subject_id: row.subject_title or row.subject_id for row in rows}
    uses = Counter(titles.values())
    return {
        subject_id: title if uses[title] == 1 else f"{title} ({subject_id})"
        for subject_id, title in titles.items()
    }


def _activity_chart(found: list[SubjectMonth]) -> Chart:
    names = subject_names(found)
    months: dict[Any, dict[str, Any]] = {}
    for row in found:
        month = months.setdefault(row.month, {"month": row.month})
        month[names[row.subject_id]] = _fraction(row.active_percent)
    whole = {row.month for row in found if row.is_complete}
    told = max(whole or months, default=None)
    latest = months.get(told, {})
    order = sorted(names.values(), key=lambda name: (-(latest.get(name) or 0), name))
    table = Table(
        "subject_activity",
        "Active learners by subject",
        (Column("month", "Month from", "date"), *(Column(name, name, "percent") for name in order)),
        [dict.fromkeys(order) | month for month in months.values()],
        _EMPTY,
        ("subject_activity_monthly", "subject_activity_monthly.active_percent"),
    )
    finding = ""
    if told and latest.get(order[0]):
        finding = (
            f"Of the learners active in {told:%B %Y}, {percent(latest[order[0]])} were so in {order[0]}; "
            "a learner counts once in each subject."
        )
    if len(order) > _MOST:
        finding += f" The {_MOST} largest of {len(order)} subjects are drawn."
    return Chart(table, "lines", "month", tuple(order[:_MOST]), finding)


def _rate_chart(found: list[SubjectRates]) -> Chart:
    names = subject_names(found)
    rows = [
        {
            **asdict(row),
            "subject": names[row.subject_id],
            "verified_share": _fraction(row.verified_percent),
            "certificate_share": _fraction(row.certificate_percent),
            "verified_certified": _fraction(row.verified_certificate_percent),
        }
        for row in found
    ]
    table = Table(
        "subject_rates",
        "Verified track and certificates",
        (
            Column("subject", "Subject"),
            Column("courses", "Courses", "count"),
            Column("learners", "Learners", "count"),
            Column("registrations", "Registrations", "count"),
            Column("verified_share", "Verified", "percent", bar=True),
            Column("certificate_share", "Certificates", "percent", bar=True),
            Column("verified_certified", "Certificates of verified", "percent"),
        ),
        rows,
        _EMPTY,
        (
            "subject_take_rates",
            "subject_take_rates.verified_percent",
            "subject_take_rates.certificate_percent",
        ),
    )
    drawn = ("verified_share", "certificate_share")
    return Chart(table, "rows", "subject", drawn, _rate_finding(rows), _size(rows))


def _rate_finding(rows: list[dict[str, Any]]) -> str:
    known = [row for row in rows if row["verified_share"] is not None]
    if len(known) < 2:
        return ""
    most = max(known, key=lambda row: row["verified_share"])
    least = min(known, key=lambda row: row["verified_share"])
    return (
        f"Of registrations, {percent(most['verified_share'])} are verified in {most['subject']}, "
        f"{percent(least['verified_share'])} in {least['subject']}."
    )


def _engagement_chart(found: list[SubjectEngagement]) -> Chart:
    names = subject_names(found)
    rows = [{**asdict(row), "subject": names[row.subject_id]} for row in found]
    table = Table(
        "subject_engagement",
        "What a learner does in a month",
        (
            Column("subject", "Subject"),
            Column("problem_attempts_per_learner", "Problem attempts", "decimal"),
            Column("video_plays_per_learner", "Video plays", "decimal"),
            Column("forum_posts_per_learner", "Forum posts", "decimal"),
            Column("problem_attempts_times_mean", "Problem attempts, times the mean", "decimal"),
            Column("video_plays_times_mean", "Video plays, times the mean", "decimal"),
            Column("forum_posts_times_mean", "Forum posts, times the mean", "decimal"),
            Column("learner_months", "Active learners, summed over months", "count"),
        ),
        rows,
        _EMPTY,
        ("subject_engagement_monthly", "subject_engagement_monthly.problem_attempts_per_learner"),
    )
    drawn = tuple(f"{deed}_times_mean" for deed in _DEEDS)
    return Chart(table, "rows", "subject", drawn, _engagement_finding(rows), _size(rows))


def _engagement_finding(rows: list[dict[str, Any]]) -> str:
    """For each deed, in which subject there is most of it for a learner."""
    most = []
    for deed, words in _DEEDS.items():
        known = [row for row in rows if row[f"{deed}_per_learner"]]
        if len(known) > 1:
            top = max(known, key=lambda row: row[f"{deed}_per_learner"])
            most.append(f"{words} in {top['subject']}")
    if not most:
        return ""
    return f"1 is the mean over all subjects. Most {', most '.join(most)}."


def _fraction(value: float | None) -> float | None:
    return None if value is None else value / 100


def _size(rows: list[dict[str, Any]]) -> str:
    return "tall" if len(rows) > 4 else ""
