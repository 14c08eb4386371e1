"""How samples go through the model while it is measured: in what precision, how many at once, in which memory layout.

None of these changes what is measured, but for rounding.
"""

from dataclasses import dataclass

import torch
from torch import nn

from rotational_variance.activations import AGGREGATIONS, Activations
from rotational_variance.inputs import Samples

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
MEMORY_FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}

_NORMALISATIONS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)
_BATCH_SIZE = {"cpu": 32, "cuda": 512}  # samples: what is taken for "auto"
_STATE_BYTES = {"cpu": 2**28, "cuda": 2**32}  # of statistics that are kept for each sample of a batch


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


def set_precision(model: nn.Module, dtype: torch.dtype) -> None:
    """Turn a model's weights into `dtype`; for bfloat16, normalisations stay as they are, to lose fewer digits."""
    for module in model.modules():
        if dtype == torch.bfloat16 and isinstance(module, _NORMALISATIONS):
            continue
        for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)


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
    bytes_a_sample = activations.n_units * len(AGGREGATIONS) * 3 * 8  # Sums: three numbers in float64
    in_class = int(torch.bincount(samples.labels).max())
    return max(1, min(in_class, _STATE_BYTES[samples.images.device.type] // bytes_a_sample))
