"""Processes that stand for jobs, in tests of several at once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def python_jobs(code: str, *arguments: object, **environment: str) -> Iterator[Callable[[], subprocess.Popen]]:
    """Yield a function that starts Python code, with pipes; those that still run at the end are killed."""
    started = []

    def start() -> subprocess.Popen:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        command = [sys.executable, "-c", code, *map(str, arguments)]
        started.append(subprocess.Popen(command, env=os.environ | environment, text=True, **pipes))
        return started[-1]

    try:
        yield start
    finally:
        for job in started:
            job.kill()
            job.communicate()
