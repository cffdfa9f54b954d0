"""A server of PostgreSQL on this machine, from Debian's package, for as long as a test session lasts.

Enters: nothing. Leaves: `Cluster`, which makes databases. It listens on the loopback alone and asks for a password.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

PASSWORD = "of the tests alone"
MISSING = "There is no PostgreSQL server here: bash .ci/system-packages postgresql"


class Cluster:
    """A running server; `url` is of a database that is there from the start."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = count(1)

    def address(self, database: str = "postgres") -> str:
        """As libpq has it."""
        return (
            f"postgresql://studium:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self._port}/{database}"
        )

    def new_database(self) -> str:
        """As `serve.accounts_url` names a new, empty one."""
        name = f"accounts{next(self._numbers)}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        return self.address(name).replace("postgresql:", "postgresql+psycopg:")


def find_programs() -> Path | None:
    """Where initdb and pg_ctl are; None where there is no server."""
    newest = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda it: int(it.parts[-3])
    )
    found = str(newest[-1]) if newest else shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def run_cluster(programs: Path) -> Iterator[Cluster]:
    """A server of its own, gone at the end with all that it held."""
    # Not below the folder of the tests: that is root's, whom the server refuses to run as.
    folder = Path(tempfile.mkdtemp(prefix="studium-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = folder / "data", folder / "log"
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments],
            check=True, capture_output=True, user=user, cwd=folder, timeout=120,
        )  # fmt: skip

    try:
        call(
            "initdb",
            "--username=studium",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
        )
        call("pg_ctl", "start", "--wait", "-l", str(log), "-o", options)
        try:
            yield Cluster(port)
        finally:
            call("pg_ctl", "stop", "--wait", "-m", "immediate")
    finally:
        shutil.rmtree(folder)
