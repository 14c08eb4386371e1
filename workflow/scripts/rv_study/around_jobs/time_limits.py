"""End a job in order when its time is up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """A signal told the job to end: Ctrl-C, or SIGTERM, which a cluster sends at its time limit."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Raise Stopped at the first SIGTERM or SIGINT, so that temporary files are removed on the way out."""

    def stop(number: int, frame: object) -> None:
        raise Stopped(f"stopped by {signal.Signals(number).name}; run the same command again to go on")

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
