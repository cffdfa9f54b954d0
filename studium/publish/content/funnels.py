"""Asks one release how far people come along pages of a course.

Enters: a release, a funnel. Leaves: a `FunnelAnswer` with what it is an answer to: definition, release, completeness.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from studium.analyses import CLASSES, Funnel, answer_funnel, check_funnel, nearest
from studium.config import Workspace
from studium.errors import MisuseError, StudiumError
from studium.publish.manifest import Release
from studium.publish.release import Limits, OpenRelease, open_release
from studium.publish.release_store import find_release

FUNNEL_PAGES = """
    select distinct page_id, title, first_title from content_nodes
    where course_id = $course_id and kind = 'page' order by all
"""
FUNNEL_VIEWS = """
    select
        dense_rank() over (order by actor_id) as actor,
        epoch_us(event_time) as moment,
        row_number() over (order by event_time, event_id) as event,
        coalesce(list_position($pages::varchar[], page_id), 0) - 1 as page,
        list_position($classes::varchar[], class) - 1 as class
    from page_views where course_id = $course_id and actor_id is not null
"""
_TUTORIALS = """
    select course_id, node_id, title from content_nodes
    where kind = 'tutorial' and ($course_id is null or course_id = $course_id)
    order by course_id, outline_index
"""
_STEPS = """
    select page_id from content_nodes
    where course_id = $course_id and parent_id = $node_id and kind = 'page' order by position, node_id
"""


class FunnelStep(NamedTuple):
    """A step, from 1: people of a class (`all`: everybody), the median time since the step before."""

    step: int
    page_id: str
    title: str
    people: str
    users: int
    median_seconds: float | None


class FunnelAnswer(NamedTuple):
    """`is_complete`: whether everybody who began in the days asked for had the whole window before `as_of`."""

    funnel: Funnel
    definition: str
    release: str
    as_of: date | None
    is_complete: bool
    steps: list[FunnelStep]


def ask_funnel(release: Release, funnel: Funnel, limits: Limits) -> FunnelAnswer:
    """How many people came to each step.

    Raises MisuseError for what cannot be asked, with the field and the nearest name.
    """
    _require(release)
    with open_release(OpenRelease, release, limits) as opened:
        titles = {
            page: page_title(page, names)
            for page, *names in opened.rows(FUNNEL_PAGES, {"course_id": funnel.course_id})
        }
        if not titles:
            courses = {row[0] for row in opened.rows(_TUTORIALS, {"course_id": None})}
            fix = nearest(funnel.course_id, courses, "Land the package of a course")
            raise MisuseError(
                f"There are no pages of {funnel.course_id} in release {release.id}",
                "funnel: course",
                fix,
            )
        check_funnel(funnel, titles)
        views = opened.call(
            lambda: opened.connection.execute(FUNNEL_VIEWS, funnel_values(funnel)).fetchnumpy()
        )
    return answer_of_views(funnel, views, titles, (release.id, release.manifest.build.as_of))


def page_view_funnel(
    workspace: Workspace,
    course_id: str,
    pages: Sequence[str],
    days: tuple[date | None, date | None] = (None, None),
    **options: Any,
) -> FunnelAnswer:
    """How many people came along pages of a course, of those who began from the first of `days` to before the second.

    `options` are further fields of `Funnel`. Asks the current release.
    """
    wanted = Funnel(course_id, tuple(pages), start=days[0], end=days[1], **options)
    return ask_funnel(find_release(workspace, None), wanted, Limits.of_queries(workspace))


def funnel_values(funnel: Funnel) -> dict[str, Any]:
    """What `FUNNEL_VIEWS` asks for."""
    return {
        "course_id": funnel.course_id,
        "pages": list(dict.fromkeys((*funnel.steps, *funnel.exclude))),
        "classes": list(CLASSES),
    }


def page_title(page: str, names: Sequence[str | None]) -> str:
    """A unit's own name says little where all are called so: what it shows first stands beside it."""
    return ": ".join(dict.fromkeys(filter(None, names))) or page


def answer_of_views(
    funnel: Funnel,
    views: Mapping[str, Any],
    titles: Mapping[str, str],
    of_release: tuple[str, date | None],
) -> FunnelAnswer:
    """The answer from the columns of `FUNNEL_VIEWS`."""
    steps = [
        FunnelStep(it.step, (page := funnel.steps[it.step - 1]), titles[page], *it[1:])
        for it in answer_funnel(views, funnel)
    ]
    release, as_of = of_release
    end = min(filter(None, [funnel.end, as_of]), default=None)
    window = timedelta(seconds=funnel.window_seconds)
    is_complete = bool(end and as_of and as_of - end >= window)
    return FunnelAnswer(funnel, funnel.definition, release, as_of, is_complete, steps)


def find_tutorial(
    release: Release, name: str, course_id: str | None, limits: Limits
) -> tuple[Funnel, str]:
    """The funnel of a tutorial's pages and its title, by the id, the end of the id, or the title.

    Raises MisuseError where no tutorial, or more than one, is called so.
    """
    _require(release)
    with open_release(OpenRelease, release, limits) as opened:
        known = opened.rows(_TUTORIALS, {"course_id": course_id})
        found = [
            row
            for row in known
            if name in {row[1], row[2]} or row[1].endswith((f"@{name}", f"/{name}"))
        ]
        if not found:
            names = [title for _, _, title in known if title]
            fix = nearest(name, names, "List them: studium query 'from content_nodes'")
            raise MisuseError(f"No subsection is called {name}", f"release {release.id}", fix)
        if len(found) > 1:
            raise MisuseError(
                f"{len(found)} subsections are called {name}",
                ", ".join(f"{course} {node}" for course, node, _ in found[:3]),
                "Give --course KEY, or the id of one",
            )
        course, node, title = found[0]
        pages = opened.texts(_STEPS, {"course_id": course, "node_id": node})
    return replace(Funnel(course, ()), steps=tuple(pages)), title or node


def _require(release: Release) -> None:
    names = {table.name for table in release.manifest.tables}
    if not {"page_views", "content_nodes"} <= names:
        raise StudiumError(
            "This release has no views of pages",
            f"release {release.id}",
            "Land the package of a course beside its logs, then: studium run",
        )
