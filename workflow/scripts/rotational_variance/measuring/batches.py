"""Batches of samples in a measurement: their size and their memory layout.

Neither changes the result, except for rounding.
"""

from dataclasses import dataclass

import torch

from rotational_variance.activations.description import Activations
from rotational_variance.samples.cuts import count_batches
from rotational_variance.samples.inputs import Samples
from rotational_variance.statistics.aggregations import AGGREGATIONS

MEMORY_FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
_BATCH_SIZE = {"cpu": 32, "cuda": 512}  # samples; the values of "auto"
_STATE_BYTES = {"cpu": 2**28, "cuda": 2**32}  # at most, of statistics that are kept for each sample of a batch
GROUP_BYTES = 2**26  # at most, of one batch's activations at several angles that wait to be summed


@dataclass(frozen=True)
class Passes:
    """How samples go through the model.

    batch_size     samples per forward pass, at most
    memory_format  of the inputs and of the weights: a key of MEMORY_FORMATS
    dtype          of the inputs, equal to that of the model's weights
    """

    batch_size: int
    memory_format: str = "channels_last"
    dtype: torch.dtype = torch.float32


def choose_passes(
    activations: Activations,
    samples: Samples,
    *,
    batch_size: int | str,
    memory_format: str,
    dtype: torch.dtype,
) -> Passes:
    """Use the given batch size and memory format; for "auto", choose the same ones every time.

    The choices are channels last, and 32 samples on a CPU or 512 on a GPU; fewer if no class is as large, or if the
    statistics would take too much memory.
    """
    if batch_size == "auto":
        batch_size = min(_BATCH_SIZE[samples.images.device.type], _largest_batch(activations, samples))
    return Passes(batch_size, "channels_last" if memory_format == "auto" else memory_format, dtype)


def _largest_batch(activations: Activations, samples: Samples) -> int:
    """Return the largest useful batch size: the samples of the largest class, or fewer if memory limits them."""
    bytes_per_sample = activations.n_units * len(AGGREGATIONS) * 3 * 8  # Sums holds three float64 arrays
    in_class = int(torch.bincount(samples.labels).max())
    return max(1, min(in_class, _STATE_BYTES[samples.images.device.type] // bytes_per_sample))


def class_batches(labels: torch.Tensor, label: int, batch_size: int) -> tuple[torch.Tensor, ...]:
    """Cut the samples of one class into nearly equal batches (`count_batches`): indices [sample]."""
    index = (labels == label).nonzero().flatten()  # [sample of the class]
    return index.tensor_split(count_batches(len(index), batch_size))


def group_angles(n_angles: int, n_values: int) -> list[range]:
    """Cut the angles into groups whose activations, `n_values` (units x samples) per angle, fit into GROUP_BYTES."""
    bytes_per_angle = n_values * len(AGGREGATIONS) * 4
    size = max(1, GROUP_BYTES // bytes_per_angle)
    return [range(n_angles)[start : start + size] for start in range(0, n_angles, size)]
