"""How the server ends: requests under way get some seconds, then it is over, whatever clients do.

Enters: SIGTERM or Ctrl-C. Leaves: the same signal for whoever handled it before, raised once nothing of
uvicorn and asyncio is under way any more, and a log without the stacks of requests that were cut off.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG
from uvicorn.supervisors import Multiprocess

GRACE_SECONDS = 8  # what manages containers kills after 10
_LAST_SECONDS = 1.5
_KILLED_AFTER = (
    0.5  # of its grace; the supervisor takes half a second to hear a signal, and children to end
)
_LOOK_SECONDS = 0.05
_SAME_SECONDS = 1.0  # `timeout` and process managers send the same signal twice
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# uvicorn logs as it does, but for requests that the end of the server cut off.
LOGGING: dict[str, Any] = {
    **LOGGING_CONFIG,
    "filters": {"faults": {"()": "studium.serve.stopping.Faults"}},
    "handlers": {
        name: {**handler, "filters": ["faults"]}
        for name, handler in LOGGING_CONFIG["handlers"].items()
    },
}


class Faults(logging.Filter):
    """Lets through what is a fault; that a request was cut off at the end is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth a line."""
        error = record.exc_info[1] if record.exc_info else None
        is_count = "timeout graceful shutdown exceeded" in str(record.msg)
        return not (is_count or isinstance(error, asyncio.CancelledError))


def run_until_stopped(config: uvicorn.Config, listening: socket) -> None:
    """Answer until a signal, in as many processes as the configuration says.

    The signal is raised again afterwards: the caller's handler says with which code the process ends.
    """
    number = _answer_alone(config, listening) if config.workers == 1 else _answer(config, listening)
    if number is not None:
        signal.raise_signal(number)


def _answer_alone(config: uvicorn.Config, listening: socket) -> int | None:
    server = _Server(config)
    server.run(sockets=[listening])
    return server.number


def _answer(config: uvicorn.Config, listening: socket) -> int | None:
    with _kept_handlers():
        supervisor = _Supervisor(config, [listening])
        supervisor.run()
    return supervisor.number


class _Server(uvicorn.Server):
    """`number` is the signal that came. A second one does not wait for requests any more."""

    number: int | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but nothing is raised while the loop runs."""
        with _kept_handlers() as before:
            for number in _SIGNALS:
                signal.signal(number, lambda number, frame: self._end(number, frame, before))
            yield

    def _end(self, number: int, frame: FrameType | None, before: dict[int, Any]) -> None:
        now = time.monotonic()
        if self.number is None:
            self.number, self._since = number, now
            self.should_exit = True
            seconds = (self.config.timeout_graceful_shutdown or 0) + _LAST_SECONDS
            self._until = now + seconds
            threading.Thread(target=self._insist, args=(seconds,), daemon=True).start()
        elif now >= self._until and callable(before[number]):
            before[number](number, frame)
        elif now - self._since > _SAME_SECONDS:
            self.force_exit = True

    def _insist(self, seconds: float) -> None:
        """The signal once more, for the caller, where something cannot be cut off."""
        time.sleep(seconds)
        os.kill(os.getpid(), self.number or signal.SIGTERM)


class _Supervisor(Multiprocess):
    """Several processes; those that do not end in time, or by a second signal, are killed."""

    number: int | None = None
    _since = 0.0
    _is_over = False

    def handle_int(self) -> None:
        """Ctrl-C."""
        self._end(signal.SIGINT)

    def handle_term(self) -> None:
        """SIGTERM."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        now = time.monotonic()
        if self.number is None:
            self.number, self._since = number, now
        elif now - self._since > _SAME_SECONDS:
            self._is_over = True
        self.should_exit.set()

    def join_all(self) -> None:
        """Wait for all as long as one may take."""
        until = time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + _KILLED_AFTER
        while any(process.process.is_alive() for process in self.processes):
            self.handle_signals()
            if self._is_over or time.monotonic() > until:
                break
            time.sleep(_LOOK_SECONDS)
        for process in self.processes:
            process.process.kill()
            process.process.join()


@contextmanager
def _kept_handlers() -> Iterator[dict[int, Callable[[int, FrameType | None], Any] | int | None]]:
    """The handlers of all signals are after the block what they were before."""
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    try:
        yield {int(number): handler for number, handler in before.items()}
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
