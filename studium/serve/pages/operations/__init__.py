"""Pages for engineers and for everybody who wants to know what a number means.

Enters: the routers of the files. Leaves: `router`, which the application finds.
"""

from fastapi import APIRouter

from studium.serve.pages.operations import checks, datasets, events, rejects, releases, runs

router = APIRouter()
for page in (releases, runs, checks, rejects, datasets, events):
    router.include_router(page.router)
