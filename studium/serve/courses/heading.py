"""What stands above each page of a course: its title, its key, its tabs.

Enters: the key of a course. Leaves: its `Heading`, or HiddenError where it is unknown or not for the viewer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from studium.serve.courses.addresses import course_address
from studium.serve.courses.titles import dates_of, first_day_of, title_of
from studium.serve.drawing.rendering import Page, show
from studium.serve.release import Reader
from studium.serve.rights import HiddenError


@dataclass(frozen=True)
class Heading:
    """A course as its pages show it."""

    course_id: str
    title: str
    first_day: Any
    begins: Any = None
    ends: Any = None

    @property
    def address(self) -> str:
        return course_address(self.course_id)

    def to(self, *tail: str) -> str:
        """The address of one of its pages."""
        return course_address(self.course_id, *tail)


def heading_of(reader: Reader, course_id: str) -> Heading:
    """The heading of a course; raises HiddenError for one that the viewer may not see or that is none."""
    if not reader.has_course(course_id):
        raise HiddenError
    begins, ends = dates_of(reader, course_id)
    return Heading(
        course_id, title_of(reader, course_id), first_day_of(reader, course_id), begins, ends
    )


def show_course(
    request: Request, reader: Reader, heading: Heading, tab: str, page: Page
) -> Response:
    """Answer with a page of a course: its title and tabs stand above what the template says."""
    tabs = request.app.state.navigation.tabs_of("courses", reader.principal)
    content: Mapping[str, Any] = {"course": heading, "tab": tab, "tabs": tabs, **page.content}
    title = heading.title if tab == "overview" else f"{page.title} · {heading.title}"
    return show(
        request, reader, replace(page, title=title, content=content, subject=heading.course_id)
    )
