"""What bfloat16 gains in time, and what it costs in M, by layer, on networks trained on real digits.

precision.csv holds the errors: relative differences of M (all samples, mean of feature maps) from float64.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.networks import ALL_CONVOLUTIONAL, RESNET18, SIMPLE_CONV, VGG16, Network, rotated
from benchmarks.results import Result, shortest
from rotational_variance import models
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import Passes
from rotational_variance.measuring.one_pass import measure
from rotational_variance.measuring.precision import set_precision
from rotational_variance.samples import sources
from rotational_variance.samples.angles import angle_grid
from rotational_variance.samples.channel_statistics import channel_statistics
from rotational_variance.samples.inputs import Samples, to_samples
from rotational_variance.statistics.measurement import Measurement
from rotational_variance.training.fit import fit
from rotational_variance.training.recipe import Recipe

N_SAMPLES, N_CLASSES, N_ANGLES = 64, 2, 4
RUNS = [(SIMPLE_CONV, 10), (ALL_CONVOLUTIONAL, 5), (VGG16, 3), (RESNET18, 3)]
TRAINED = {"simple_conv": {"width": 16, "hidden": 64}, "all_convolutional": {"width": 16}}
RECIPE = Recipe(
    rotate=180, shift=0, flip=False, epochs=10, batch_size=64, optimizer="muon", learning_rate=0.02, momentum=0.95,
    weight_decay=0.01, schedule="one_cycle", label_smoothing=0.0, history_samples="all", test_rotation_seed=0,
)  # fmt: skip
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def run() -> Iterator[Result]:
    for network, runs in RUNS:
        yield compare_times(network, runs)
    rows = []
    for name, options in TRAINED.items():
        errors = _errors(name, options)
        rows += errors
        for dtype in DTYPES:
            largest = max(row[f"largest_error_{dtype}"] for row in errors)
            worst = max(errors, key=lambda row: row[f"median_error_{dtype}"])
            yield Result(
                f"median relative error of M, {dtype}, worst layer, {name} on digits (cpu)",
                worst[f"median_error_{dtype}"],
                "",
                1,
                f"layer {worst['layer']}; of single units up to {largest:.2g}",
            )
    with open(Path(__file__).with_name("precision.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: f"{value:.2g}" if isinstance(value, float) else value for key, value in row.items()} for row in rows
        )


def compare_times(network: Network, runs: int) -> Result:
    contenders = {}
    for name, dtype in DTYPES.items():
        model = network.build()
        set_precision(model, dtype)
        samples, angles, inputs = rotated(network, N_SAMPLES, N_CLASSES, N_ANGLES, 32, "channels_last", dtype)
        activations = find_activations(model, inputs[0][:2])
        contenders[name] = _measurement(activations, samples, angles, dtype)
    times = shortest(contenders, runs)
    return Result(
        f"measure in bfloat16 / float32, {network.label} (cpu)",
        times["bfloat16"] / times["float32"],
        "",
        runs,
        f"{times['bfloat16']:.2f} and {times['float32']:.2f} s",
    )


def _measurement(activations, samples: Samples, angles: list[float], dtype: torch.dtype):
    names = [str(label) for label in range(N_CLASSES)]
    return lambda: measure(activations, samples, names, angles_degrees=angles, passes=Passes(32, dtype=dtype))


def _errors(name: str, options: dict) -> list[dict]:
    """Return, by layer, M in float64 and the relative errors of its units in the other precisions."""
    dataset = sources.read("digits", source="scikit-learn", name="digits", size=28, test_fraction=0.2, split_seed=0)
    mean, std = channel_statistics(dataset.train_images)
    train, test = (
        to_samples(images, labels, mean, std, torch.device("cpu"))
        for images, labels in ((dataset.train_images, dataset.train_labels), (dataset.test_images, dataset.test_labels))
    )
    torch.manual_seed(0)
    model = models.build(name, n_channels=1, image_size=28, n_classes=10, **options)
    for _ in fit(model, train, test, RECIPE, seed=0):
        pass
    model.eval()
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    tensors = {}
    for precision, dtype in {"float64": torch.float64, **DTYPES}.items():
        model.float().load_state_dict(weights)
        set_precision(model, dtype)
        activations = find_activations(model, test.inputs(slice(0, 2), dtype=dtype))
        tensors[precision] = measure(
            activations, test, dataset.class_names, angles_degrees=angle_grid(16), passes=Passes(32, dtype=dtype)
        )
    return _by_layer(name, tensors)


def _by_layer(name: str, tensors: dict[str, Measurement]) -> list[dict]:
    rows = []
    for i, layer in enumerate(tensors["float64"].layers):
        exact = layer.normalized_variance[0, 0]
        row = {"model": name, "layer": layer.name, "mean_m": float(exact.mean())}
        for precision in DTYPES:
            error = np.abs(tensors[precision].layers[i].normalized_variance[0, 0] / exact - 1)
            row[f"median_error_{precision}"] = float(np.median(error))
            row[f"largest_error_{precision}"] = float(error.max())
        rows.append(row)
    return rows
