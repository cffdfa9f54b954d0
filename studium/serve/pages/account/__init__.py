"""Pages of accounts: one's own with its tokens, and those of others for administrators.

Enters: the routers of the files. Leaves: `router`, which the application finds.
"""

from fastapi import APIRouter

from studium.serve.pages.account import accounts, own

router = APIRouter()
for page in (own, accounts):
    router.include_router(page.router)
