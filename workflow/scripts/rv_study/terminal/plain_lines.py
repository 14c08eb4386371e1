"""Show the progress of jobs in plain lines, one a minute at most."""

import time
from collections.abc import Callable
from logging import Logger

from rv_study.around_jobs.progress import SECONDS_BETWEEN_LINES, describe
from rv_study.durations import in_words
from rv_study.terminal.time_left import TimeLeft


class Lines:
    """A display for pipes, log files and plain terminals: each line tells of the job that waited longest for it."""

    def __init__(self, logger: Logger, left: TimeLeft, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger, self._left, self._clock = logger, left, clock
        self._said_at = clock()
        self._said_of: dict[str, float] = {}  # running jobs, and when a line was about them

    def progress(self, told: dict) -> None:
        """Note how far a job is; say so if it is its turn."""
        job, now = told["job"], self._clock()
        self._left.tell(job, told["share"])
        self._said_of.setdefault(job, float("-inf"))
        if now - self._said_at >= SECONDS_BETWEEN_LINES and self._said_of[job] == min(self._said_of.values()):
            self._said_at = self._said_of[job] = now
            left = self._left.seconds()
            self._logger.info(describe(told) + ("" if left is None else f"; about {in_words(left)} for all"))

    def say(self, text: str, *, is_error: bool) -> None:
        """Write a text."""
        (self._logger.error if is_error else self._logger.info)(text)

    def end(self, job: str) -> None:
        """Speak no more of a job."""
        self._left.tell(job, 1.0)
        self._said_of.pop(job, None)

    def close(self) -> None:
        """Do nothing: no line changes."""
