"""Faults of a cluster: the study ends well, with the same bytes as an undisturbed one."""

import contextlib
import os
import re
import signal
import subprocess
import time

import pytest

from helpers.clusters import wait_for
from helpers.one_run import STEM
from helpers.projects import TINY

pytestmark = pytest.mark.cluster
TARGET = f"results/variance/{STEM}.h5"  # of one training and one measurement
CONFIG = ("--config", "runs={defaults: {training: {epochs: 200}}}")


@pytest.fixture
def training(study):
    """A training in the middle of its epochs."""
    run = study.start(TARGET, *CONFIG)
    wait_for(lambda: study.epoch(STEM) >= 5 or run.process.poll() is not None)
    return run


def ends_well(run, study, here, n_resumed=1):
    said = run.finish()
    assert study.files() == here(TARGET, *CONFIG)
    assert len(re.findall(r"going on after epoch", study.log(f"train/{STEM}") + said)) >= n_resumed
    return said


def test_a_job_is_cancelled(slurm, study, training, here):
    slurm.ask("scancel", study.job()["number"])
    ends_well(training, study, here)


def test_a_step_is_killed(study, training, here):
    for process in study.processes("train"):
        process.send_signal(signal.SIGKILL)
    ends_well(training, study, here)


@pytest.mark.alone
@pytest.mark.long
def test_a_node_crashes(whole_cluster, study, training, here):
    node = study.job()["node"]
    whole_cluster.call("node_crash", node)
    ends_well(training, study, here)


@pytest.mark.alone
@pytest.mark.long
def test_a_job_is_preempted(whole_cluster, study, training, here):
    """By one of a partition that goes first. SLURM would queue it again, which profiles/slurm asks it not to do.

    It is asked to end first, and so mostly counts as one that failed.
    """
    job = study.job()
    for process in study.processes("train"):
        process.send_signal(signal.SIGSTOP)  # or it would end in the time that it is given to end
    whole_cluster.ask("sbatch", "--partition=high", f"--nodelist={job['node']}", "--exclusive", "--wrap=sleep 10")
    wait_for(lambda: any(other["number"] == job["number"] for other in study.jobs("FAILED", "PREEMPTED")))
    ends_well(training, study, here)


@pytest.mark.long
def test_a_time_limit_is_reached(slurm, study, here):
    run = study.start(TARGET, *CONFIG)
    wait_for(lambda: study.epoch(STEM) >= 5)
    number = study.job()["number"]
    for process in study.processes("train"):
        process.send_signal(signal.SIGSTOP)  # or it would end within the shortest time limit, a minute
    slurm.ask("scontrol", "update", f"JobId={number}", "TimeLimit=1")
    wait_for(lambda: any(job["number"] == number for job in study.jobs("TIMEOUT")))
    ends_well(run, study, here)


def fill(path):
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


@pytest.mark.long
def test_the_disk_is_full(study, here):
    disk = study.folder / "results"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8M", "tmpfs", disk], check=True)
    try:
        run = study.start(TARGET, *CONFIG)
        wait_for(lambda: study.epoch(STEM) >= 5)
        stuffing = disk / "stuffing"
        fill(stuffing)
        wait_for(lambda: "No space left on device" in study.said_on_nodes() or run.process.poll() is not None)
        stuffing.unlink()
        ends_well(run, study, here)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.alone
@pytest.mark.long
def test_the_controller_is_unreachable_for_a_minute(whole_cluster, study, training, here):
    (controller,) = map(
        int, subprocess.run(["pgrep", "-x", "slurmctld"], capture_output=True, text=True).stdout.split()
    )
    os.kill(controller, signal.SIGSTOP)
    try:
        time.sleep(60)
    finally:
        os.kill(controller, signal.SIGCONT)
    ends_well(training, study, here, n_resumed=0)


def test_snakemake_is_killed_and_started_again_while_its_job_runs_on(study, training, here):
    training.kill()
    (first,) = study.processes("train")
    first.suspend()  # so that it outlives the start of the second
    study.unlock()
    again = study.start(TARGET, *CONFIG)
    number = study.job()["number"]
    waiting = rf"train {STEM}: job {number}, process {first.pid} on \S+ is at work on this; waiting for its end"
    wait_for(lambda: re.search(waiting, study.said_on_nodes()) or again.process.poll() is not None)
    assert len(study.processes("train")) == 2
    first.resume()
    again.finish()
    assert re.search(waiting.partition(": ")[2], study.log(f"train/{STEM}"))  # the second one's, once it is at work
    assert study.files() == here(TARGET, *CONFIG)
    assert "taken from" in study.log(f"train/{STEM}")  # it was trained once


@pytest.mark.alone
def test_the_config_is_edited_while_jobs_wait(whole_cluster, study, here):
    """Submitted jobs start Snakemake anew, which reads the config's file again."""
    path = study.folder / "config" / "mine.yaml"
    path.write_text("runs: {defaults: {training: {epochs: 200}}}\n")
    whole_cluster.set_state("DOWN")
    run = study.start(TARGET, "--configfile", str(TINY), str(path))
    wait_for(lambda: study.jobs("PENDING") or run.process.poll() is not None)
    path.write_text("runs: {defaults: {training: {epochs: 3}}}\n")
    whole_cluster.set_state("UP")
    run.finish()
    assert study.files() == here(TARGET, *CONFIG)
    assert "'epochs': 200" in study.log(f"train/{STEM}")
