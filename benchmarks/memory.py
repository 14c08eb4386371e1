"""The peak memory of measuring, each time in a process of its own, torch included."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.networks import RESNET50, SIMPLE_CONV, Network
from benchmarks.results import Result
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import choose_passes
from rotational_variance.measuring.one_pass import measure
from rotational_variance.samples.angles import angle_grid

NETWORKS = {network.label: network for network in (SIMPLE_CONV, RESNET50)}
RUNS = 3
LIMIT_MIB = 1536


def run() -> Iterator[Result]:
    # Classes of 100 and of 1,000 samples: batches of 50 are of the same size in both.
    few, many = (_peak_mib(SIMPLE_CONV, n_samples, 4, batch_size="50", runs=RUNS) for n_samples in (1000, 10000))
    yield Result(
        f"peak memory, 10,000 / 1,000 samples, {SIMPLE_CONV.label} (cpu)",
        many / few,
        "<=1.05",
        RUNS,
        f"{many:.0f} and {few:.0f} MiB",
    )
    peak = _peak_mib(RESNET50, 128, 16, batch_size="auto", runs=1)
    yield Result(f"peak memory / 1.5 GiB, {RESNET50.label} (cpu)", peak / LIMIT_MIB, "<=1", 1, f"{peak:.0f} MiB")


def _peak_mib(network: Network, n_samples: int, n_angles: int, batch_size: str, runs: int) -> float:
    """Return the smallest peak of several processes: what an allocator keeps by chance only adds to it."""
    command = [sys.executable, "-m", "benchmarks.memory", network.label, str(n_samples), str(n_angles), batch_size]
    return min(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(runs))


def _measure(network: Network, n_samples: int, n_angles: int, batch_size: str) -> None:
    """Measure as the study does."""
    n_classes = 2 if n_samples < 1000 else 10  # so that batches are full
    samples = network.samples(n_samples, n_classes)
    activations = find_activations(network.build(), samples.inputs(slice(0, 2)))
    passes = choose_passes(
        activations,
        samples,
        batch_size=batch_size if batch_size == "auto" else int(batch_size),
        memory_format="channels_last",
        dtype=torch.float32,
    )
    names = [str(label) for label in range(n_classes)]
    measure(activations, samples, names, angles_degrees=angle_grid(n_angles), passes=passes)


def _own_peak_mib() -> float:
    """Return this process's peak. On Linux, `ru_maxrss` includes the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        peak_kib = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak_kib) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _measure(NETWORKS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    print(_own_peak_mib())
