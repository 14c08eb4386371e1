"""As many trainings at once as there are cores, one thread each, against one after the other on all threads."""

import subprocess
import sys
from collections.abc import Iterator

import torch

from benchmarks.results import Result, seconds
from benchmarks.train_loop import NETWORKS, RECIPE, batches
from rotational_variance.training.fit import train_epoch
from rotational_variance.training.optimizer import make_optimizer

RUNS = 3
N_SAMPLES = 512


def run() -> Iterator[Result]:
    n_cores = torch.get_num_threads()
    if n_cores == 1:
        return
    for i, network in enumerate(NETWORKS):
        at_once = min(_slowest(i, n_threads=1, n_jobs=n_cores) for _ in range(RUNS))
        in_turn = min(_slowest(i, n_threads=n_cores, n_jobs=1) for _ in range(RUNS)) * n_cores
        yield Result(
            f"{n_cores} trainings in turn, {n_cores} threads each, / at once, 1 thread each, {network.label} of width "
            f"{network.options['width']} (cpu)",
            in_turn / at_once,
            "",
            RUNS,
            f"{in_turn:.2f} and {at_once:.2f} s",
        )


def _slowest(number: int, n_threads: int, n_jobs: int) -> float:
    """Return the time of the slowest of some jobs that begin at once, in seconds."""
    command = [sys.executable, "-m", "benchmarks.train_threads", str(number), str(n_threads)]
    jobs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(n_jobs)]
    for job in jobs:  # until all are ready
        job.stdout.readline()
    for job in jobs:
        job.stdin.write("go\n")
        job.stdin.flush()
    return max(float(job.communicate()[0]) for job in jobs)


def _job(number: int, n_threads: int) -> None:
    torch.set_num_threads(n_threads)
    network = NETWORKS[number]
    model = network.build().to(memory_format=torch.channels_last)
    made = list(batches(network.samples(N_SAMPLES), RECIPE))
    optimizer = make_optimizer(model, RECIPE)

    def train() -> None:
        train_epoch(model, iter(made), N_SAMPLES, RECIPE, optimizer, None, lambda n, loss: None)

    train()
    print("ready", flush=True)
    sys.stdin.readline()
    print(seconds(train), flush=True)


if __name__ == "__main__":
    _job(*map(int, sys.argv[1:]))
