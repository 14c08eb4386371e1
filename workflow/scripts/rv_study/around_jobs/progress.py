"""Tell how far a job is: to Snakemake, which shows it; where none listens, in a line a minute at most."""

import io
import socket
import sys
import time
from contextlib import suppress

from tqdm import tqdm

from rv_study.around_jobs.progress_words import SECONDS_BETWEEN_LINES, describe, describe_cpu
from rv_study.around_jobs.to_snakemake import connect, encode

SECONDS_BETWEEN_TRIES = 30  # to reach a Snakemake that does not listen, or is too slow


class JobProgress(tqdm):
    """The steps of a job; `update` and `set_postfix_str` as those of tqdm.

    One connection to Snakemake lives as long as this does: its end tells that the job is over, however it ended. No
    answer is waited for, so that a slow terminal does not slow the job.
    """

    def __init__(self, label: str, total: int, done: int) -> None:
        self._label, self._said = label, time.monotonic()
        self._connection: socket.socket | None = None
        self._next_try = 0.0
        # The file takes what tqdm writes by itself at the end.
        super().__init__(total=total, initial=done, mininterval=0.5, leave=False, file=io.StringIO())

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        """Tell how far the job is; tqdm calls this from time to time, and with an empty text at the end."""
        if msg == "":
            self._hang_up()
            return
        told = self._told()
        if not self._send(told):
            self._say_now_and_then(told)

    def _told(self) -> dict[str, object]:
        numbers = self.format_dict
        n, total, gained = numbers["n"], numbers["total"], numbers["n"] - numbers["initial"]
        rate = numbers["rate"] or gained / max(numbers["elapsed"], 1e-6)  # steps a second, in all if not of late
        return {
            "kind": "progress",
            "job": self._label,
            "on": describe_device(),
            "share": n / total if total else 1.0,
            "text": numbers["postfix"] or "",
            "left_s": (total - n) / rate if rate else None,
        }

    def _send(self, told: dict[str, object]) -> bool:
        now = time.monotonic()
        if self._connection is None and now >= self._next_try:
            self._connection, self._next_try = connect(), now + SECONDS_BETWEEN_TRIES
        if self._connection is None:
            return False
        try:
            self._connection.sendall(encode(told))
        except OSError:  # it is gone, or so slow that a message may be half sent
            self._hang_up()
            return False
        return True

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None

    def _say_now_and_then(self, told: dict[str, object]) -> None:
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            print(describe(told), file=sys.stderr, flush=True)


def progress_bar(label: str, total: int, done: int = 0) -> JobProgress:
    """Return the progress of a job of `total` steps, of which `done` are behind it."""
    return JobProgress(label, total, done)


def describe_device() -> str:
    """Say what this process computes on: "cpu, 2 threads", or the name of the GPU if it has used one."""
    torch = sys.modules.get("torch")  # which only jobs that compute with it have imported
    if torch is None:
        return "cpu"
    if torch.cuda.is_initialized():
        return torch.cuda.get_device_name()
    return describe_cpu(torch.get_num_threads())
