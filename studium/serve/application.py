"""The application: middleware, errors, and the routers of all nouns, found by listing their folders.

Enters: a workspace. Leaves: a FastAPI application; refuses to be made with a key that others may know.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from studium import __version__
from studium.config import Workspace
from studium.serve.accounts import open_desk
from studium.serve.audit import AuditGate
from studium.serve.nouns import find_navigation, find_routers
from studium.serve.protocol import Headers, HeadRequests, RequestLimits, TypedKeys
from studium.serve.release import Bounds, Keeper
from studium.serve.rights import Principal
from studium.serve.web.admission import UnchangedError, admit, refuse_forged_forms
from studium.serve.web.problems import add_error_handlers
from studium.serve.web.server import Server
from studium.serve.web.templates import FOLDER


def create_application(
    workspace: Workspace, authenticate: Callable[[Request], Principal | None] | None = None
) -> FastAPI:
    """Pages and API over the workspace's current release, which may come later.

    `authenticate` stands in for sessions and tokens in tests.
    """
    desk = open_desk(workspace)
    settings = workspace.settings.serve
    app = FastAPI(
        title="Studium",
        version=__version__,
        dependencies=[Depends(refuse_forged_forms), Depends(admit)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.server = Server(
        workspace=workspace,
        keeper=Keeper(workspace),
        bounds=Bounds(
            query_seconds=settings.time_limit_seconds,
            export_seconds=settings.export_limit_seconds,
            small_group=settings.small_group,
            pads=desk.keys.pads,
            privacy=workspace.settings.privacy,
        ),
        desk=desk,
        authenticate=authenticate or desk.authenticate,
    )
    app.state.navigation = find_navigation()
    add_error_handlers(app)
    app.exception_handler(UnchangedError)(_unchanged)
    for router in find_routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    app.add_middleware(AuditGate, log=desk.audit)
    app.add_middleware(RequestLimits)
    app.add_middleware(Headers, form_targets=_form_targets(workspace))
    app.add_middleware(HeadRequests)
    app.add_middleware(TypedKeys)
    return app


def _unchanged(_request: Request, _error: Exception) -> Response:
    return Response(status_code=304)


def _form_targets(workspace: Workspace) -> tuple[str, ...]:
    """The form of the sign-in leads on to the issuer, which browsers want to be told."""
    issuer = urlsplit(workspace.settings.oidc.issuer)
    return (f"{issuer.scheme}://{issuer.netloc}",) if issuer.netloc else ()
