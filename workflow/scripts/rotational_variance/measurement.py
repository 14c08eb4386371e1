"""Measure how every activation of a model varies with rotation and with the sample, in one pass over both.

Source: Quiroga et al. 2019, with standard deviations of divisor n - 1:

    sigma_T(u) = mean over x of  std over r of a[u, x, r]      transformation std
    sigma_S(u) = mean over r of  std over x of a[u, x, r]      sample std

Each (sample, angle) goes through the model once. Samples come class by class, in batches; a batch is shown at every
angle before the next, so that the transformation std of its samples is known when it is done. The sample statistics of
one class, at each angle, are kept until the class is done and then merged into those of all samples. So memory depends
on the numbers of units, angles and samples a batch, not on the number of samples. The same passes tell the accuracy at
each angle.
"""

import math
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch

from rotational_variance.activations import AGGREGATIONS, ActivationInfo, Activations
from rotational_variance.inputs import Samples
from rotational_variance.normalized import ALL, Layer, VarianceTensor
from rotational_variance.passes import MEMORY_FORMATS, Passes
from rotational_variance.variance import Moments, Sums

GROUP_BYTES = 2**26  # of activations, of one batch at several angles, that wait to be summed


def measure(
    activations: Activations,
    samples: Samples,
    class_names: list[str],
    *,
    angles_degrees: list[float],
    passes: Passes,
    on_batch: Callable[[int], object] = lambda n_samples: None,
) -> VarianceTensor:
    """Measure every activation over all samples and over those of each class.

    samples         at least two of each class
    angles_degrees  at least two
    activations     of a model whose output is a batch of scores [sample, class]
    on_batch        called after each forward pass with its number of samples; in all, samples x angles

    Raises ValueError for too few samples or angles, and for activations that are not finite, naming the layer.
    """
    counts = check_enough(samples, class_names, angles_degrees)
    memory_format = MEMORY_FORMATS[passes.memory_format]
    activations.to_memory_format(memory_format)
    angle_groups = _group_angles(len(angles_degrees), passes.batch_size * activations.n_units)
    scratch = _Scratch()
    classes = []
    over_samples_all: list[Moments] = []
    n_correct = torch.zeros(len(class_names), len(angles_degrees), dtype=torch.int64, device=samples.labels.device)
    for label in range(len(class_names)):
        statistics = _ClassStatistics(activations.layers, scratch)
        for index in class_batches(samples.labels, label, passes.batch_size):
            for group, some_angles in enumerate(angle_groups):
                for angle in some_angles:
                    inputs = samples.inputs(
                        index, angles_degrees[angle], dtype=passes.dtype, memory_format=memory_format
                    )
                    output = activations.run(inputs, statistics.receive)
                    n_correct[label, angle] += (output.argmax(dim=1) == label).sum()
                    on_batch(len(index))
                statistics.finish_angles(group)
            statistics.finish_batch(len(index))
        over_samples = statistics.over_samples()
        classes.append((statistics.mean_transformation_std(), [_mean_std(moments) for moments in over_samples]))
        over_samples_all = [
            of_class if label == 0 else of_all.merge(of_class)
            for of_all, of_class in zip(over_samples_all or over_samples, over_samples, strict=True)
        ]
    sample_all = [_mean_std(moments) for moments in over_samples_all]
    return VarianceTensor(
        layers=[
            _layer(info, counts, [(transformation[i], sample[i]) for transformation, sample in classes], sample_all[i])
            for i, info in enumerate(activations.layers)
        ],
        angles_degrees=np.array(angles_degrees, dtype=np.float64),
        aggregations=list(AGGREGATIONS),
        sample_sets=[ALL, *class_names],
        n_samples=np.array([sum(counts), *counts], dtype=np.int64),
        accuracy=_accuracy(n_correct.cpu().numpy(), counts),
    )


