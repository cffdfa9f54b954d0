"""`studium` as a process like any other, forked from one that has imported everything.

Enters: arguments, an environment. Leaves: a `subprocess.Popen` with its own id, that gets signals and is killed as
others are. What a test says about starting, importing or installing needs a process that does so itself.
"""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STUDIUM = "import studium.__main__; studium.__main__.start()"
SERVER = "from tests.running.server import run; run()"


class Server:
    """A process that has imported Studium; `prefix` is a program that starts it, as in a namespace of its own."""

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        folder = tempfile.mkdtemp(prefix="studium-prepared-")
        address = f"{folder}/socket"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.bind(address)
            door.listen(1)
            self._process = subprocess.Popen(
                [*prefix, sys.executable, "-c", SERVER, address],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
                | {"OPENBLAS_NUM_THREADS": "1"},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            door.settimeout(120)
            self._channel, _ = door.accept()
        shutil.rmtree(folder)

    def fork(self, request: Mapping[str, object], files: Sequence[int]) -> int:
        """The id of a new process with these files."""
        socket.send_fds(self._channel, [json.dumps(request, default=str).encode()], files)
        return int(self._channel.recv(64))

    def close(self) -> None:
        """End it; processes that it forked go on."""
        self._channel.close()
        self._process.wait(timeout=20)


@cache
def prepared(*prefix: str) -> Server:
    """One for this process and these programs that start it, made when it is first asked for."""
    server = Server(prefix)
    atexit.register(server.close)
    return server


@dataclass(frozen=True)
class Place:
    """Where and how a process runs; `namespaces` is a process whose file systems and user it shall have."""

    folder: Path
    environment: Mapping[str, str]
    nice: int = 0
    new_session: bool = False
    namespaces: int | None = None


class Prepared(subprocess.Popen[str]):
    """`studium ARGUMENTS` in a place, or another program in Python; all else as `subprocess.Popen` has it."""

    def __init__(
        self,
        arguments: Sequence[str],
        place: Place,
        server: Server | None = None,
        program: str = STUDIUM,
    ) -> None:
        self._server = server or prepared()
        given = {"arguments": ["studium", *arguments], "program": program}
        self._request = asdict(place) | given
        self._status = -1
        super().__init__(["studium"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _execute_child(self, *given: Any) -> None:
        """Where the standard library forks and executes; the pipes are its eleventh argument and the next five."""
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite = given[10:16]
        with open(os.devnull) as nothing:
            self._status, told = os.pipe()
            files = [nothing.fileno(), c2pwrite, errwrite, told]
            self.pid = self._server.fork(self._request, files)
            self._child_created = True
            os.close(told)
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]

    def _try_wait(self, flags: int) -> tuple[int, int]:
        """As os.waitpid: (0, 0) while it runs."""
        os.set_blocking(self._status, not flags & os.WNOHANG)
        try:
            status = os.read(self._status, 64)
        except BlockingIOError:
            return 0, 0
        os.close(self._status)
        assert status, "the server of processes ended"
        return self.pid, int(status)

    def _internal_poll(self, *_: object, **__: object) -> int | None:
        if self.returncode is None:
            process, status = self._try_wait(os.WNOHANG)
            if process:
                self._handle_exitstatus(status)  # type: ignore[attr-defined]
        return self.returncode
