"""Let Snakemake's plugin for SLURM outlive a controller that does not answer for a while, and see all jobs end.

As it is (2.8.0), it forgets the jobs of which a query tells nothing, and then waits for ever; a job that cannot be
submitted counts as one that failed; one that `sacct` calls "CANCELLED by 1000" counts as one that runs; and the time
between two looks grows beyond that for which `squeue` knows of jobs that have ended.
"""

import math
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial

POLL_S = 10
ASKED_S = 30  # until an answer
MARK = "rotational_variance_is_over"
PATIENCE_S = 3600  # then SLURM's own answer to a submission counts


def be_patient(executor: object, say: Callable[[str], None], longest_s: float | None = None) -> None:
    """Change an executor of jobs so that it keeps jobs of which it learns nothing, and submits when SLURM answers.

    executor   that of Snakemake's plugin for SLURM
    say        takes what a person should know: that this waits
    longest_s  between two looks at the jobs, by `squeue` and nothing else; None leaves both to the plugin
    """
    if hasattr(executor, MARK):  # by another study of the same workflow
        return
    is_over = threading.Event()
    setattr(executor, MARK, is_over)
    executor.check_active_jobs = partial(_check, executor, executor.check_active_jobs, longest_s)
    executor.run_job = partial(_submit, executor.run_job, say, is_over)
    executor.shutdown = partial(_shut_down, executor.shutdown, is_over)
    plugin = sys.modules[type(executor).__module__]
    plugin.query_job_status = partial(_query, plugin.query_job_status)
    if longest_s is not None:
        plugin.get_min_job_age = lambda: math.inf  # or it would ask `sacct`, where that is short
        _limit(executor, longest_s)  # before the first look, too


async def _query(query: Callable, *arguments: object, **named: object) -> tuple[dict[str, str] | None, float | None]:
    """Return the states of jobs as `query` does, without what `sacct` says beside: who cancelled one."""
    states, seconds = await query(*arguments, **named)
    return states and {job: re.match(r"\w*", state).group() for job, state in states.items()}, seconds


async def _check(executor: object, check: Callable, longest_s: float | None, active_jobs: list) -> AsyncIterator:
    """Yield the jobs that run, as `check` does, and those of which it says nothing."""
    told: list[object] = []
    before = {name: getattr(executor, name) for name in ("report_job_success", "report_job_error")}

    def report(name: str, job: object, *arguments: object, **named: object) -> None:
        told.append(job)
        before[name](job, *arguments, **named)

    for name in before:
        setattr(executor, name, partial(report, name))
    try:
        async for job in check(active_jobs):
            told.append(job)
            yield job
    finally:
        for name in before:
            delattr(executor, name)  # what its class has counts again
        if longest_s is not None:
            _limit(executor, longest_s)
    for job in active_jobs:
        if not any(job is other for other in told):
            yield job


def _limit(executor: object, longest_s: float) -> None:
    executor.next_seconds_between_status_checks = min(executor.next_seconds_between_status_checks, longest_s)


def _submit(
    run_job: Callable[[object], None], say: Callable[[str], None], is_over: threading.Event, job: object
) -> None:
    end, has_said = time.monotonic() + PATIENCE_S, False
    while not is_over.is_set() and not _answers() and time.monotonic() < end:
        if not has_said:
            say("SLURM's controller does not answer; waiting for it")
            has_said = True
        is_over.wait(POLL_S)
    if not is_over.is_set():
        run_job(job)


def _shut_down(shutdown: Callable[[], None], is_over: threading.Event) -> None:
    """End without jobs that still wait to be submitted, as after Ctrl-C."""
    is_over.set()
    shutdown()


def _answers() -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(["sinfo", "--noheader"], capture_output=True, timeout=ASKED_S, check=False)
        return done.returncode == 0
    return False
