"""The server's processes: uvicorn over the application, one or several.

Enters: a workspace, an address. Leaves: answers, until it is stopped; refuses to begin with unsafe keys.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from studium.config import Workspace, open_workspace
from studium.errors import StudiumError
from studium.serve.accounts import open_desk
from studium.serve.application import create_application
from studium.serve.stopping import GRACE_SECONDS, LOGGING, run_until_stopped

_ROOT = "STUDIUM_WORKSPACE"
_BACKLOG = 512
_IDLE_SECONDS = (
    75  # longer than proxies keep theirs, else they ask on a connection that just closed
)
_LARGEST_HEAD = 32 * 1024  # of a request: its address and headers


def serve(
    workspace: Workspace,
    host: str,
    port: int,
    workers: int,
    started: Callable[[str], None] = lambda _address: None,
) -> None:
    """Answer until a signal; `started` gets the address, which names the port where 0 was asked for."""
    desk = open_desk(workspace)  # refuses unsafe keys before anybody can connect
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    started(f"http://{shown}:{listening.getsockname()[1]}")
    os.environ[_ROOT] = str(workspace.root)  # where the other processes look
    settings = workspace.settings.serve
    config = uvicorn.Config(
        "studium.serve.running:application",
        factory=True,
        workers=workers,
        backlog=_BACKLOG,
        log_level="warning",
        log_config=LOGGING,
        access_log=False,  # addresses hold names of learners; the audit log is the record
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        http="h11",
        ws="none",
        lifespan="off",
    )
    try:
        run_until_stopped(config, listening)
    finally:
        desk.close()


def application() -> FastAPI:
    """The application of a process; the workspace is the one that `serve` was given."""
    return create_application(open_workspace(Path(os.environ[_ROOT])))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its number: asyncio turns off the waiting for full packets (40 ms) only where it knows TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)  # who comes before the processes are up waits
    except OSError as error:
        listening.close()
        raise StudiumError(
            f"The server cannot listen there: {error.strerror}",
            f"{host}:{port}",
            "Name another: studium serve --port PORT, or serve.port in studium.toml; 0 takes a free one",
        ) from None
    listening.set_inheritable(True)
    return listening
