"""Each job on this machine computes on a GPU of its own; with made-up GPUs, as CUDA and its driver name them."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

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
    """Return a function that starts a job; jobs that still run at the end are killed."""
    started = []

    def start():
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        environment = os.environ | {VARIABLE: "0,GPU-b"}
        started.append(
            subprocess.Popen([sys.executable, "-c", JOB, str(tmp_path)], env=environment, text=True, **pipes)
        )
        return started[-1]

    yield start
    for job in started:
        job.kill()
        job.communicate()


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
