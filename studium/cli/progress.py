"""Progress for people: a bar with rate and time left on a terminal, plain lines elsewhere.

Enters: what rooms report (`studium.progress.Progress`). Leaves: text on stderr.
"""

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import ProgressColumn, Task, TaskID

_PAUSE_SECONDS = 5.0


class ProgressLines:
    """A line when a step begins and ends, and every five seconds between."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._step = ""
        self._total: float | None = None
        self._unit = ""
        self._done = self._began = self._spoke = 0.0

    def start(self, step: str, total: float | None, unit: str) -> None:
        """Begin a step."""
        self._step, self._total, self._unit = step, total, unit
        self._done = 0.0
        self._began = self._spoke = time.monotonic()

    def advance(self, amount: float) -> None:
        """Count, and speak when the last line is five seconds old."""
        self._done += amount
        if time.monotonic() - self._spoke >= _PAUSE_SECONDS:
            self._spoke = time.monotonic()
            self.note(f"{self._step}: {self._sum_up()}")

    def note(self, message: str) -> None:
        """Print a line."""
        print(message, file=self._stream, flush=True)

    def finish(self) -> None:
        """Sum up the step."""
        seconds = time.monotonic() - self._began
        done = f"{_figure(self._done)} {self._unit} in " if self._done else ""
        self.note(f"{self._step}: {done}{seconds:.1f} s")

    def _sum_up(self) -> str:
        rate = self._done / max(time.monotonic() - self._began, 0.001)
        text = f"{_figure(self._done)}"
        if self._total:
            text += f" of {_figure(self._total)} {self._unit}, {_figure(rate)} {self._unit}/s"
            left = max(self._total - self._done, 0) / rate if rate else 0
            return f"{text}, {left:.0f} s left"
        return f"{text} {self._unit}, {_figure(rate)} {self._unit}/s"


class Bars:
    """One live bar for the running step; finished steps stay above it."""

    def __init__(self) -> None:
        self._display: RichProgress | None = None
        self._task: TaskID | None = None

    def start(self, step: str, total: float | None, unit: str) -> None:
        """Begin a step with a new bar."""
        self.close()
        self._display = _new_display()
        self._display.start()
        self._task = self._display.add_task(step, total=total, unit=unit)

    def advance(self, amount: float) -> None:
        """Move the bar."""
        if self._display is not None and self._task is not None:
            self._display.advance(self._task, amount)

    def note(self, message: str) -> None:
        """Print a line above the bar."""
        if self._display is not None:
            self._display.console.print(message, highlight=False, markup=False)
        else:
            ProgressLines(_stderr()).note(message)

    def finish(self) -> None:
        """Leave the bar full."""
        if self._display is not None and self._task is not None:
            done = self._display.tasks[0].completed
            self._display.update(self._task, total=done or 1, completed=done or 1)
        self.close()

    def close(self) -> None:
        """Give the terminal back, also when a step failed."""
        if self._display is not None:
            self._display.stop()
        self._display = None


def _new_display() -> "RichProgress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    return Progress(
        TextColumn("{task.description:<9}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=16),
        _amount_column(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _amount_column() -> "ProgressColumn":
    from rich.progress import ProgressColumn
    from rich.table import Column
    from rich.text import Text

    class Amount(ProgressColumn):
        """Done, total, rate and time left."""

        def render(self, task: "Task") -> Text:
            unit = task.fields["unit"]
            total = f"/{_figure(task.total)}" if task.total else ""
            text = f"{_figure(task.completed)}{total} {unit}"
            # Over the whole step: work that ends in bursts makes a short average jump about.
            rate = task.completed / task.elapsed if task.elapsed else 0.0
            if rate:
                text += f"  {_figure(rate)} {unit}/s"
            if rate and task.total and task.completed < task.total:
                text += f"  {(task.total - task.completed) / rate:.0f} s left"
            return Text(text)

    return Amount(table_column=Column(no_wrap=True))


def _figure(number: float) -> str:
    return f"{number:,.1f}" if number < 100 and number != int(number) else f"{number:,.0f}"


def _stderr() -> TextIO:
    import sys

    return sys.stderr
