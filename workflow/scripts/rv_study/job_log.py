"""Report a job's progress: a bar on the terminal, plain lines in the job's log, one clear line for an error."""

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tqdm import tqdm

from rotational_variance.storage.file_errors import naming_path
from rv_study.advice import explain, is_users

BAR = "{desc} {percentage:3.0f}%|{bar:8}| {remaining} left{postfix}"


class JobLog:
    """Report the progress of one job: `line` adds a line to its log, `bar` shows a progress bar on the terminal.

    Scripts must name the variables `log` and `bar`: code_hash.py knows by these names that the texts are for people.
    """

    def __init__(self, path: str | Path, label: str) -> None:
        self.path = Path(path)
        with naming_path(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self.path, "w", encoding="utf-8")  # noqa: SIM115 (closed by `job_log`)
        self.label = label

    def line(self, text: str) -> None:
        """Write a line to the log without delay."""
        with naming_path(self.path):
            print(text, file=self._file, flush=True)

    def warn(self, text: str) -> None:
        """Write a line to the log and the terminal."""
        self.line(text)
        print(f"\n{self.label}: {text}", file=sys.stderr)

    def bar(self, total: int, done: int = 0) -> tqdm:
        """Return a progress bar of `total` steps, on the standard error; it is hidden if that is not a terminal."""
        return tqdm(
            total=total, initial=done, desc=self.label, bar_format=BAR, disable=None, leave=False, dynamic_ncols=True
        )

    def close(self) -> None:
        """Close the log's file."""
        self._file.close()


class Stopped(BaseException):
    """A signal told the job to end: Ctrl-C, or SIGTERM, which a cluster sends at its time limit."""


@contextmanager
def job_log(path: str | Path, label: str) -> Iterator[JobLog]:
    """Yield a JobLog; turn a user's error (`advice.is_users`) or a signal into one line and exit status 1.

    Other errors are bugs: their traceback goes to the log, too.
    """
    log = None
    try:
        with _stopped_by_signals():
            log = JobLog(path, label)
            yield log
    except (Exception, Stopped) as error:
        if not (isinstance(error, Stopped) or is_users(error)):
            _write(log, traceback.format_exc())
            raise
        text = explain(error)
        message = f"Error: {text}" if text.startswith(label) else f"Error: {label}: {text}"
        print(f"\n{message}", file=sys.stderr)
        _write(log, f"{message}\n\n{traceback.format_exc()}")  # which the terminal need not show
        sys.exit(1)
    finally:
        if log is not None:
            with suppress(OSError):  # a full disk was named already
                log.close()


def _write(log: JobLog | None, text: str) -> None:
    if log is not None:
        with suppress(OSError):
            log.line(text)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Raise Stopped at the first SIGTERM or SIGINT, so that temporary files are removed on the way out."""

    def stop(number: int, frame: object) -> None:
        raise Stopped(f"stopped by {signal.Signals(number).name}; run the same command again to go on")

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
