"""Measure how every activation of a model varies with rotation and with the sample, in one pass over both.

Source: Quiroga et al. 2019, with standard deviations of divisor n - 1:

    sigma_T(u) = mean over x of  std over r of a[u, x, r]      transformation std
    sigma_S(u) = mean over r of  std over x of a[u, x, r]      sample std

Each (sample, angle) goes through the model once. Samples come class by class, in batches. Each batch goes through the
model at every angle before the next batch, so that the transformation std of its samples is then known. The sample
statistics of one class, at each angle, are kept until the class is done and then merged into those of all samples. So
memory depends on the numbers of units, of angles and of samples per batch, not on the number of all samples. The same
passes give the accuracy at each angle.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from rotational_variance.activations.description import ActivationInfo, Activations
from rotational_variance.measuring.batches import MEMORY_FORMATS, Passes, class_batches, group_angles
from rotational_variance.measuring.class_statistics import ClassStatistics, Scratch
from rotational_variance.measuring.moments import Moments
from rotational_variance.measuring.statistics import OVER_ANGLES, OVER_SAMPLES
from rotational_variance.samples.inputs import Samples
from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.measurement import ALL, Layer, Measurement


def measure(
    activations: Activations,
    samples: Samples,
    class_names: list[str],
    *,
    angles_degrees: list[float],
    passes: Passes,
    rounding_noise: Sequence[np.ndarray] | None = None,
    on_batch: Callable[[int], object] = lambda n_samples: None,
) -> Measurement:
    """Measure every activation over all samples and over the samples of each class.

    samples         at least two of each class
    angles_degrees  at least two
    activations     of a model whose output is a batch of scores [sample, class]
    rounding_noise  by layer [aggregation, unit]: how far rounding moves the values; None for not at all
    on_batch        called after each forward pass with its number of samples; these add up to samples x angles

    Raises ValueError for too few samples or angles, and for activations that are not finite, naming the layer.
    """
    counts = check_enough(samples, class_names, angles_degrees)
    memory_format = MEMORY_FORMATS[passes.memory_format]
    activations.to_memory_format(memory_format)
    angle_groups = group_angles(len(angles_degrees), passes.batch_size * activations.n_units)
    scratch = Scratch()
    classes = []
    over_samples_all: list[Moments] = []
    n_correct = torch.zeros(len(class_names), len(angles_degrees), dtype=torch.int64, device=samples.labels.device)
    for label in range(len(class_names)):
        statistics = ClassStatistics(activations.layers, scratch)
        for index in class_batches(samples.labels, label, passes.batch_size):
            for group, some_angles in enumerate(angle_groups):
                for angle in some_angles:
                    inputs = samples.inputs(
                        index, angles_degrees[angle], dtype=passes.dtype, memory_format=memory_format
                    )
                    output = activations.run(inputs, statistics.receive)  # [sample, class]
                    n_correct[label, angle] += (output.argmax(dim=1) == label).sum()
                    on_batch(len(index))
                statistics.add_group(group)
            statistics.finish_batch(len(index))
        over_samples = statistics.over_samples()
        classes.append((statistics.over_angles(), [_over_samples(moments) for moments in over_samples]))
        over_samples_all = [
            of_class if label == 0 else of_all.merge(of_class)
            for of_all, of_class in zip(over_samples_all or over_samples, over_samples, strict=True)
        ]
    n_samples = np.array([sum(counts), *counts], dtype=np.int64)
    if rounding_noise is None:
        rounding_noise = [np.zeros((len(AGGREGATIONS), info.n_units)) for info in activations.layers]
    return Measurement(
        layers=[
            _layer(
                info,
                counts,
                [over_angles[i] for over_angles, _ in classes],
                [_over_samples(over_samples_all[i]), *(over_samples[i] for _, over_samples in classes)],
                rounding_noise[i],
            )
            for i, info in enumerate(activations.layers)
        ],
        angles_degrees=np.array(angles_degrees, dtype=np.float64),
        aggregations=list(AGGREGATIONS),
        sample_sets=[ALL, *class_names],
        n_samples=n_samples,
        n_test=n_samples,
        accuracy=_accuracy(n_correct.cpu().numpy(), counts),
    )


def check_enough(samples: Samples, class_names: list[str], angles_degrees: list[float]) -> list[int]:
    """Return each class's number of samples. Raises ValueError for fewer than two in any class, or two angles."""
    counts = torch.bincount(samples.labels, minlength=len(class_names)).tolist()
    if len(angles_degrees) < 2:
        raise ValueError(f"angles: got {len(angles_degrees)}, expected 2 or more: one angle has no spread")
    for count, name in zip(counts, class_names, strict=True):
        if count < 2:
            raise ValueError(f"class {name}: got {count} test samples, expected 2 or more: fewer have no spread")
    return counts


def _accuracy(n_correct: np.ndarray, counts: list[int]) -> np.ndarray:
    """Return the shares [sample_set, angle] of samples classified correctly; `n_correct` [class, angle]."""
    by_class = n_correct / np.array(counts)[:, None]  # [class, angle]
    of_all = n_correct.sum(0, keepdims=True) / sum(counts)  # [1, angle]
    return np.concatenate([of_all, by_class])  # [sample_set, angle]


def _over_samples(moments: Moments) -> dict[str, torch.Tensor]:
    """Return the means over the angles of the statistics over the samples: {name: [aggregation, unit]}."""
    # [angle, aggregation, unit] -> [aggregation, unit]
    return {name: statistic(moments).mean(0) for name, statistic in OVER_SAMPLES.items()}


def _layer(
    info: ActivationInfo,
    counts: list[int],
    over_angles: list[dict[str, torch.Tensor]],
    over_samples: list[dict[str, torch.Tensor]],
    rounding_noise: np.ndarray,
) -> Layer:
    """Put a layer's statistics together; `over_angles` are by class, `over_samples` by sample set."""
    statistics = {}
    for name in OVER_ANGLES:
        of_classes = torch.stack([of_class[name] for of_class in over_angles], dim=1)  # [aggregation, class, unit]
        weights = torch.tensor(counts, dtype=torch.float64, device=of_classes.device) / sum(counts)  # [class]
        of_all = torch.einsum("c,acu->au", weights, of_classes).unsqueeze(1)  # [aggregation, 1, unit]
        statistics[name] = _array(torch.cat([of_all, of_classes], dim=1))
    for name in OVER_SAMPLES:
        statistics[name] = _array(torch.stack([of_set[name] for of_set in over_samples], dim=1))
    return Layer(info.name, info.kind, statistics, rounding_noise, info.unit_axis)


def _array(statistic: torch.Tensor) -> np.ndarray:
    """Return [aggregation, sample_set, unit]; one aggregation, kept because all agree, is repeated for all."""
    return statistic.expand(len(AGGREGATIONS), -1, -1).cpu().numpy()
