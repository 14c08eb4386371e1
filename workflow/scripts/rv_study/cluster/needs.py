"""What a job needs of a node, by what was counted of its network: memory and time. Standard library only.

The constants were fitted to the memory that jobs of the demo and of the laptop study took, as Snakemake's `benchmark:`
measured it (docs/cluster.md shows both), and are meant to be too large rather than too small.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rv_study.costs import Images, Work

MB = 10**6
PROCESS_MB = 450  # a Python that has imported torch
OF_IMAGES = 3  # their bytes, in the file's reader, as samples, and while they are tested
OF_STEP = 1.6  # what is kept for the backward pass, with the gradients of a layer beside it
OF_WEIGHTS = 5  # weights, gradients, momentum, their average, and a step
STATISTICS_MB = 900  # at least; the state of a batch's samples is in it, which batches.py limits
STATE_MB, OF_UNIT_AND_ANGLE, OF_UNIT_AND_CLASS = (
    300,
    300,
    130,
)  # bytes the latter two: one_pass.py keeps moments of both
ROOM, SNAKEMAKE_MB = 1.3, 600  # a job of a cluster holds two Snakemakes beside it, 300 MB each
CUDA_MB = 4000  # of the driver's libraries, which count as the job's memory
CORE_FLOPS = 3e10  # of a narrow network, half of what was measured
GPU_FLOPS = 2e12  # not measured: a thirtieth of what an H100 is said to reach
START_MINUTES, TIMES = 10, 2  # for a slow file system to give torch, and for slow or busy nodes
MEASURED_PASS = 3  # passes of a network whose many small layers take less time than their statistics
STEP_MINUTES = 10


@dataclass(frozen=True)
class Need:
    """Memory and time of a job that nothing else disturbs, with room to spare."""

    memory_mb: int
    minutes: int


def training_need(
    costs: Mapping[str, int], work: Work, images: Images, *, batch_size: int, threads: int, on_gpu: bool
) -> Need:
    """Return what training needs. `costs` are those that count_costs.py counts of the network."""
    step = OF_STEP * costs["sample_bytes"] * batch_size + OF_WEIGHTS * costs["parameter_bytes"]
    return _need(step / MB, costs, work, images, threads=threads, on_gpu=on_gpu)


def measuring_need(
    costs: Mapping[str, int], work: Work, images: Images, *, n_angles: int, threads: int, on_gpu: bool
) -> Need:
    """Return what measuring at so many angles needs."""
    of_unit = OF_UNIT_AND_ANGLE * n_angles + OF_UNIT_AND_CLASS * images.n_classes
    statistics = max(STATISTICS_MB, STATE_MB + of_unit * costs["n_units"] / MB)
    weights = OF_WEIGHTS * costs["parameter_bytes"]  # again in float64, for the errors of rounding
    work = replace(work, n_measured=MEASURED_PASS * work.n_measured)
    return _need(statistics + weights / MB, costs, work, images, threads=threads, on_gpu=on_gpu)


def _need(
    computing_mb: float, costs: Mapping[str, int], work: Work, images: Images, *, threads: int, on_gpu: bool
) -> Need:
    n_bytes = (images.n_train + images.n_test) * images.n_channels * images.size**2
    memory = PROCESS_MB + OF_IMAGES * n_bytes / MB + (CUDA_MB if on_gpu else computing_mb)
    flops_a_second = GPU_FLOPS if on_gpu else CORE_FLOPS * threads
    minutes = START_MINUTES + TIMES * work.flops(costs["flops"]) / flops_a_second / 60
    return Need(_up_to(ROOM * memory + SNAKEMAKE_MB, 100), _up_to(minutes, STEP_MINUTES))


def _up_to(value: float, step: int) -> int:
    """Round up to a multiple of `step`."""
    return step * -int(-value // step)
