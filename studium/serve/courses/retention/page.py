"""Who comes back to one course: by month of enrollment and week after it.

Enters: the key of a course. Leaves: the page at `/courses/{course_id}/retention`, with the institution's rows.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from studium.serve.courses.heading import heading_of, show_course
from studium.serve.drawing.navigation import Tab
from studium.serve.drawing.rendering import Page
from studium.serve.institution.retention.page import cohort_rows, retention_charts
from studium.serve.rights import Rule, rule
from studium.serve.web import Reading

router = APIRouter()
TAB = Tab("Retention", Rule.COURSE, 9)


@router.get("/courses/{course_id:course}/retention", include_in_schema=False)
@rule(Rule.COURSE)
def retention_page(request: Request, course_id: str, reader: Reading) -> Response:
    """Cohorts of the course by month, as colours and as a line."""
    heading = heading_of(reader, course_id)
    page = Page(
        "courses/retention/page.html",
        "Retention",
        "courses",
        "Who was active again, week by week after enrolling.",
        charts=retention_charts(cohort_rows(reader, course_id)),
    )
    return show_course(request, reader, heading, "retention", page)
