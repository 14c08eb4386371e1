"""Report a job's progress: on the terminal, in plain lines of the job's log, and by one clear line for an error."""

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rotational_variance.storage.file_errors import naming_path
from rv_study.advice import explain, is_users
from rv_study.around_jobs.progress import JobProgress, progress_bar
from rv_study.around_jobs.time_limits import Stopped, stopped_by_signals
from rv_study.around_jobs.to_snakemake import send
from rv_study.around_jobs.working_alone import working_alone


class JobLog:
    """Report the progress of one job: `line` adds a line to its log, `bar` shows on the terminal how far it is.

    Scripts must name the variables `log` and `bar`: code_hash.py knows by these names that the texts are for people.
    """

    def __init__(self, path: str | Path, label: str) -> None:
        self.path = Path(path)
        self.label = label
        with naming_path(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "a", encoding="utf-8")  # noqa: SIM115 (closed by `close`)
            with suppress(OSError):  # not of a file that has no length, such as a pipe
                self._file.truncate(0)

    def line(self, text: str) -> None:
        """Write a line to the log without delay."""
        with naming_path(self.path):
            print(text, file=self._file, flush=True)

    def warn(self, text: str) -> None:
        """Write a line to the log and the terminal."""
        self.line(text)
        _say(self.label, text)

    @contextmanager
    def taking_warnings(self) -> Iterator[None]:
        """Write what libraries warn of to the log alone: of use on the terminal are only lines that say what to do."""
        logger, handler = logging.getLogger("matplotlib"), logging.StreamHandler(self._file)
        propagate, logger.propagate = logger.propagate, False
        logger.addHandler(handler)
        try:
            with warnings.catch_warnings():
                warnings.showwarning = lambda message, category, *_, **__: self.line(f"{category.__name__}: {message}")
                yield
        finally:
            logger.removeHandler(handler)
            logger.propagate = propagate

    def bar(self, total: int, done: int = 0) -> JobProgress:
        """Return the progress of `total` steps, of which `done` are behind it."""
        return progress_bar(self.label, total, done)

    def close(self) -> None:
        """Close the log's file."""
        self._file.close()


@contextmanager
def job_log(path: str | Path, label: str) -> Iterator[JobLog]:
    """Yield a JobLog; turn a user's error (`advice.is_users`) or a signal into one line and exit status 1.

    Other errors are bugs: their traceback goes to the log, too. While another job of the same log is at work, on this
    machine or another, this one waits.
    """
    log, is_done, said = None, False, []

    def say(text: str) -> None:
        said.append(text)  # for the log, which another job may still write
        _say(label, text)

    try:
        with stopped_by_signals(), working_alone(Path(path).with_suffix(".lock"), say):
            log = JobLog(path, label)
            for text in said:
                log.line(text)
            yield log
            is_done = True
    except (Exception, Stopped) as error:
        if not (isinstance(error, Stopped) or is_users(error)):
            _write(log, traceback.format_exc())
            raise
        text = explain(error)
        message = f"Error: {text}" if text.startswith(label) else f"Error: {label}: {text}"
        _tell(label, message, is_error=True)
        _write(log, f"{message}\n\n{traceback.format_exc()}")  # which the terminal need not show
        sys.exit(1)
    finally:
        send({"kind": "end", "job": label, "is_done": is_done})
        if log is not None:
            with suppress(OSError):  # a full disk was named already
                log.close()


def _say(label: str, text: str) -> None:
    _tell(label, f"{label}: {text}")


def _tell(label: str, text: str, *, is_error: bool = False) -> None:
    """Say a text on the terminal."""
    if not send({"kind": "error" if is_error else "say", "job": label, "text": text}):
        print(f"\n{text}", file=sys.stderr, flush=True)


def _write(log: JobLog | None, text: str) -> None:
    if log is not None:
        with suppress(OSError):
            log.line(text)
