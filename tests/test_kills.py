"""Trainings that are killed go on from the last finished epoch, and end with the same bytes as an undisturbed one."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

from helpers.one_run import STEM
from helpers.projects import TINY
from helpers.tiny_data import tiny_images, write_zip

TARGET = f"results/checkpoints/{STEM}.pt"
EPOCHS = 40
CONFIG = f"runs={{defaults: {{training: {{epochs: {EPOCHS}}}}}}}"
SNAKEMAKE = [
    sys.executable, "-m", "snakemake", TARGET, "--cores", "2",
    "--configfile", str(TINY), "--config", CONFIG,
]  # fmt: skip


class Training:
    """One training through Snakemake, in its own process group."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.log = folder / f"results/logs/train/{STEM}.log"
        self.output = folder / "snakemake.txt"
        with open(self.output, "ab") as file:
            self.process = subprocess.Popen(
                [*SNAKEMAKE, *arguments], cwd=folder, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )

    def job(self):
        """Return the process that trains, or None."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if re.search(r"python\S* \S*/tmp\w+\.train\.py", " ".join(process.cmdline())):
                    return process
            except psutil.Error:  # it has just ended
                continue
        return None

    def wait_for(self, is_so):
        """Wait until it is so, or all is done."""
        while self.process.poll() is None and not is_so():
            time.sleep(0.005)

    def wait_for_epoch(self, number):
        self.wait_for(lambda: self.epoch() >= number)

    def epoch(self):
        """Return the number of the last epoch in the log, or 0."""
        numbers = re.findall(rf"^epoch (\d+)/{EPOCHS}", self.log.read_text() if self.log.exists() else "", re.MULTILINE)
        return int(numbers[-1]) if numbers else 0

    def kill_job(self, signal_number):
        """Send the job a signal; tell whether there was one."""
        job = self.job() if self.process.poll() is None else None
        if job is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            job.send_signal(signal_number)
        return True

    def kill_everything(self):
        """Kill Snakemake and the job with -9; tell whether they still ran."""
        if self.process.poll() is not None:
            return False
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return True

    def finish(self):
        code = self.process.wait(timeout=120)
        return code, self.output.read_text()


def unlock(folder):
    """Tell Snakemake that no other one runs here, as it asks for after a kill -9."""
    subprocess.run([*SNAKEMAKE, "--unlock"], cwd=folder, check=True, capture_output=True)


def files_of(folder):
    """Return the bytes of what a training leaves behind."""
    return {path.name: path.read_bytes() for path in (folder / "results/checkpoints").iterdir()}


def make_folder(make_project, folder):
    folder.mkdir(exist_ok=True)
    project = make_project(folder)
    write_zip(folder / "tiny.zip", tiny_images())
    return project.folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, make_project):
    folder = make_folder(make_project, tmp_path_factory.mktemp("undisturbed"))
    code, output = Training(folder).finish()
    assert code == 0, output
    files = files_of(folder)
    assert set(files) == {f"{STEM}.pt", f"{STEM}.csv"}
    return files


@pytest.mark.long
def test_a_training_survives_kills_of_the_job_and_of_everything(make_project, tmp_path, undisturbed):
    folder = make_folder(make_project, tmp_path)
    training = Training(folder, "--retries", "2")
    for n_retries, signal_number in enumerate((signal.SIGKILL, signal.SIGTERM), start=1):
        training.wait_for_epoch(8 * n_retries)
        training.kill_job(signal_number)  # Snakemake deletes the outputs, and tries again
        training.wait_for(lambda n=n_retries: training.output.read_text().count("after epoch") == n)
    training.wait_for_epoch(24)
    training.kill_everything()
    assert f"{STEM}.resume.pt" in files_of(folder)
    for path in folder.glob("workflow/scripts/**/*.py"):  # words waste nothing of an unfinished training
        path.write_text(f'{path.read_text()}\n# another comment\n"""Another string."""\n')
    unlock(folder)
    code, output = Training(folder).finish()
    assert code == 0, output
    resumed = [int(number) for number in re.findall(rf"train {STEM}: going on after epoch (\d+), from", output)]
    assert len(resumed) == 3
    assert all(found >= expected for found, expected in zip(resumed, (8, 16, 24), strict=True))
    assert f"Error: train {STEM}: stopped by SIGTERM; run the same command again to go on" in output
    assert "Traceback" not in output
    assert files_of(folder) == undisturbed


@pytest.mark.long
def test_twenty_kills_at_random_moments_change_no_byte(make_project, tmp_path, undisturbed):
    """Kill now the job, now everything, at moments spread over start, training and end; seeded, but never quite equal."""
    moments = random.Random(0)
    n_kills, n_resumed, round_number = 0, 0, 0
    # Where the moments fall depends on the speed of the machine, so further ones follow if too few fall between epochs.
    while n_kills < 20 or (n_resumed < 8 and n_kills < 60):
        round_number += 1
        folder = make_folder(make_project, tmp_path / str(round_number))
        code = None
        while code != 0:
            training = Training(folder)
            training.wait_for(lambda: training.log.exists() and training.log.read_text())  # noqa: B023 (called at once)
            time.sleep(moments.uniform(0, 1.5))
            kind = moments.choice(["everything", signal.SIGKILL, signal.SIGTERM])
            if kind == "everything":
                n_kills += training.kill_everything()
                unlock(folder)
            else:
                n_kills += training.kill_job(kind)
            code, output = training.finish()
            training.log.unlink(missing_ok=True)
        n_resumed += output.count("going on after epoch")
        assert "Traceback" not in output
        assert files_of(folder) == undisturbed
    assert n_resumed >= 8  # the other kills came before the first epoch's end, or after the last's