def class_batches(labels: torch.Tensor, label: int, batch_size: int) -> tuple[torch.Tensor, ...]:
    """Cut the samples of one class into nearly equal batches of at most `batch_size`: indices [sample]."""
    index = (labels == label).nonzero().flatten()
    return index.tensor_split(-(-len(index) // batch_size))


class _Scratch:
    """Memory for two float64 arrays of any shape, used again and again."""

    def __init__(self) -> None:
        self._memory = torch.empty(0, dtype=torch.float64)

    def two(self, shape: tuple[int, ...], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        size = math.prod(shape)
        if len(self._memory) < 2 * size:
            self._memory = torch.empty(2 * size, dtype=torch.float64, device=device)
        return self._memory[:size].view(shape), self._memory[size : 2 * size].view(shape)


class _ClassStatistics:
    """What is known of the samples of one class, by layer; arrays are [..., aggregation, unit]."""

    def __init__(self, layers: list[ActivationInfo], scratch: _Scratch) -> None:
        self._layers = layers
        self._scratch = scratch
        self._received: list[list[torch.Tensor]] = [[] for _ in layers]  # at each angle of the group so far
        self._over_samples: list[dict[int, Sums]] = [defaultdict(Sums) for _ in layers]  # by group of angles
        self._over_angles = [Sums() for _ in layers]
        self._n_samples = 0
        self._transformation_std: list[torch.Tensor | float] = [0.0] * len(layers)

    def receive(self, layer: int, values: torch.Tensor) -> None:
        """Take in the values of a layer [sample, aggregation, unit], for one batch at one angle."""
        self._received[layer].append(values)

    def finish_angles(self, group: int) -> None:
        """Add what a batch gave at all angles of a group: fewer and larger sums than after each pass."""
        for i, received in enumerate(self._received):
            values, other = self._scratch.two((len(received), *received[0].shape), received[0].device)
            for at_angle, of_pass in zip(values, received, strict=True):  # [angle, sample, aggregation, unit]
                at_angle.copy_(of_pass)
            received.clear()
            self._over_angles[i].add(values, other)
            self._over_samples[i][group].add(values.transpose(0, 1), other.transpose(0, 1))

    def finish_batch(self, n_samples: int) -> None:
        """Add up the transformation std of a batch that was seen at all angles."""
        self._n_samples += n_samples
        for i, over_angles in enumerate(self._over_angles):
            self._transformation_std[i] += over_angles.moments().std().sum(0)
        self._check_finite()
        self._over_angles = [Sums() for _ in self._layers]

    def _check_finite(self) -> None:
        for info, std in zip(self._layers, self._transformation_std, strict=True):
            finite = torch.isfinite(std).all(dim=0)
            if not finite.all():
                unit = int((~finite).nonzero()[0])
                raise ValueError(f"layer {info.name}: unit {unit} is infinite or not a number; nothing can be measured")

    def mean_transformation_std(self) -> list[torch.Tensor]:
        """Return, by layer, the mean over the samples of the std over the angles: [aggregation, unit]."""
        return [total / self._n_samples for total in self._transformation_std]

    def over_samples(self) -> list[Moments]:
        """Return, by layer, the moments over the samples at each angle: [angle, aggregation, unit]."""
        return [_join([sums.moments() for sums in of_layer.values()]) for of_layer in self._over_samples]


def check_enough(samples: Samples, class_names: list[str], angles_degrees: list[float]) -> list[int]:
    """Return the number of samples of each class. Raises ValueError where these or the angles are fewer than two."""
    counts = torch.bincount(samples.labels, minlength=len(class_names)).tolist()
    if len(angles_degrees) < 2:
        raise ValueError(f"angles: got {len(angles_degrees)}, expected 2 or more: one angle has no spread")
    for count, name in zip(counts, class_names, strict=True):
        if count < 2:
            raise ValueError(f"class {name}: got {count} test samples, expected 2 or more: fewer have no spread")
    return counts


def _group_angles(n_angles: int, n_values: int) -> list[range]:
    """Cut the angles into groups whose activations, `n_values` units and samples at each, fit into GROUP_BYTES."""
    bytes_an_angle = n_values * len(AGGREGATIONS) * 4
    size = max(1, GROUP_BYTES // bytes_an_angle)
    return [range(n_angles)[start : start + size] for start in range(0, n_angles, size)]


def _accuracy(n_correct: np.ndarray, counts: list[int]) -> np.ndarray:
    """Return the shares [sample_set, angle] of samples classified correctly; `n_correct` [class, angle]."""
    by_class = n_correct / np.array(counts)[:, None]
    return np.concatenate([n_correct.sum(0, keepdims=True) / sum(counts), by_class])


def _join(moments: list[Moments]) -> Moments:
    """Put moments of as many observations each behind each other, along their first axis."""
    return Moments(
        moments[0].n_observations,
        torch.cat([one.origin for one in moments]),
        torch.cat([one.offset for one in moments]),
        torch.cat([one.squared_deviations for one in moments]),
    )


def _mean_std(over_samples: Moments) -> torch.Tensor:
    """Average over the angles the std over the samples: [aggregation, unit]."""
    return over_samples.std().mean(0)


def _layer(
    info: ActivationInfo, counts: list[int], classes: list[tuple[torch.Tensor, torch.Tensor]], sample_all: torch.Tensor
) -> Layer:
    """Put a layer's statistics together: `classes` holds the transformation and sample std of each."""
    transformation = torch.stack([transformation for transformation, _ in classes], dim=1)
    weights = torch.tensor(counts, dtype=torch.float64, device=transformation.device) / sum(counts)
    transformation_all = torch.einsum("c,acu->au", weights, transformation).unsqueeze(1)
    sample = torch.stack([sample_all, *(sample for _, sample in classes)], dim=1)
    return Layer(info.name, info.kind, _array(torch.cat([transformation_all, transformation], dim=1)), _array(sample))


def _array(statistic: torch.Tensor) -> np.ndarray:
    """Return [aggregation, sample_set, unit], with all aggregations where one was kept as they agree."""
    return statistic.expand(len(AGGREGATIONS), -1, -1).cpu().numpy()
