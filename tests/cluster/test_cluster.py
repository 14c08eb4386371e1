"""Studies on a real SLURM of two nodes: what jobs ask for, and that they make the same bytes as on one machine."""

import re
from collections import Counter

import pytest

from helpers.one_run import STEM

pytestmark = pytest.mark.cluster


def test_a_whole_study_is_the_same_as_on_one_machine(study, here):
    of_one_model = ("--config", "study={models: [simple_conv]}")
    said = study.start(*of_one_model).finish()
    assert study.files() == here("all", *of_one_model)
    jobs = study.jobs()
    rules = Counter(re.match("rule_(train|measure|example)", job["rule"]).group(1) for job in jobs)
    assert rules == {"train": 2, "measure": 2, "example": 1}  # all else ran here
    assert len(jobs) == said.count("has been submitted")
    for job in jobs:
        assert job["cpus"] == "1"
        assert 500 <= int(job["memory"].removesuffix("M")) <= 4000
        assert job["time"] == "20:00"
    assert "report.html" in said


@pytest.mark.alone
@pytest.mark.long
def test_the_demo(study):
    """The whole study, with the profile as it is."""
    demo = ("--configfile", "config/demo.yaml")
    said = study.start(*demo).finish(seconds=1500)
    assert said.count("has been submitted") == 8 + 8 + 1  # trainings, measurements, the example
    assert re.search(r"Done in .*: results/demo/report.html", said)
    assert "Nothing to be done" in study.start(*demo).finish()


@pytest.mark.parametrize(("arguments", "expected"), [
    (["--default-resources", "slurm_partition=nope"], rf"SLURM would not take the job train {STEM} \(--partition=nope.*: invalid partition specified: nope.*slurm_partition"),
    (["--config", "execution={threads: {train: 3}}"],
     rf"SLURM would not take the job train {STEM} \(.*--cpus-per-task=3\): .*node configuration is not available; set "
     r"execution.threads and execution.memory_mb in the config"),
])  # fmt: skip
def test_what_slurm_would_refuse_is_one_line_before_anything_is_submitted(study, arguments, expected):
    run = study.start(f"results/checkpoints/{STEM}.pt", *arguments)
    assert run.end() == 1
    assert re.search(expected, run.text())
    assert "Traceback" not in run.text()
    assert study.jobs() == []


def test_a_job_that_wants_a_gpu_is_given_one(slurm, study):
    """torch sees none, as this cluster's are made up, and says so in one line."""
    run = study.start(
        f"results/checkpoints/{STEM}.pt",
        "--config",
        "execution={device: cuda, memory_mb: {train: 2000}}",
        "--retries",
        "0",
    )
    assert run.end() == 1
    (job,) = study.jobs()
    assert re.search("TresPerJob=gres.gpu:1", slurm.ask("scontrol", "show", "job", job["number"]))
    assert "device: got cuda, but torch sees no CUDA device here; use auto or cpu" in study.log(f"train/{STEM}")


@pytest.mark.long
def test_nodes_need_no_home(study):
    """One that cannot be made, also by root."""
    study.start(f"results/checkpoints/{STEM}.pt", HOME="/proc/nowhere").finish()
    assert (study.folder / "results" / "checkpoints" / f"{STEM}.pt").exists()
