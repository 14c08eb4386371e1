"""Whole runs over finished results: these are kept first, come back in seconds, and are lost by nothing."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from helpers.dry_runs import read_plan, snakemake
from helpers.one_run import STEM
from helpers.projects import TINY
from rv_study.kept_store import Store

TARGET = f"results/variance/{STEM}.h5"
RESULTS = (f"results/checkpoints/{STEM}.pt", f"results/checkpoints/{STEM}.csv", TARGET)
ARGUMENTS = [*RESULTS, "--cores", "2", "--configfile", str(TINY)]


def epochs(number):
    return ["--config", f"runs={{defaults: {{training: {{epochs: {number}}}}}}}"]


def bytes_of(folder):
    return [(folder / name).read_bytes() for name in RESULTS]


@pytest.fixture
def folder(tiny_study, tmp_path):
    """A copy of a finished study in which nothing is kept, as one from before results were."""
    folder = shutil.copytree(tiny_study, tmp_path / "a copy", ignore=shutil.ignore_patterns(".kept"))
    assert not (folder / "results/.kept").exists()
    return folder


def run(folder, *further):
    code, text = snakemake(folder, *ARGUMENTS, *further)
    assert code == 0, text
    assert "Traceback" not in text
    return text


@pytest.mark.long
def test_what_a_changed_number_replaces_is_kept_and_comes_back(folder):
    before = bytes_of(folder)
    text = run(folder, *epochs(2))
    announced = (
        f"1 finished training is about to be run again:\n    training.epochs: 1 -> 2: {STEM}\n"
        "Its results are kept in results/.kept, and come back with the same numbers (make kept lists them).\n"
    )
    assert announced in text
    assert text.index(announced) < text.index("Select jobs to execute")
    other = bytes_of(folder)
    assert not {*before} & {*other}
    killed = folder / f"results/checkpoints/.{STEM}.resume.pt.part"
    killed.write_bytes(b"the half of a file")
    text = run(folder)
    assert not killed.exists()
    assert f"1 training is taken from results/.kept, where the same numbers made it before: {STEM}\n" in text
    assert text.count(": taken from results/.kept/") == 2
    assert bytes_of(folder) == before
    assert "epoch 1/1" in (folder / f"results/logs/train/{STEM}.log").read_text()
    assert "Nothing to be done" in run(folder)
    run(folder, *epochs(2))
    assert bytes_of(folder) == other


@pytest.mark.long
@pytest.mark.parametrize(("option", "taken"), [("--forcerun", "measure"), ("--forceall", None)])
def test_what_is_forced_is_computed_again(folder, option, taken):
    before = bytes_of(folder)
    text = run(folder, *([option, "train"] if option == "--forcerun" else [option]))
    assert f"    asked for: {STEM}\n" in text
    assert re.findall(r"^(\w+) \w+: taken", text, flags=re.MULTILINE) == ([taken] if taken else [])
    assert bytes_of(folder) == before


@pytest.mark.parametrize(("make", "answer"), [
    (lambda path: path.write_text("a file"), "is a file, but has to be a folder; move it away"),
    (lambda path: path.symlink_to("nowhere"), "is a link to nowhere, which is not there; make that folder"),
])  # fmt: skip
def test_a_folder_of_kept_results_that_is_none_is_one_line(folder, make, answer):
    make(folder / "results/.kept")
    before = bytes_of(folder)
    code, text = snakemake(folder, *ARGUMENTS, *epochs(2))
    assert code != 0
    assert f"\n{folder}/results/.kept: {answer}\n" in text
    assert "Traceback" not in text
    assert bytes_of(folder) == before


def test_the_list_is_printed(folder):
    code, text = snakemake(folder, "kept", "--cores", "1", "--quiet", "progress", "--configfile", str(TINY))
    assert code == 0, text
    assert read_plan(text).jobs == {"kept"}
    assert "\nresults/.kept: nothing is kept\n" in text


# ---- stopped in the middle


def start(folder, output, *further):
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", *ARGUMENTS, *further],
        cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def kill_everything(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop_jobs(process):
    """Ctrl-C: Snakemake and its jobs get it."""
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=60)


@pytest.mark.long
@pytest.mark.parametrize("stop", [kill_everything, stop_jobs])
def test_ten_reruns_stopped_at_random_moments_lose_nothing(folder, tmp_path, stop):
    """The rerun has 40 epochs; moments are spread over its planning, keeping, training and measuring."""
    before, moments, seconds = bytes_of(folder), random.Random(0), []
    for _ in range(10):
        with open(tmp_path / "rerun.txt", "w") as output:
            process = start(folder, output, *epochs(40))
            time.sleep(moments.uniform(0.5, 6))
            if process.poll() is None:
                stop(process)
        snakemake(folder, *ARGUMENTS, "--unlock")
        began = time.monotonic()
        text = run(folder)
        seconds.append(time.monotonic() - began)
        assert bytes_of(folder) == before
        not_taken = [job for job in read_plan(text).jobs if f"\n{job}: taken from " not in text]
        assert not_taken == [], f"{(tmp_path / 'rerun.txt').read_text()}\n{text}"
        shutil.rmtree(folder / "results/.kept" / _key_of_rerun(folder), ignore_errors=True)
    assert not list((folder / "results").rglob("*.part"))
    print(f"the way back took {max(seconds):.1f} s at most: {[round(value, 1) for value in seconds]}")


def _key_of_rerun(folder):
    """Return the folder of what a rerun finished, if one did: the next has to train again."""
    entries = Store(folder / "results/.kept").entries()
    keys = [entry.result.key for entry in entries if "training.epochs: 40" in entry.result.made_by]
    return keys[0] if keys else "none"
