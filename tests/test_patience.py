"""Jobs of a cluster outlive a controller that does not answer for a while."""

import asyncio
import math
import sys
import threading

import pytest

from rv_study.cluster import patience
from rv_study.cluster.patience import be_patient


async def query_job_status(said):
    """Stand for the function of the plugin that asks SLURM."""
    return said, 0.1


def get_min_job_age():
    """Stand for the function of the plugin that asks how long SLURM knows of ended jobs."""
    return 30


@pytest.fixture(autouse=True)
def plugin(monkeypatch):
    """This module, which stands for that of the plugin, is as before after each test."""
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "query_job_status", query_job_status)
    monkeypatch.setattr(module, "get_min_job_age", get_min_job_age)
    return module


class Job(str):
    """A job that is called by its number."""

    @property
    def external_jobid(self):
        return str(self)


class Executor:
    """One whose query tells of some jobs only. As the plugin's, it keeps those that an answer does not name."""

    next_seconds_between_status_checks = 40
    says = None

    def __init__(self, *, runs=(), ends=(), fails=()):
        self.runs, self.ends, self.fails = runs, ends, fails
        self.reported, self.submitted = [], []

    async def check_active_jobs(self, active_jobs):
        self.next_seconds_between_status_checks += 10
        states, _ = await sys.modules[__name__].query_job_status(self.says)
        for job in active_jobs:
            if job in self.ends:
                self.report_job_success(job)
            elif job in self.fails:
                self.report_job_error(job, msg="failed", aux_logs=[])
            elif job in self.runs or states is not None:
                yield job

    def report_job_success(self, job):
        self.reported.append(job)

    def report_job_error(self, job, msg, aux_logs):
        self.reported.append((job, msg))

    def run_job(self, job):
        self.submitted.append(job)

    def run_array_jobs(self, jobs):
        self.submitted += jobs

    def shutdown(self):
        self.reported.append("shut down")


def check(executor, jobs):
    async def collect():
        return [job async for job in executor.check_active_jobs(list(map(Job, jobs)))]

    return asyncio.run(collect())


def test_jobs_of_which_nothing_is_told_are_kept():
    executor = Executor(runs="a", ends="b", fails="c")
    be_patient(executor, print)
    for _ in range(2):
        assert check(executor, ["a", "b", "c", "d"]) == ["a", "d"]
    assert executor.reported == ["b", ("c", "failed")] * 2


def test_all_are_kept_if_the_query_fails():
    executor = Executor()
    be_patient(executor, print)
    assert check(executor, ["a", "b"]) == ["a", "b"]


@pytest.mark.parametrize(("said", "expected"), [
    ({"1": "CANCELLED by 1000", "2": "RUNNING"}, {"1": "CANCELLED", "2": "RUNNING"}), ({}, {}), (None, None),
])  # fmt: skip
def test_who_cancelled_a_job_does_not_matter(plugin, said, expected):
    be_patient(Executor(), print)
    assert asyncio.run(plugin.query_job_status(said)) == (expected, 0.1)


@pytest.mark.parametrize(("longest_s", "expected"), [(None, 60), (15, 15), (45, 45), (100, 60)])
def test_slurm_is_asked_before_it_forgets(plugin, longest_s, expected):
    executor = Executor(runs="a")
    be_patient(executor, print, longest_s)
    assert executor.next_seconds_between_status_checks == min(40, expected)
    for _ in range(2):
        check(executor, ["a"])
    assert executor.next_seconds_between_status_checks == expected
    assert plugin.get_min_job_age() == (30 if longest_s is None else math.inf)  # which keeps it from asking sacct


@pytest.mark.parametrize(("requeues", "expected"), [(False, "CANCELLED"), (True, "PREEMPTED")])
def test_a_preempted_job_has_ended_unless_slurm_queues_it_again(plugin, requeues, expected):
    be_patient(Executor(), print, requeues=requeues)
    assert asyncio.run(plugin.query_job_status({"1": "PREEMPTED", "2": "RUNNING"}))[0] == {
        "1": expected,
        "2": "RUNNING",
    }


def test_a_job_that_slurm_forgets_has_failed():
    executor = Executor()
    be_patient(executor, print)
    executor.says = {"1": "RUNNING", "2": "RUNNING"}
    assert check(executor, "123") == ["1", "2", "3"]
    executor.says = None  # no answer is no sign of anything
    for _ in range(9):
        assert check(executor, "123") == ["1", "2", "3"]
    executor.says = {"2": "RUNNING"}
    for _ in range(2):
        assert check(executor, "123") == ["1", "2", "3"]
    assert check(executor, "123") == ["2", "3"]  # the third was never known: it may yet be
    text = "SLURM knows nothing any more of job 1, which so counts as one that failed"
    assert executor.reported == [("1", text)]


def test_a_job_that_slurm_knows_again_is_kept():
    executor = Executor()
    be_patient(executor, print)
    for says in ({"1": "RUNNING"}, {}, {}, {"1": "RUNNING"}, {}, {}):
        executor.says = says
        assert check(executor, "1") == ["1"]


def test_what_an_executor_reports_in_between_is_its_own(monkeypatch):
    executor = Executor(runs="a")
    be_patient(executor, print)
    check(executor, ["a"])
    executor.report_job_success("b")
    assert executor.reported == ["b"]
    assert "report_job_success" not in vars(executor)


def test_a_second_study_of_the_same_workflow_changes_nothing_more():
    executor = Executor(runs="a", ends="b")
    for _ in range(2):
        be_patient(executor, print)
    assert check(executor, ["a", "b", "c"]) == ["a", "c"]
    assert executor.reported == ["b"]


def test_nothing_is_submitted_after_the_end(monkeypatch, tmp_path):
    """As after Ctrl-C, while jobs wait for a controller that does not answer."""
    monkeypatch.setenv("PATH", str(tmp_path))
    executor = Executor()
    be_patient(executor, print)
    waiting = threading.Thread(target=executor.run_job, args=("a",))
    waiting.start()
    executor.shutdown()
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    assert executor.submitted == []
    assert executor.reported == ["shut down"]


def test_a_job_is_submitted_once_slurm_answers(monkeypatch, tmp_path):
    sinfo = tmp_path / "sinfo"
    sinfo.write_text('#!/bin/sh\necho x >> "$0.asked"\ntest $(wc -l < "$0.asked") -gt 2\n')
    sinfo.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(patience, "POLL_S", 0)
    executor, said = Executor(), []
    be_patient(executor, said.append)
    executor.run_array_jobs(["a", "b"])
    assert executor.submitted == ["a", "b"]
    assert said == ["SLURM's controller does not answer; waiting for it"]
    assert len((tmp_path / "sinfo.asked").read_text().splitlines()) == 3


def test_slurms_own_answer_counts_in_the_end(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))  # where no SLURM is
    monkeypatch.setattr(patience, "POLL_S", 0)
    monkeypatch.setattr(patience, "PATIENCE_S", 0.1)
    executor = Executor()
    be_patient(executor, print)
    executor.run_job("a")
    assert executor.submitted == ["a"]
