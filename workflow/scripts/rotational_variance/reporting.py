"""Tell a person how a job goes: a bar on a terminal, plain lines in the job's log, one clear line for an error."""

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tqdm import tqdm

from rotational_variance.storage.files import explaining

BAR = "{desc} {percentage:3.0f}%|{bar:8}| {remaining} left{postfix}"


class Report:
    """Where one job reports to: `line` adds a line to its log, `bar` makes a progress bar on the terminal."""

    def __init__(self, log_path: str | Path, label: str) -> None:
        self._path = Path(log_path)
        with explaining(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._log = open(self._path, "w", encoding="utf-8")  # noqa: SIM115 (closed by `reporting`)
        self.label = label

    def line(self, text: str) -> None:
        """Write a line to the log, at once."""
        with explaining(self._path):
            print(text, file=self._log, flush=True)

    def notice(self, text: str) -> None:
        """Say something on the terminal, too, that a person should know of the results."""
        self.line(text)
        print(f"\n{self.label}: {text}", file=sys.stderr)

    def bar(self, total: int, done: int = 0) -> tqdm:
        """Return a progress bar of `total` steps, on the standard error; silent where that is no terminal."""
        return tqdm(
            total=total, initial=done, desc=self.label, bar_format=BAR, disable=None, leave=False, dynamic_ncols=True
        )

    def close(self) -> None:
        self._log.close()


class Stopped(BaseException):
    """The job was told to end by a signal: Ctrl-C, or SIGTERM as at a cluster's time limit."""


@contextmanager
def reporting(log_path: str | Path, label: str) -> Iterator[Report]:
    """Yield a Report; turn an error of the user's (ValueError, OSError) or a signal into one line and exit status 1.

    Other errors are bugs: their traceback goes to the log, too.
    """
    report = None
    try:
        with _stopped_by_signals():
            report = Report(log_path, label)
            yield report
    except (ValueError, OSError, Stopped) as error:
        text = str(error)
        message = f"Error: {text}" if text.startswith(label) else f"Error: {label}: {text}"
        print(f"\n{message}", file=sys.stderr)
        _log(report, f"{message}\n\n{traceback.format_exc()}")  # which the terminal need not hold
        sys.exit(1)
    except Exception:
        _log(report, traceback.format_exc())
        raise
    finally:
        if report is not None:
            with suppress(OSError):  # a full disk has been told of already
                report.close()


def _log(report: Report | None, text: str) -> None:
    if report is not None:
        with suppress(OSError):
            report.line(text)


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
