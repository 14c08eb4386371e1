"""How samples go through the model while it is measured: how many at once, and in which memory layout.

None of this changes what is measured, but for rounding.
"""

from dataclasses import dataclass

import torch

from rotational_variance.activations.description import Activations
from rotational_variance.activations.reduction import AGGREGATIONS
from rotational_variance.samples.inputs import Samples

MEMORY_FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
_BATCH_SIZE = {"cpu": 32, "cuda": 512}  # samples: what is taken for "auto"
_STATE_BYTES = {"cpu": 2**28, "cuda": 2**32}  # of statistics that are kept for each sample of a batch
GROUP_BYTES = 2**26  # of activations, of one batch at several angles, that wait to be summed


@dataclass(frozen=True)
class Passes:
    """How samples go through the model.

    batch_size     samples a forward pass, at most
    memory_format  of the inputs and of the weights: a key of MEMORY_FORMATS
    dtype          of the inputs: that of the model's weights
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
    """Take the batch size and the memory format that are given; for "auto", choose the same ones every time.

    These are 32 samples on a CPU and 512 on a GPU, fewer where a class is smaller or memory would not do; channels
    last.
    """
    if batch_size == "auto":
        batch_size = min(_BATCH_SIZE[samples.images.device.type], _largest_batch(activations, samples))
    return Passes(batch_size, "channels_last" if memory_format == "auto" else memory_format, dtype)


def _largest_batch(activations: Activations, samples: Samples) -> int:
    """Return how many samples a batch may have: no more than a class has, nor than memory should be spent on."""
    bytes_per_sample = activations.n_units * len(AGGREGATIONS) * 3 * 8  # Sums: three numbers in float64
    in_class = int(torch.bincount(samples.labels).max())
    return max(1, min(in_class, _STATE_BYTES[samples.images.device.type] // bytes_per_sample))


def class_batches(labels: torch.Tensor, label: int, batch_size: int) -> tuple[torch.Tensor, ...]:
    """Cut the samples of one class into nearly equal batches of at most `batch_size`: indices [sample]."""
    index = (labels == label).nonzero().flatten()
    return index.tensor_split(-(-len(index) // batch_size))


def group_angles(n_angles: int, n_values: int) -> list[range]:
    """Cut the angles into groups whose activations, `n_values` units and samples at each, fit into GROUP_BYTES."""
    bytes_per_angle = n_values * len(AGGREGATIONS) * 4
    size = max(1, GROUP_BYTES // bytes_per_angle)
    return [range(n_angles)[start : start + size] for start in range(0, n_angles, size)]
