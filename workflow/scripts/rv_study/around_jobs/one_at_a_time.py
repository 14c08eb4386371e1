"""Let one job at a time work on a result.

Snakemake does not know of jobs that live on after it was killed, and would start them a second time.
"""

import fcntl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO


def open_alone(path: Path, say_waiting: Callable[[], None]) -> TextIO:
    """Open a job's log for writing, empty, once no other job has it open; its lock ends with the process.

    say_waiting  called if there is another one
    Where the file system has no locks, there is no waiting.
    """
    file = open(path, "a", encoding="utf-8")  # noqa: SIM115 (closed by the job)
    with suppress(OSError):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say_waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
    with suppress(OSError):  # not of a file that has no length, such as a pipe
        file.truncate(0)
    return file
