"""Whether a GPU measures the same as the CPU: the largest relative difference of M of any layer."""

from collections.abc import Iterator

import numpy as np
import torch

from benchmarks.networks import ALL_CONVOLUTIONAL, RESNET18, SIMPLE_CONV, VGG16, Network
from benchmarks.results import Result
from rotational_variance.activations.find import find_activations
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measuring.batches import Passes
from rotational_variance.measuring.one_pass import measure
from rotational_variance.samples.angles import angle_grid
from rotational_variance.statistics.averages import layer_values
from rotational_variance.statistics.units import unit_values
from rotational_variance.torch_setup.device import set_up


def run() -> Iterator[Result]:
    if torch.cuda.is_available():
        for network in (SIMPLE_CONV, ALL_CONVOLUTIONAL, VGG16, RESNET18):
            yield compare(network)


def compare(network: Network) -> Result:
    values = []
    for name in ("cpu", "cuda"):
        device = set_up(name, torch.get_num_threads())
        samples = network.samples(40, 2, device)
        activations = find_activations(network.build().to(device), samples.inputs(slice(0, 2)))
        measurement = measure(activations, samples, ["0", "1"], angles_degrees=angle_grid(8), passes=Passes(20))
        values.append(layer_values(unit_values(measurement, M, "mean", "all")))
    difference = float(np.max(np.abs(values[1] / values[0] - 1)))
    return Result(f"relative difference of M, cuda from cpu, {network.label}", difference, "<=1e-3", 1, "worst layer")
