"""Tell how far a job is: to Snakemake, which shows it; where none listens, in a line a minute at most."""

import io
import sys
import time

from tqdm import tqdm

from rv_study.around_jobs.to_snakemake import send
from rv_study.durations import in_words

SECONDS_BETWEEN_LINES = 60


class JobProgress(tqdm):
    """The steps of a job; `update` and `set_postfix_str` as those of tqdm."""

    def __init__(self, label: str, total: int, done: int) -> None:
        self._label, self._said = label, time.monotonic()
        # The file takes what tqdm writes by itself at the end.
        super().__init__(total=total, initial=done, mininterval=0.5, leave=False, file=io.StringIO())

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        """Tell how far the job is; tqdm calls this from time to time, and with an empty text at the end."""
        if msg == "":
            return
        numbers = self.format_dict
        n, total, gained = numbers["n"], numbers["total"], numbers["n"] - numbers["initial"]
        share = n / total if total else 1.0
        rate = numbers["rate"] or gained / max(numbers["elapsed"], 1e-6)  # steps a second, in all if not of late
        left = (total - n) / rate if rate else None
        told = {"job": self._label, "on": describe_device(), "share": share, "left_s": left}
        if not send(told | {"kind": "progress", "text": numbers["postfix"] or ""}):
            self._say_now_and_then(describe(told | {"text": numbers["postfix"] or ""}))

    def _say_now_and_then(self, line: str) -> None:
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            print(line, file=sys.stderr, flush=True)


def progress_bar(label: str, total: int, done: int = 0) -> JobProgress:
    """Return the progress of a job of `total` steps, of which `done` are behind it."""
    return JobProgress(label, total, done)


def describe(told: dict) -> str:
    """Return what a job tells of itself as one line."""
    return f"{told['job']} ({told['on']}): {', '.join(details(told))}"


def details(told: dict) -> list[str]:
    """Return how far a job is, in words."""
    left = [] if told["left_s"] is None else [f"{in_words(told['left_s'])} left"]
    return [f"{told['share']:.0%}", *([told["text"]] if told["text"] else []), *left]


def describe_device() -> str:
    """Say what this process computes on: "cpu, 2 threads", or the name of the GPU if it has used one."""
    torch = sys.modules.get("torch")  # which only jobs that compute with it have imported
    if torch is None:
        return "cpu"
    if torch.cuda.is_initialized():
        return torch.cuda.get_device_name()
    n_threads = torch.get_num_threads()
    return f"cpu, {n_threads} thread{'s' if n_threads > 1 else ''}"
