"""Measure how every activation of a model varies with rotation and with the sample, in one pass over both.

Source: Quiroga et al. 2019, with standard deviations of divisor n - 1:

    sigma_T(u) = mean over x of  std over r of a[u, x, r]      transformation std
    sigma_S(u) = mean over r of  std over x of a[u, x, r]      sample std

Each (sample, angle) goes through the model once. Samples come class by class, in chunks; a chunk is shown at every
angle before the next, so that the transformation std of its samples is known when it is done. The sample statistics of
one class, at each angle, are kept until the class is done and then merged into those of all samples. So memory depends
on the numbers of units, angles and samples a chunk, not on the number of samples.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from rotational_variance.activations import AGGREGATIONS, Activations
from rotational_variance.inputs import Samples
from rotational_variance.normalized import ALL, Layer, VarianceTensor
from rotational_variance.variance import Moments


def measure(
    model: nn.Module,
    samples: Samples,
    class_names: list[str],
    *,
    angles_degrees: list[float],
    batch_size: int,
    on_batch: Callable[[], None] = lambda: None,
) -> VarianceTensor:
    """Measure every activation of `model` over all samples and over those of each class.

    samples         at least two of each class
    angles_degrees  at least two
    batch_size      samples a forward pass, at most; it changes the speed only
    on_batch        called after each forward pass: `n_passes` of them

    Raises ValueError for too few samples or angles, and for activations that are not finite, naming the layer.
    """
    counts = torch.bincount(samples.labels, minlength=len(class_names)).tolist()
    _check_enough(counts, class_names, angles_degrees)
    model.eval()
    activations = Activations(model, samples.inputs(slice(0, 2)))
    over_samples_all = [Moments() for _ in angles_degrees]
    transformation_stds, sample_stds = [], []
    for label in range(len(class_names)):
        over_samples = [Moments() for _ in angles_degrees]
        sum_over_samples = 0.0
        for index in class_batches(samples.labels, label, batch_size):
            over_angles = Moments()
            for angle, moments in zip(angles_degrees, over_samples, strict=True):
                values = activations.observe(samples.inputs(index, angle))
                over_angles.add(values.unsqueeze(0))
                moments.add(values)
                on_batch()
            _check_finite(over_angles, activations)
            sum_over_samples += over_angles.std().sum(0)
        transformation_stds.append(sum_over_samples / counts[label])
        sample_stds.append(_mean_std(over_samples))
        for moments_all, moments in zip(over_samples_all, over_samples, strict=True):
            moments_all.merge(moments)
    weights = torch.tensor(counts, dtype=torch.float64, device=transformation_stds[0].device)
    transformation_all = torch.einsum("c,cau->au", weights / weights.sum(), torch.stack(transformation_stds))
    return VarianceTensor(
        layers=_split_layers(
            activations,
            torch.stack([transformation_all, *transformation_stds], dim=1),
            torch.stack([_mean_std(over_samples_all), *sample_stds], dim=1),
        ),
        angles_degrees=np.array(angles_degrees, dtype=np.float64),
        aggregations=list(AGGREGATIONS),
        sample_sets=[ALL, *class_names],
        n_samples=np.array([sum(counts), *counts], dtype=np.int64),
    )


def n_passes(labels: torch.Tensor, n_angles: int, batch_size: int) -> int:
    """Count the forward passes that `measure` makes."""
    return n_angles * sum(-(-count // batch_size) for count in torch.bincount(labels).tolist())


def class_batches(labels: torch.Tensor, label: int, batch_size: int) -> tuple[torch.Tensor, ...]:
    """Cut the samples of one class into nearly equal batches of at most `batch_size`: indices [sample]."""
    index = (labels == label).nonzero().flatten()
    return index.tensor_split(-(-len(index) // batch_size))


def _check_enough(counts: list[int], class_names: list[str], angles_degrees: list[float]) -> None:
    if len(angles_degrees) < 2:
        raise ValueError(f"angles: got {len(angles_degrees)}, expected 2 or more: one angle has no spread")
    for count, name in zip(counts, class_names, strict=True):
        if count < 2:
            raise ValueError(f"class {name}: got {count} test samples, expected 2 or more: fewer have no spread")


def _check_finite(moments: Moments, activations: Activations) -> None:
    finite = torch.isfinite(moments.squared_deviations).all(dim=0).all(dim=0)
    if finite.all():
        return
    unit = int((~finite).nonzero()[0])
    for layer in activations.layers:
        if unit < layer.n_units:
            raise ValueError(f"layer {layer.name}: unit {unit} is infinite or not a number; nothing can be measured")
        unit -= layer.n_units


def _mean_std(over_samples: list[Moments]) -> torch.Tensor:
    """Average over the angles the std over the samples: [aggregation, unit]."""
    return torch.stack([moments.std() for moments in over_samples]).mean(0)


def _split_layers(activations: Activations, transformation: torch.Tensor, sample: torch.Tensor) -> list[Layer]:
    """Cut statistics [aggregation, sample_set, unit] of all units into layers."""
    sizes = [layer.n_units for layer in activations.layers]
    parts = zip(
        activations.layers,
        transformation.cpu().split(sizes, dim=2),
        sample.cpu().split(sizes, dim=2),
        strict=True,
    )
    return [Layer(info.name, info.kind, t.numpy(), s.numpy()) for info, t, s in parts]
