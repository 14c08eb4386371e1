"""Let Snakemake's plugin for SLURM outlive a controller that does not answer for a while, and see all jobs end.

As it is (2.8.0), it forgets the jobs of which a query tells nothing, and then waits for ever; a job that cannot be
submitted counts as one that failed; one that `sacct` calls "CANCELLED by 1000" counts as one that runs, as does one
that was preempted and is not put into the queue again; and the time between two looks grows beyond that for which
`squeue` knows of jobs that have ended.
"""

import math
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from functools import partial

POLL_S = 10
ASKED_S = 30  # until an answer
MARK = "rotational_variance_is_over"
PATIENCE_S = 3600  # then SLURM's own answer to a submission counts
MISSED = 3  # looks in which SLURM answers, and no longer knows a job: it ended unseen


class Answers:
    """What SLURM answered last, and which jobs it no longer knows."""

    def __init__(self) -> None:
        self.states: dict[str, str] | None = None
        self._n_missed: dict[str, int] = {}  # by the numbers of jobs that it knew

    def count(self, jobs: Iterable[str]) -> None:
        """Count a look at these jobs, if SLURM answered."""
        for job in jobs if self.states is not None else ():
            if job in self.states:
                self._n_missed[job] = 0
            elif job in self._n_missed:
                self._n_missed[job] += 1

    def has_forgotten(self, job: str) -> bool:
        """Tell whether SLURM knew a job, and does so no longer."""
        return self._n_missed.get(job, 0) >= MISSED


def be_patient(
    executor: object, say: Callable[[str], None], longest_s: float | None = None, *, requeues: bool = False
) -> None:
    """Change an executor of jobs so that it keeps jobs of which it learns nothing, and submits when SLURM answers.

    executor   that of Snakemake's plugin for SLURM
    say        takes what a person should know: that this waits
    longest_s  between two looks at the jobs, by `squeue` and nothing else; None leaves both to the plugin
    requeues   whether jobs that are preempted are put into the queue again, by SLURM itself
    """
    if hasattr(executor, MARK):  # by another study of the same workflow
        return
    is_over = threading.Event()
    setattr(executor, MARK, is_over)
    answers = Answers()
    executor.check_active_jobs = partial(_check, executor, executor.check_active_jobs, longest_s, answers)
    for name in ("run_job", "run_array_jobs"):
        setattr(executor, name, partial(_submit, getattr(executor, name), say, is_over))
    executor.shutdown = partial(_shut_down, executor.shutdown, is_over)
    plugin = sys.modules[type(executor).__module__]
    plugin.query_job_status = partial(_query, plugin.query_job_status, answers, requeues)
    if longest_s is not None:
        plugin.get_min_job_age = lambda: math.inf  # or it would ask `sacct`, where that is short
        _limit(executor, longest_s)  # before the first look, too


async def _query(
    query: Callable, answers: Answers, requeues: bool, *arguments: object, **named: object
) -> tuple[dict[str, str] | None, float | None]:
    """Return the states of jobs as `query` does, without what `sacct` says beside: who cancelled one.

    One that was preempted for good is called cancelled, which the plugin knows for an end.
    """
    states, seconds = await query(*arguments, **named)
    if states is not None:
        states = {job: re.match(r"\w*", state).group() for job, state in states.items()}
        if not requeues:
            states = {job: "CANCELLED" if state == "PREEMPTED" else state for job, state in states.items()}
    answers.states = states
    return states, seconds


async def _check(
    executor: object, check: Callable, longest_s: float | None, answers: Answers, active_jobs: list
) -> AsyncIterator:
    """Yield the jobs of which `check` does not report the end, unless SLURM answers, and has forgotten them."""
    ended: list[object] = []
    answers.states = None
    before = {name: getattr(executor, name) for name in ("report_job_success", "report_job_error")}

    def report(name: str, job: object, *arguments: object, **named: object) -> None:
        ended.append(job)
        before[name](job, *arguments, **named)

    for name in before:
        setattr(executor, name, partial(report, name))
    try:
        async for _ in check(active_jobs):  # those that run, and those that an answer does not name
            pass
    finally:
        for name in before:
            delattr(executor, name)  # what its class has counts again
        if longest_s is not None:
            _limit(executor, longest_s)
    answers.count(_number(job) for job in active_jobs)
    for job in active_jobs:
        if any(job is other for other in ended):
            continue
        if answers.states is not None and answers.has_forgotten(_number(job)):
            text = f"SLURM knows nothing any more of job {_number(job)}, which so counts as one that failed"
            executor.report_job_error(job, msg=text, aux_logs=[])
        else:
            yield job


def _number(job: object) -> str:
    return str(job.external_jobid)


def _limit(executor: object, longest_s: float) -> None:
    executor.next_seconds_between_status_checks = min(executor.next_seconds_between_status_checks, longest_s)


def _submit(run: Callable[[object], None], say: Callable[[str], None], is_over: threading.Event, what: object) -> None:
    """Submit a job, or an array of jobs, once SLURM answers."""
    end, has_said = time.monotonic() + PATIENCE_S, False
    while not is_over.is_set() and not _answers() and time.monotonic() < end:
        if not has_said:
            say("SLURM's controller does not answer; waiting for it")
            has_said = True
        is_over.wait(POLL_S)
    if not is_over.is_set():
        run(what)


def _shut_down(shutdown: Callable[[], None], is_over: threading.Event) -> None:
    """End without jobs that still wait to be submitted, as after Ctrl-C."""
    is_over.set()
    shutdown()


def _answers() -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(["sinfo", "--noheader"], capture_output=True, timeout=ASKED_S, check=False)
        return done.returncode == 0
    return False
