"""Show the progress of jobs in plain lines, one a minute at most."""

import time
from collections.abc import Callable
from logging import Logger

from rv_study.around_jobs.progress_words import SECONDS_BETWEEN_LINES, describe
from rv_study.durations import in_words
from rv_study.terminal.display import Display
from rv_study.terminal.time_left import TimeLeft


class Lines(Display):
    """A display for pipes, log files and plain terminals: each line tells of the job that waited longest for it.

    The first job on a device has its line at once, as lines name the devices.
    """

    def __init__(self, logger: Logger, left: TimeLeft, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logger, left)
        self._clock, self._said_at = clock, clock()
        self._said_of: dict[str, float] = {}  # running jobs, and when a line was about them
        self._told: dict[str, dict] = {}  # and what they told last
        self._named: set[str] = set()  # devices

    def _show_progress(self, told: dict) -> None:
        """Note how far a job is; write a line if it is time for one."""
        job, now = told["job"], self._clock()
        self._said_of.setdefault(job, float("-inf"))
        self._told[job] = told
        is_new = told["left_s"] is not None and told["on"] not in self._named  # it has computed, and so uses its device
        if is_new or now - self._said_at >= SECONDS_BETWEEN_LINES:
            turn = job if is_new else min(self._said_of, key=self._said_of.get)
            self._named.add(self._told[turn]["on"])
            self._said_at = self._said_of[turn] = now
            left = self._left.seconds()
            of_all = "" if left is None else f"; about {in_words(left)} for all"
            self._logger.info(f"{describe(self._told[turn])}{of_all}")

    def _forget(self, job: str) -> None:
        self._said_of.pop(job, None)
        self._told.pop(job, None)
