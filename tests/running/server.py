"""Imports what any command needs, then forks a process for each command that it is asked for.

Enters: the address of a socket, and requests with the files that are to be stdin, stdout and stderr. Leaves: processes
that run the program's own entry, and for each its exit status in the file that came with it. Ends when the socket does.
"""

import ctypes
import json
import os
import select
import socket
import sys
import tempfile
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

USERS, MOUNTS = 0x10000000, 0x00020000  # linux/sched.h: CLONE_NEWUSER, CLONE_NEWNS
FILES = 4  # stdin, stdout, stderr, and where the status goes


def prepare() -> None:
    """Import the command line, dbt and the parsed project; no thread may be left, or a fork could wait for ever."""
    import studium.analyses
    import studium.cli
    import studium.lake
    import studium.publish  # noqa: F401
    from studium.config import Settings, Workspace
    from studium.warehouse import load_engine
    from studium.warehouse.project import Project

    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), Settings())
        if os.fork() == 0:  # parsing starts threads: elsewhere, for all to load
            Project(workspace).read_manifest()
            os._exit(0)
        os.wait()
        load_engine(workspace)
    tasks = Path("/proc/self/task").glob("*/comm")
    threads = sorted(file.read_text().strip() for file in tasks)
    assert [name for name in threads if name != "jemalloc_bg_thd"] == ["python"], threads


def enter(process: int) -> None:
    """See the file systems, and be the user, of another process."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(os.pidfd_open(process), USERS | MOUNTS):
        raise OSError(ctypes.get_errno(), "setns")


def become(request: dict[str, Any], files: list[int]) -> None:
    """In the child: what the program finds when a shell starts it."""
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    resource_tracker._resource_tracker.__dict__.update(
        _fd=None, _pid=None
    )  # the server's own: each child starts another
    os.closerange(3, 1024)
    if request["namespaces"]:
        enter(request["namespaces"])
    if request["new_session"]:
        os.setsid()
    os.nice(request["nice"])
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]


def serve(channel: socket.socket) -> str:
    """Return what to run in each child; end the server when nobody asks any more."""
    running: dict[int, tuple[int, int]] = {}  # its pidfd -> its id, and where its status goes
    while True:
        ready, _, _ = select.select([channel, *running], [], [])
        for descriptor in ready:
            if isinstance(descriptor, int):
                process, told = running.pop(descriptor)
                os.write(told, str(os.waitpid(process, 0)[1]).encode())
                os.close(told)
                os.close(descriptor)
                continue
            text, files, _, _ = socket.recv_fds(channel, 1 << 20, FILES)
            if not text:
                os._exit(0)
            request = json.loads(text)
            if (process := os.fork()) == 0:
                channel.detach()
                become(request, files)
                return str(request["program"])
            for file in files[:3]:
                os.close(file)
            running[os.pidfd_open(process)] = (process, files[3])
            channel.send(str(process).encode())


def run() -> None:
    """The program of the server, and then of each child."""
    address = sys.argv[1]
    prepare()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
        channel.connect(address)
        program = serve(channel)
    exec(program, {})
