"""The program `studium`, also `python -m studium`."""

import signal


def start() -> None:
    """Load the command line and run it; a signal that comes while it loads is answered by `main`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    from studium import cli

    cli.start()


if __name__ == "__main__":
    start()
