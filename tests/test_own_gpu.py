"""Each job on this machine computes on a GPU of its own; with made-up GPUs, as CUDA and its driver name them."""

import contextlib
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from helpers.jobs import python_jobs
from helpers.projects import TINY
from helpers.tiny_data import tiny_images, write_zip
from rv_study.around_jobs import own_gpu as module
from rv_study.around_jobs.own_gpu import VARIABLE, VISIBLE, list_gpus, own_gpu

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
TWO = """\
GPU 0: NVIDIA H200 (UUID: GPU-0a1b)
GPU 1: NVIDIA H200 (UUID: GPU-2c3d)
"""
PARTS = """\
GPU 0: NVIDIA H200 (UUID: GPU-0a1b)
  MIG 1g.18gb     Device  0: (UUID: MIG-11)
  MIG 1g.18gb     Device  1: (UUID: MIG-22)
"""


@pytest.fixture(autouse=True)
def cuda(monkeypatch, tmp_path):
    """A torch with CUDA; locks of this test alone."""
    monkeypatch.setattr(module, "version", lambda package: "2.13.0+cu130")
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)


@pytest.fixture
def driver(monkeypatch, tmp_path):
    """Return a function that puts a driver there, which lists GPUs so."""

    def install(listed, status=0):
        path = tmp_path / "bin" / "nvidia-smi"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{listed}END\nexit {status}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)

    return install


@pytest.mark.parametrize(("visible", "expected"), [
    ("0,1", ["0", "1"]), ("3", ["3"]), ("GPU-0a1b, MIG-22", ["GPU-0a1b", "MIG-22"]), ("", []), ("-1", []),
    ("NoDevFiles", []),  # as SLURM says for none
])  # fmt: skip
def test_gpus_are_those_that_are_visible(driver, monkeypatch, visible, expected):
    driver(TWO)
    monkeypatch.setenv(VISIBLE, visible)
    assert list_gpus("auto") == expected


@pytest.mark.parametrize(("listed", "expected"), [
    (TWO, ["GPU-0a1b", "GPU-2c3d"]), (PARTS, ["MIG-11", "MIG-22"]), ("", []),
    (f"{PARTS}{TWO.splitlines()[1]}\n", ["MIG-11", "MIG-22", "GPU-2c3d"]),
])  # fmt: skip
def test_else_those_that_the_driver_lists(driver, listed, expected):
    driver(listed)
    assert list_gpus("cuda") == expected


def test_a_machine_without_a_driver_has_none(driver, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_gpus("auto") == []


def test_a_driver_that_fails_lists_none(driver):
    driver(TWO, status=9)
    assert list_gpus("auto") == []


def test_no_gpu_is_taken_where_none_would_be_used(driver, monkeypatch):
    driver(TWO)
    assert list_gpus("cpu") == []
    monkeypatch.setattr(module, "version", lambda package: "2.13.0+cpu")
    assert list_gpus("auto") == []


JOB = textwrap.dedent(f"""
    import os, sys
    sys.path.insert(0, {str(SCRIPTS)!r})
    from rv_study.around_jobs import own_gpu as module
    module.POLL_S = 0.02
    module.tempfile.tempdir = sys.argv[1]
    with module.own_gpu(lambda text: print(text, flush=True)):
        print(os.environ[{VISIBLE!r}], flush=True)
        input()
""")


@pytest.fixture
def start(tmp_path):
    """A function that starts a job, for which there are two GPUs."""
    with python_jobs(JOB, tmp_path, **{VARIABLE: "0,GPU-b"}) as start:
        yield start


@pytest.mark.parametrize("end", ["in order", "killed"])
def test_each_job_has_a_gpu_of_its_own_and_others_wait(start, end):
    first = start()
    assert first.stdout.readline() == "0\n"
    second = start()
    assert second.stdout.readline() == "GPU-b\n"
    third = start()
    assert third.stdout.readline() == "all GPUs are taken by other jobs of yours; waiting for one\n"
    if end == "killed":
        second.kill()
    else:
        second.communicate("\n", timeout=60)
    assert third.stdout.readline() == "GPU-b\n"
    for job in (first, third):
        job.communicate("\n", timeout=60)
        assert job.returncode == 0


@pytest.mark.parametrize("visible", [None, "0,1"])
def test_what_is_visible_afterwards_is_what_was_before(monkeypatch, visible):
    if visible:
        monkeypatch.setenv(VISIBLE, visible)
    monkeypatch.setenv(VARIABLE, "1")
    with own_gpu(pytest.fail):
        assert os.environ[VISIBLE] == "1"
    assert os.environ.get(VISIBLE) == visible


def test_without_gpus_nothing_changes():
    with own_gpu(pytest.fail):
        assert VISIBLE not in os.environ


@pytest.mark.long
def test_no_more_jobs_compute_at_once_than_there_are_gpus(project, monkeypatch, tmp_path):
    """Through Snakemake, on a torch that says it has CUDA, and so with GPUs that are counted, and none that is used."""
    installed = tmp_path / "made up" / "torch-99.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 99+cu130\n")
    monkeypatch.setenv("PYTHONPATH", str(installed.parent))
    monkeypatch.setenv(VISIBLE, "7,8")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    write_zip(project.folder / "tiny.zip", tiny_images())
    runs = [f"{m}_tiny_{t}_seed0" for m in ("simple_conv", "all_convolutional") for t in ("unrotated", "rotated")]
    arguments = [*(f"results/checkpoints/{run}.pt" for run in runs), "--cores", "4", "--configfile", str(TINY)]
    arguments += ["--config", "execution={device: auto}"]
    with subprocess.Popen(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as snakemake:  # fmt: skip
        at_once = set()
        while snakemake.poll() is None:
            at_once.add(n_jobs(snakemake.pid))
        said = snakemake.stdout.read()
    assert snakemake.returncode == 0, said
    assert max(at_once) == 2
    locks = {path.name for path in tmp_path.glob("rotational-variance-*/*")}
    assert locks == {"gpu_7.lock", "gpu_8.lock"}  # each was some job's own


def n_jobs(pid):
    """Return how many trainings run below a process, by the names of their scripts."""
    scripts = set()
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                scripts |= set(re.findall(r"/tmp\w+\.train\.py$", " ".join(process.cmdline())))
    return len(scripts)
