"""Pages over all courses: comparison, subjects, the network of courses, retention.

Enters: the routers of the files. Leaves: `router`, which the application finds.
"""

from fastapi import APIRouter

from studium.serve.pages.institution import comparison, network, retention, subjects

router = APIRouter()
for page in (comparison, subjects, network, retention):
    router.include_router(page.router)
