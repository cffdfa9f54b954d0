"""Child processes that never outlive their parent."""

import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread


def end_with_parent() -> None:
    """Let this child end itself when its parent is gone, even by SIGKILL.

    Else it would finish its work beside the next run, or wait for work for ever.
    """

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    parent = parent_process()
    if parent is not None:
        Thread(target=watch, args=(parent.sentinel,), daemon=True).start()
