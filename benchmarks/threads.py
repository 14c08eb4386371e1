"""Whether more CPU threads help: the measure with one thread and with all."""

from collections.abc import Iterator

import torch

from benchmarks.networks import RESNET18, SIMPLE_CONV, Network, rotated
from benchmarks.results import Result, shortest
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import Passes
from rotational_variance.measuring.one_pass import measure

N_SAMPLES, N_CLASSES, N_ANGLES = 64, 2, 8
RUNS = [(SIMPLE_CONV, 10), (RESNET18, 3)]


def run() -> Iterator[Result]:
    all_threads = torch.get_num_threads()
    if all_threads > 1:
        for network, runs in RUNS:
            yield compare(network, runs, all_threads)


def compare(network: Network, runs: int, all_threads: int) -> Result:
    samples, angles, inputs = rotated(network, N_SAMPLES, N_CLASSES, N_ANGLES, 32, "channels_last", torch.float32)
    activations = find_activations(network.build(), inputs[0][:2])
    names = [str(label) for label in range(N_CLASSES)]

    def measured(n_threads: int) -> None:
        torch.set_num_threads(n_threads)
        measure(activations, samples, names, angles_degrees=angles, passes=Passes(32))

    times = shortest({1: lambda: measured(1), all_threads: lambda: measured(all_threads)}, runs)
    torch.set_num_threads(all_threads)
    return Result(
        f"measure, 1 thread / {all_threads} threads, {network.label} (cpu)",
        times[1] / times[all_threads],
        "",
        runs,
        f"{times[1]:.2f} and {times[all_threads]:.2f} s",
    )
