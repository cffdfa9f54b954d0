"""Ctrl-C and SIGTERM: the command ends soon, whatever it is doing, with one line and the shell's code.

Enters: signals. Leaves: KeyboardInterrupt in the main thread; if that is lost or what runs cannot be
left (some calls of DuckDB), the end of the process: every write of ours survives being killed.
"""

import os
import signal
import threading
import time
from types import FrameType, TracebackType

TOLD = "Stopped. Nothing is half-done; start the same command again to go on from there."
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GRACE_SECONDS = 5.0
_AGAIN_SECONDS = 0.02
_SAME_SECONDS = 1.0  # `timeout` and process managers send the same signal twice
_INDIVISIBLE = ("popen_forkserver.py", "popen_spawn_posix.py", "forkserver.py", "futures/thread.py")


class Interruption:
    """Receives the signals while it is entered; `number` is the one that came, 0 before."""

    def __init__(self) -> None:
        self.number = 0
        self.is_told = False
        self._since = 0.0
        self._is_raised = False
        self._is_again = False
        self._before: dict[int, object] = {}

    @property
    def exit_code(self) -> int:
        """As shells count: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + (self.number or signal.SIGINT)

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                # One that is ignored stays so: `nohup`, jobs in the background of a script.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_IGN if self.number else handler)  # type: ignore[arg-type]

    def listen(self) -> None:
        """Take what came while the program was loaded, and from now on."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        is_again, self._is_again = self._is_again, False
        if self._is_raised:
            if not is_again and time.monotonic() - self._since > _SAME_SECONDS:
                self._leave()
            return
        if not self.number:
            self.number, self._since = number, time.monotonic()
            threading.Thread(target=self._insist, daemon=True).start()
        if not _is_indivisible(frame):
            self._is_raised = True
            raise KeyboardInterrupt

    def _insist(self) -> None:
        """Say it again until it was heard; leave when nothing came of it."""
        while time.monotonic() - self._since < _GRACE_SECONDS:
            time.sleep(_AGAIN_SECONDS)
            if not self._is_raised:
                self._is_again = True
                os.kill(os.getpid(), self.number)
        self._leave()

    def _leave(self) -> None:
        if not self.is_told:
            os.write(2, f"\n{TOLD}\n".encode())
        os._exit(self.exit_code)


def _is_indivisible(frame: FrameType | None) -> bool:
    """Whether an import or the start of a child or thread is under way.

    Left in the middle, the first two print of it or end for good, and nobody waits for the thread.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib") or file.endswith(_INDIVISIBLE):
            return True
        frame = frame.f_back
    return False
