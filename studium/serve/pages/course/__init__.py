"""Pages of all courses and of one course.

Enters: the routers of the files. Leaves: `router`, which the application finds.
"""

from fastapi import APIRouter

from studium.serve.pages.course import (
    chapters,
    courses,
    engagement,
    enrollment,
    forum,
    overview,
    problems,
    videos,
)

router = APIRouter()
for page in (
    courses,
    overview,
    enrollment,
    engagement,
    videos,
    problems,
    chapters,
    forum,
):
    router.include_router(page.router)
