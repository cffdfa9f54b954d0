"""How long work says what it does: rooms report to a `Progress`, the command line draws it."""

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of one step after another; implementations never raise."""

    def start(self, step: str, total: float | None, unit: str) -> None:
        """A step begins; `total` in `unit` (such as "MB" or "models"), None when unknown."""

    def advance(self, amount: float) -> None:
        """`amount` more units of the running step are done."""

    def note(self, message: str) -> None:
        """One plain line for the reader, outside the bar."""

    def finish(self) -> None:
        """The running step is done."""


class Silent:
    """A Progress that says nothing: for tests and `--json`."""

    def start(self, step: str, total: float | None, unit: str) -> None:
        return None

    def advance(self, amount: float) -> None:
        return None

    def note(self, message: str) -> None:
        return None

    def finish(self) -> None:
        return None
