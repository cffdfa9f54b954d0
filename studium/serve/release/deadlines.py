"""Queries that take too long are interrupted, by one thread for all of them.

Enters: a cursor and how many seconds it has. Leaves: an interrupted query where it took longer.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_PAUSE = 0.1  # an interrupt that comes before DuckDB really runs is forgotten: it is said again


class Deadline:
    """When a query must be done; `is_over` tells an interrupt of ours from others."""

    def __init__(self, cursor: "duckdb.DuckDBPyConnection", seconds: float) -> None:
        self.cursor = cursor
        self.seconds = seconds
        self.at = time.monotonic() + seconds
        self.is_over = False

    def is_past(self) -> bool:
        """Whether its time is up, interrupted or not."""
        return self.is_over or time.monotonic() >= self.at


class Watch:
    """Interrupts overdue queries; its thread sleeps while none runs."""

    def __init__(self) -> None:
        self._running: set[Deadline] = set()
        self._changed = Condition()
        Thread(target=self._look, name="deadlines", daemon=True).start()

    @contextmanager
    def limit(self, deadline: Deadline) -> Iterator[None]:
        """Watch over what runs inside."""
        with self._changed:
            self._running.add(deadline)
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(deadline)

    def _look(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._running)
                self._interrupt_overdue(time.monotonic())
            time.sleep(_PAUSE)

    def _interrupt_overdue(self, now: float) -> None:
        for deadline in self._running:
            if deadline.at <= now:
                deadline.is_over = True
                deadline.cursor.interrupt()
