"""The whole measure against the forward passes that it cannot do without."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from benchmarks.networks import ALL_CONVOLUTIONAL, RESNET18, RESNET50, SIMPLE_CONV, VGG16, Network, rotated
from benchmarks.results import Result, shortest
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import MEMORY_FORMATS, Passes
from rotational_variance.measuring.one_pass import measure

# Samples a pass, memory format. Each contender is taken at its best.
ON_CPU = [(16, "channels_last"), (32, "channels_last"), (64, "channels_last"), (32, "contiguous")]
ON_CUDA = [(256, "channels_last"), (512, "channels_last"), (256, "contiguous"), (512, "contiguous")]
N_CLASSES = 2


@dataclass(frozen=True)
class Case:
    """A comparison: short runs, many of them, as other work on the machine spoils long ones.

    A class has far fewer batches than in the study, so what is done once a class weighs more than it does there.
    """

    network: Network
    n_batches: int  # of each class
    n_angles: int
    runs: int


CASES = [Case(SIMPLE_CONV, 4, 16, 8), Case(ALL_CONVOLUTIONAL, 1, 8, 6), Case(VGG16, 1, 4, 8), Case(RESNET18, 1, 4, 8)]
CASE_ON_CUDA = Case(RESNET50, 2, 16, 3)


def run() -> Iterator[Result]:
    for case in CASES:
        yield compare(case, torch.device("cpu"), ON_CPU, bound="<=1.15")
    if torch.cuda.is_available():
        yield compare(CASE_ON_CUDA, torch.device("cuda"), ON_CUDA, bound="")


def compare(case: Case, device: torch.device, settings: list[tuple[int, str]], bound: str) -> Result:
    """Compare the measure (all, each class; mean and max) with the model alone, on the same inputs, already rotated."""
    contenders = {}
    for batch_size, memory_format in settings:
        contenders |= _contenders(case, device, batch_size, memory_format)
    times = shortest(contenders, case.runs)
    best, details = {}, []
    for what in ("measure", "bare"):
        seconds_a_sample = {
            (batch_size, memory_format): times[what, batch_size, memory_format] / _n_passed(case, batch_size)
            for batch_size, memory_format in settings
        }
        batch_size, memory_format = min(seconds_a_sample, key=seconds_a_sample.get)
        best[what] = seconds_a_sample[batch_size, memory_format]
        details.append(f"{what} {best[what] * 1000:.3f} ms a sample, {batch_size} at once, {memory_format}")
    name = f"measure / bare pass, {case.network.label} ({device.type})"
    return Result(name, best["measure"] / best["bare"], bound, case.runs, "; ".join(details))


def _n_passed(case: Case, batch_size: int) -> int:
    return N_CLASSES * case.n_batches * batch_size * case.n_angles


def _contenders(case: Case, device: torch.device, batch_size: int, memory_format: str) -> dict:
    model = case.network.build().to(device, memory_format=MEMORY_FORMATS[memory_format])
    n_samples = N_CLASSES * case.n_batches * batch_size
    samples, angles, inputs = rotated(
        case.network, n_samples, N_CLASSES, case.n_angles, batch_size, memory_format, device=device
    )
    activations = find_activations(model, inputs[0][:2])
    names = [str(label) for label in range(N_CLASSES)]
    passes = Passes(batch_size, memory_format)

    @torch.inference_mode()
    def bare() -> None:
        for batch in inputs:
            model(batch)
        if device.type == "cuda":
            torch.cuda.synchronize()

    def measured() -> None:
        measure(activations, samples, names, angles_degrees=angles, passes=passes)

    return {("bare", batch_size, memory_format): bare, ("measure", batch_size, memory_format): measured}
