"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread

PR_SET_PDEATHSIG = 1  # sys/prctl.h


def end_with_parent() -> None:
    """Let this child end with its parent, even by SIGKILL, and on Linux with the server that it was forked from.

    Else it would finish its work beside the next run, or wait for work for ever.
    """

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    parent = parent_process()
    if parent is not None:
        Thread(target=watch, args=(parent.sentinel,), daemon=True).start()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
