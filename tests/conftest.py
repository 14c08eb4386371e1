"""What several tests need: small real data, a small trained-looking network, and a way to call Snakemake."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from dry_runs import Plan, dry_run
from one_run import OneRun
from rotational_variance.inputs import Samples
from tiny_data import tiny_images, write_folder, write_zip

PROJECT = Path(__file__).resolve().parents[1]
TINY, RERUNS = (Path(__file__).with_name(name) for name in ("tiny.yaml", "reruns.yaml"))


@pytest.fixture(scope="session", autouse=True)
def few_threads():
    torch.set_num_threads(2)


@pytest.fixture
def make_samples():
    """Return a function that makes `n` random images of `n_classes` classes, in no order, the same for the same seed."""

    def make(n: int = 24, n_classes: int = 3, size: int = 12, n_channels: int = 1, seed: int = 0) -> Samples:
        generator = torch.Generator().manual_seed(seed)
        return Samples(
            images=torch.randint(0, 256, (n, n_channels, size, size), generator=generator, dtype=torch.uint8),
            labels=torch.arange(n)[torch.randperm(n, generator=generator)] % n_classes,
            mean=torch.full((n_channels, 1, 1), 0.4),
            std=torch.full((n_channels, 1, 1), 0.3),
        )

    return make


def snakemake(folder: Path, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    """Run Snakemake in `folder`, under the commands `before`; stdout and stderr come back as one text."""
    return subprocess.run(
        [*before, sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
    )


class Project:
    """A copy of the workflow in a folder of its own, and Snakemake in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("Snakefile", "workflow", "config", "profiles"):
            source = PROJECT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / name)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake with `arguments`; stdout and stderr come back as one text."""
        return snakemake(self.folder, *arguments)

    def plan(self, *arguments: str) -> Plan:
        """Return what a dry run plans."""
        return dry_run(self.folder, *arguments)

    def planned(self, *arguments: str) -> dict[str, int]:
        """Return the jobs of a dry run: {rule: number of jobs}."""
        return dict(Counter(job.split()[0] for job in self.plan(*arguments).jobs))


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="session")
def make_project():
    return Project


@pytest.fixture(scope="session", autouse=True)
def studies(request, tmp_path_factory):
    """Begin to make the studies that tests will ask for, one after the other, while the first tests run."""
    wanted = {name for item in request.session.items for name in item.fixturenames}
    with ThreadPoolExecutor(max_workers=1) as worker:
        made = {}
        if wanted & {"tiny_study", "two_datasets_study"}:
            made["tiny"] = worker.submit(make_tiny_study, tmp_path_factory.mktemp("tiny study"))
        if "two_datasets_study" in wanted:
            folder = tmp_path_factory.mktemp("two datasets") / "study"
            made["two_datasets"] = worker.submit(lambda: make_two_datasets_study(made["tiny"].result(), folder))
        yield made
        for study in made.values():
            study.cancel()  # where all that wanted it was left out


@pytest.fixture(scope="session")
def tiny_study(studies):
    """A finished study of tests/tiny.yaml, in a folder whose path holds a space; not to be changed."""
    return studies["tiny"].result()


@pytest.fixture(scope="session")
def two_datasets_study(studies):
    """The folder of a finished study of tests/reruns.yaml, grown out of the tiny one, and what Snakemake said to it."""
    return studies["two_datasets"].result()


def make_tiny_study(folder):
    project = Project(folder)
    write_zip(folder / "tiny.zip", tiny_images())
    done = project.snakemake("--cores", "2", "--configfile", str(TINY))
    assert done.returncode == 0, done.stdout
    assert "Warning" not in done.stdout
    return project


def make_two_datasets_study(tiny, folder):
    shutil.copytree(tiny.folder, folder)
    write_folder(folder / "other", tiny_images(5, 3))
    done = snakemake(folder, "--cores", "2", "--configfile", str(TINY), str(RERUNS))
    assert done.returncode == 0, done.stdout
    return folder, done.stdout


@pytest.fixture
def restore_torch():
    """Undo what a job sets up for its whole process."""
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)
    torch.use_deterministic_algorithms(False)


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    run = OneRun(tmp_path_factory.mktemp("finished"))
    write_zip(run.zip, tiny_images())
    for job in (run.make_dataset, run.train, run.measure):
        job()
    return run


@pytest.fixture
def one_run(restore_torch, finished_run, tmp_path):
    """A copy of a finished run that may be changed."""
    return OneRun(shutil.copytree(finished_run.folder, tmp_path / "one_run"))
