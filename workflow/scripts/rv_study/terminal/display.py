"""Where messages of jobs are shown."""

from abc import ABC, abstractmethod
from logging import Logger

from rv_study.terminal.time_left import TimeLeft


class Display(ABC):
    """Shows what jobs say and how far they are, and counts their work."""

    def __init__(self, logger: Logger, left: TimeLeft) -> None:
        self._logger, self._left = logger, left

    def progress(self, told: dict) -> None:
        """Show how far a job is; `told` is what progress.JobProgress sends."""
        self._left.tell(told["job"], told["share"])
        self._show_progress(told)

    def say(self, text: str, *, is_error: bool) -> None:
        """Show a text."""
        (self._logger.error if is_error else self._logger.info)(text)

    def end(self, job: str, *, is_done: bool) -> None:
        """Show no progress of this job any more; all its work is done, or it ended otherwise."""
        if is_done:
            self._left.tell(job, 1.0)
        self._forget(job)

    def close(self) -> None:  # noqa: B027 (lines that were written stay)
        """Show no progress of any job any more."""

    @abstractmethod
    def _show_progress(self, told: dict) -> None:
        """Show how far a job is, once its work is counted."""

    @abstractmethod
    def _forget(self, job: str) -> None:
        """Show no progress of this job any more."""
