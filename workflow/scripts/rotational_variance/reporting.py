"""Tell a person how a job goes: a bar on a terminal, plain lines in the job's log, one clear line for an error."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

BAR = "{desc} {percentage:3.0f}%|{bar:8}| {remaining} left{postfix}"


class Report:
    """Where one job reports to: `line` adds a line to its log, `bar` makes a progress bar on the terminal."""

    def __init__(self, log_path: str | Path, label: str) -> None:
        Path(log_path).parent.mkdir(parents=True, exist_ok=True)
        self._log = open(log_path, "w", encoding="utf-8")  # noqa: SIM115 (closed by `reporting`)
        self.label = label

    def line(self, text: str) -> None:
        """Write a line to the log, at once."""
        print(text, file=self._log, flush=True)

    def notice(self, text: str) -> None:
        """Say something on the terminal, too, that a person should know of the results."""
        self.line(text)
        print(f"\n{self.label}: {text}", file=sys.stderr)

    def bar(self, total: int) -> tqdm:
        """Return a progress bar of `total` steps, on the standard error; silent where that is no terminal."""
        return tqdm(total=total, desc=self.label, bar_format=BAR, disable=None, leave=False, dynamic_ncols=True)

    def close(self) -> None:
        self._log.close()


@contextmanager
def reporting(log_path: str | Path, label: str) -> Iterator[Report]:
    """Yield a Report; turn an error of the user's (ValueError, OSError) into one line and exit status 1.

    Other errors are bugs: their traceback goes to the log, too.
    """
    report = Report(log_path, label)
    try:
        yield report
    except (ValueError, OSError) as error:
        text = str(error)
        message = f"Error: {text}" if text.startswith(label) else f"Error: {label}: {text}"
        report.line(f"{message}\n\n{traceback.format_exc()}")  # the log may hold what the terminal need not
        print(f"\n{message}", file=sys.stderr)
        sys.exit(1)
    except Exception:
        report.line(traceback.format_exc())
        raise
    finally:
        report.close()
