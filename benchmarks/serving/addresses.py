"""Every page and endpoint that answers a GET, with a course, a learner, a video in the place of its parameters.

Enters: the application's routes, the invented release. Leaves: addresses; a new route is asked for by itself.
"""

import hmac
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import duckdb
from fastapi.routing import iter_route_contexts

from benchmarks.serving.tables import PROBLEMS, VIDEOS
from studium.config import Workspace
from studium.publish import current_release
from studium.serve import Role, create_application, open_desk

# The way to the issuer and back, what is no address, raw events (the release has none).
_LEFT_OUT = (
    "/sign-in/oidc",
    "/static",
    "/api/v0/courses/{rest:path}",
    "/api/v1/events/{event_type:path}",
)
_ASKED = {
    "/api/v1/datasets/{name}/rows": "?limit=1000",
    "/api/v0/learners/": "?course_id={course_id}",
    "/api/v0/learners/{username}/": "?course_id={course_id}",
    "/api/v0/engagement_timelines/{username}/": "?course_id={course_id}",
    "/retention": "?course={course_id}",
}
_DATASETS = (
    "course_enrollment_daily",
    "person_course",
    "person_course_day",
    "video_timeline",
    "d_course",
    "course_summary_stats",
)
_VISITED = 2000  # learners of courses that clients choose from


@dataclass(frozen=True)
class Visit:
    """An address to ask for, and the route that answers."""

    route: str
    path: str


class Visits:
    """Draws addresses; courses come as often as they have learners, and every fourth time any of them."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self._chance = random.Random(seed)
        self._people, self.courses = _people(workspace)
        release = current_release(workspace)
        self._release = release.id if release else ""
        self._key = open_desk(workspace).keys.pseudonyms
        self.routes = _routes(workspace)

    def draw(self, route: str, role: Role) -> Visit:
        """An address of a route, with the name that a learner has for the role."""
        course, username = self._chance.choice(self._people)
        if self._chance.random() < 0.25 and "{username" not in route:
            course = self._chance.choice(self.courses)
        video, problem = f"v{self._number(VIDEOS)}", f"p{self._number(PROBLEMS)}"
        values = {
            "course_id": course,
            "username": self._pseudonym(username) if role is Role.RESEARCHER else username,
            "video_id": f"{course}|{video}" if route.startswith("/api/v0") else video,
            "problem_id": problem,
            "module_id": f"block-v1:{course[10:]}+type@problem+block@{problem}",
            "name": self._chance.choice(_DATASETS),
            "release_id": self._release,
            "report_name": "problem_response",
        }
        path = re.sub(
            r"\{(\w+)(:\w+)?\}", lambda found: quote(values[found[1]], safe=":+@/"), route
        )
        asked = _ASKED.get(route, "").format(
            **{name: quote(value) for name, value in values.items()}
        )
        return Visit(route, path + asked)

    def order(self) -> list[str]:
        """All routes, shuffled."""
        return self._chance.sample(self.routes, len(self.routes))

    def _pseudonym(self, username: str) -> str:
        return hmac.digest(self._key, f"text:{username}".encode(), "sha256").hex()[:32]

    def _number(self, most: int) -> int:
        return self._chance.randint(1, most)


def _routes(workspace: Workspace) -> list[str]:
    found = {
        context.path or ""
        for context in iter_route_contexts(create_application(workspace).routes)
        if "GET" in (context.methods or ()) and not (context.path or "").startswith(_LEFT_OUT)
    }
    return sorted(found)


def _people(workspace: Workspace) -> tuple[Sequence[tuple[str, str]], Sequence[str]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        people = connection.execute(
            "select course_id, username from marts.person_course "
            f"using sample reservoir({_VISITED} rows) repeatable (1)"
        ).fetchall()
        courses = connection.execute("select course_id from marts.d_course order by 1").fetchall()
    return [(course, name) for course, name in people], [course for (course,) in courses]
