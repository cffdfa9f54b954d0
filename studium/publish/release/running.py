"""Calls of DuckDB beside the main thread, so that a time limit or Ctrl-C ends them at once.

Enters: a connection, a limit, functions that use the connection. Leaves: their results, or an
OverdueError. DuckDB itself notices a signal late or never.
"""

import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from threading import Event
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

_Result = TypeVar("_Result")


_GRACE_SECONDS = 2.0
_hard = Event()


def stop_hard() -> None:
    """From now on the system ends this process, by SIGALRM, where a call outlives its limit and hears nothing."""
    _hard.set()


class OverdueError(Exception):
    """The calls took longer than `seconds` together."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} s")
        self.seconds = seconds


class Runner:
    """One call after the other; only the time that they take counts, not what happens between."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", limit_seconds: float) -> None:
        self._connection = connection
        self._limit = self._left = limit_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="query")

    def call(self, work: Callable[[], _Result]) -> _Result:
        """What `work` returns or raises; OverdueError when the limit is over, and work is stopped."""
        began = time.monotonic()
        if _hard.is_set():
            signal.setitimer(signal.ITIMER_REAL, max(self._left, 0.0) + _GRACE_SECONDS)
        running = self._thread.submit(work)
        try:
            return running.result(timeout=max(self._left, 0.0))
        except NotYetError:
            if running.done():
                return running.result()
            self._stop(running)
            raise OverdueError(self._limit) from None
        except KeyboardInterrupt:
            self._stop(running)
            raise
        finally:
            self._left -= time.monotonic() - began
            if _hard.is_set():
                signal.setitimer(signal.ITIMER_REAL, 0.0)

    def close(self) -> None:
        """End the thread, then the connection."""
        self._thread.shutdown()
        self._connection.close()

    def _stop(self, running: Future[_Result]) -> None:
        """Interrupt until it has noticed: what is said before it really runs is forgotten."""
        while not running.done():
            self._connection.interrupt()
            time.sleep(0.02)
