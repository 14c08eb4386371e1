"""The measure against tmeasures, the library of the measure's authors, on the same network, images and angles.

tmeasures keeps the variance of every pixel of a feature map and averages afterwards; its own code is used as it comes,
with the batch size that is best for it. It measures all samples together, with one aggregation; ours also each class,
and two. A second comparison spares it the pixels: its network returns spatial means.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator

import numpy as np
import torch

from benchmarks.networks import ALL_CONVOLUTIONAL, SIMPLE_CONV, Network, rotated
from benchmarks.results import Result, shortest
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import Passes
from rotational_variance.measuring.one_pass import measure

N_CLASSES, N_ANGLES = 2, 16
CASES = [(SIMPLE_CONV, 128, 3), (ALL_CONVOLUTIONAL, 32, 1)]  # network, samples, runs


def run() -> Iterator[Result]:
    for network, n_samples, runs in CASES:
        yield from compare(network, n_samples, runs)


def compare(network: Network, n_samples: int, runs: int) -> Iterator[Result]:
    model = network.build()
    samples, angles, inputs = rotated(network, n_samples, N_CLASSES, N_ANGLES, 32, "channels_last", torch.float32)
    activations = find_activations(model, inputs[0][:2])
    names = [str(label) for label in range(N_CLASSES)]
    found = {}

    def ours() -> None:
        found["ours"] = measure(activations, samples, names, angles_degrees=angles, passes=Passes(32))

    turned = network.samples(n_samples, N_CLASSES)
    by_sample = torch.stack([turned.inputs(slice(None), angle) for angle in angles], dim=1)
    contenders = {"measure": ours}
    for reduced in (False, True):
        for batch_size in (32, 128):
            contenders[reduced, batch_size] = _tmeasures(model, by_sample, batch_size, reduced, found)
    with warnings.catch_warnings(action="ignore"):  # about pinned memory, of its data loader
        times = shortest(contenders, runs)
    _check_same(found)
    for reduced, label, bound in ((False, "tmeasures", ">=8"), (True, "tmeasures, maps reduced first,", "")):
        theirs = min(time for key, time in times.items() if key in ((reduced, 32), (reduced, 128)))
        yield Result(
            f"{label} / measure, {network.label} (cpu)",
            theirs / times["measure"],
            bound,
            runs,
            f"{theirs:.2f} s against {times['measure']:.2f} s",
        )


def _tmeasures(model, by_sample: torch.Tensor, batch_size: int, reduced: bool, found: dict):
    """Return a function that measures `model` on inputs [sample, angle, channel, height, width] with tmeasures."""
    with contextlib.redirect_stdout(io.StringIO()):  # it prints the modules
        import tmeasures as tm

        network = tm.pytorch.AutoActivationsModule(model)

    class Reduced(tm.pytorch.ActivationsModule):
        def activation_names(self):
            return network.activation_names()

        def forward_activations(self, inputs):
            return [a.mean((2, 3)) if a.dim() == 4 else a for a in network.forward_activations(inputs)]

    class Rotation:
        def __init__(self, angle: int) -> None:
            self.angle = angle

        def __call__(self, rotated_images: torch.Tensor) -> torch.Tensor:
            return rotated_images[self.angle]

    options = tm.pytorch.PyTorchMeasureOptions(batch_size=batch_size, verbose=False)
    rotations = [Rotation(angle) for angle in range(by_sample.shape[1])]
    measured = Reduced() if reduced else network

    def evaluate() -> None:
        result = tm.pytorch.NormalizedVarianceInvariance().eval(by_sample, rotations, measured, options)
        if reduced:
            found["tmeasures"] = dict(zip(network.activation_names(), result.layers, strict=True))

    return evaluate


def _check_same(found: dict) -> None:
    """Raise AssertionError unless both found the same M of the means of feature maps."""
    for layer in found["ours"].layers:
        theirs = found["tmeasures"][f"/{layer.name}"].numpy()
        varies = layer.sample_std[0, 0] > 1e-4
        np.testing.assert_allclose(
            layer.normalized_variance[0, 0, varies], theirs[varies], rtol=1e-2, err_msg=layer.name
        )
