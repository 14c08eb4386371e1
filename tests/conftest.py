"""What several tests need: small samples, finished studies, and copies of the project."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import URLError

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many tests run at once as there are cores; before torch is imported

import pytest
import torch

from helpers.one_run import OneRun
from helpers.projects import RERUNS, TINY, Project, snakemake
from helpers.tiny_data import tiny_images, write_folder, write_zip
from rotational_variance.samples.inputs import Samples


@pytest.fixture(scope="session", autouse=True)
def few_threads():
    torch.set_num_threads(1)  # as many tests run at once as there are cores


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


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="session")
def make_project():
    return Project


def pytest_collection_modifyitems(items):
    """Let the longest files come first, but for those that need a finished study: these while it is being made."""
    first = ["test_one_pass", "test_activations", "test_figures_look", "test_kills"]
    first += ["test_reruns", "test_places", "test_study"]  # which need one
    first += ["test_bad_configs", "test_workflow"]
    items.sort(key=lambda item: first.index(item.path.stem) if item.path.stem in first else len(first))


@pytest.fixture(scope="session", autouse=True)
def studies(request, tmp_path_factory):
    """Begin to make the studies that tests will ask for, one after the other; one process makes them for all."""
    wanted = {name for item in request.session.items for name in item.fixturenames}
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    folder = tmp_path_factory.getbasetemp() if is_alone else tmp_path_factory.getbasetemp().parent
    get = make_study if is_alone or os.environ["PYTEST_XDIST_WORKER"] == "gw0" else wait_for_study
    with ThreadPoolExecutor(max_workers=1) as worker:
        made = {}
        if wanted & {"tiny_study", "two_datasets_study"}:
            made["tiny"] = worker.submit(get, folder / "tiny study", make_tiny_study)
        if "two_datasets_study" in wanted:
            made["two_datasets"] = worker.submit(get, folder / "two_datasets", make_two_datasets_study)
        os.nice(10)  # this thread, and what it starts: the studies, which tests wait for, go first
        yield made
        for study in made.values():
            study.cancel()  # where all that wanted it was left out


def make_study(folder, make):
    """Return the folder of a study and what Snakemake said to it; leave word for the other processes."""
    try:
        said = make(folder)
    except BaseException as error:
        folder.with_suffix(".failed").write_text(str(error))
        raise
    folder.with_suffix(".said").write_text(said)
    return folder, said


def wait_for_study(folder, make):
    """Return the same, once another process has made it."""
    while not folder.with_suffix(".said").exists():
        assert not folder.with_suffix(".failed").exists(), folder.with_suffix(".failed").read_text()
        time.sleep(0.2)
    return folder, folder.with_suffix(".said").read_text()


@pytest.fixture(scope="session")
def tiny_study(studies):
    """The folder of a finished study of tests/tiny.yaml, whose path holds a space; not to be changed."""
    return studies["tiny"].result()[0]


@pytest.fixture(scope="session")
def two_datasets_study(studies):
    """The folder of a finished study of tests/reruns.yaml, grown out of the tiny one, and what Snakemake said to it."""
    return studies["two_datasets"].result()


def make_tiny_study(folder):
    folder.mkdir()
    project = Project(folder)
    write_zip(folder / "tiny.zip", tiny_images())
    done = project.snakemake("--cores", "2", "--configfile", str(TINY))
    assert done.returncode == 0, done.stdout
    assert "Warning" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if line.startswith("Reason: ")) < 250, done.stdout
    return done.stdout


def make_two_datasets_study(folder):
    shutil.copytree(folder.with_name("tiny study"), folder)
    write_folder(folder / "other", tiny_images(5, 3))
    done = snakemake(folder, "--cores", "2", "--configfile", str(TINY), str(RERUNS))
    assert done.returncode == 0, done.stdout
    return done.stdout


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


@pytest.fixture
def no_network(monkeypatch):
    def fail(*_, **__):
        raise URLError("no network here")

    monkeypatch.setattr("urllib.request.urlopen", fail)
