"""Pages of the learners of a course, and of one of them.

Enters: the routers of the files. Leaves: `router`, which the application finds.
"""

from fastapi import APIRouter

from studium.serve.pages.learners import learner, roster

router = APIRouter()
for page in (roster, learner):
    router.include_router(page.router)
