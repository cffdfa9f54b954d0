"""What no other address of /api/v0 takes: a course key that is none is told apart from a path that is none.

Enters: a path. Leaves: errors that programs know. This file's name comes after those of the routes it stands behind.
"""

import re

from fastapi import Response

from studium.serve.insights.contract import InsightsError, insights_router
from studium.serve.rights import HiddenError, Rule, rule

router = insights_router()
_KEY = re.compile(r"([^/:]+:[^/]+|[^/:+]+/[^/:+]+/[^/:+]+)(/.*)?")


@router.get("/courses/{rest:path}", include_in_schema=False)
@rule(Rule.ACCOUNT)
def malformed(rest: str) -> Response:
    """Why an address below courses/ is none."""
    if not rest.strip("/"):
        raise InsightsError(400, "course_not_specified", "Course id/key not specified.")
    if not _KEY.fullmatch(rest):
        raise InsightsError(400, "course_key_malformed", "Course id/key malformed.")
    raise HiddenError
