"""Looking whether anything is to be done: a study with as many jobs as the default one, all of them finished."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.results import Result, seconds

PROJECT = Path(__file__).resolve().parents[1]
RUNS = 5
BOUND_S = 2
DATASET = {"source": "scikit-learn", "name": "digits", "size": 12, "test_fraction": 0.1}
# The default study's models, trainings and number of datasets; the numbers are small, as only the jobs count.
STUDY = {
    "study": {"datasets": ["one", "two"]},
    "datasets": {"one": {**DATASET, "split_seed": 0}, "two": {**DATASET, "split_seed": 1}},
    "runs": {
        "defaults": {
            "training": {"epochs": 1, "batch_size": 256},
            "measurement": {"angles": 2, "n_samples": 20},
        },
        "models": {
            "simple_conv": {"model": {"width": 2, "hidden": 2}},
            "all_convolutional": {"model": {"width": 2}},
            "vgg16": {"model": {"width": 2}},
            "resnet": {"model": {"width": 2, "depth": 18}},
        },
    },
    "execution": {"device": "cpu", "threads": {"train": 1, "measure": 1}},
}


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        make_project(folder, STUDY)
        done = snakemake(folder)
        times = [seconds(lambda: snakemake(folder, expected="Nothing to be done")) for _ in range(RUNS)]
    n_jobs = done.count("Finished jobid") - 1  # but for rule all
    yield Result(
        f"a run that finds nothing to do / {BOUND_S} s, as many jobs as the default study (cpu)",
        min(times) / BOUND_S,
        "<=1",
        RUNS,
        f"{min(times):.2f} s for {n_jobs} jobs",
    )


def make_project(folder: str, study: dict) -> None:
    """Copy the project into a folder, and write a study beside it."""
    for name in ("Snakefile", "workflow", "config", "profiles"):
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, Path(folder, name))
    Path(folder, "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")


def snakemake(folder: str, *arguments: str, expected: str = "") -> str:
    """Run Snakemake on a folder's study; return what it says. Raises RuntimeError if that lacks what is expected."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "all", "--configfile", "study.yaml"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    if expected not in done.stdout:
        raise RuntimeError(f"expected {expected!r}, got {done.stdout}")
    return done.stdout
