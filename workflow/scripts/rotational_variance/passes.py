"""How samples go through the model while it is measured: in what precision, how many at once, in which memory layout.

None of these changes what is measured, but for rounding. What is fastest depends on the network and on the processor's
caches; a short trial finds out, but two trials may disagree, and then files differ in last digits. So it has to be
asked for.
"""

import time
from dataclasses import dataclass

import torch
from torch import nn

from rotational_variance.activations import AGGREGATIONS, Activations
from rotational_variance.inputs import Samples

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
MEMORY_FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}

_NORMALISATIONS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)
_BATCH_SIZE = {"cpu": 32, "cuda": 512}  # samples: what is taken for "auto", and where a trial starts
_LARGEST = 1024
_GAIN = 0.97  # a setting replaces another if it takes at most this share of its time: less is noise
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
    """Take the batch size and memory format that are given.

    "auto" is 32 samples on a CPU and 512 on a GPU, fewer where a class is smaller or memory would not do, channels
    last: the same every time. "trial" times some hundred passes and takes what is fastest here and now.
    """
    largest = _largest_batch(activations, samples)
    start = min(_BATCH_SIZE[samples.images.device.type], largest) if isinstance(batch_size, str) else batch_size
    trial = _Trial(activations, samples, dtype)
    if memory_format == "trial":
        memory_format = min(MEMORY_FORMATS, key=lambda name: trial.seconds(start, name))
    elif memory_format == "auto":
        memory_format = "channels_last"
    if batch_size == "trial":
        start = trial.climb(start, largest, memory_format)
    return Passes(start, memory_format, dtype)


def _largest_batch(activations: Activations, samples: Samples) -> int:
    """Return how many samples a batch may have: no more than a class has, nor than memory should be spent on."""
    bytes_a_sample = activations.n_units * len(AGGREGATIONS) * 3 * 8  # Sums: three numbers in float64
    in_class = int(torch.bincount(samples.labels).max())
    return max(1, min(_LARGEST, in_class, _STATE_BYTES[samples.images.device.type] // bytes_a_sample))


class _Trial:
    """Time forward passes, with all reductions, on the first samples."""

    def __init__(self, activations: Activations, samples: Samples, dtype: torch.dtype) -> None:
        self._activations = activations
        self._samples = samples
        self._dtype = dtype
        self._known: dict[tuple[int, str], float] = {}

    def climb(self, start: int, largest: int, memory_format: str) -> int:
        """Double the batch size while that is faster; if it never is, halve it while that is."""
        best = start
        while 2 * best <= largest and self._is_faster(2 * best, best, memory_format):
            best *= 2
        while best <= start and best > 1 and self._is_faster(best // 2, best, memory_format):
            best //= 2
        return best

    def _is_faster(self, batch_size: int, than: int, memory_format: str) -> bool:
        return self.seconds(batch_size, memory_format) < _GAIN * self.seconds(than, memory_format)

    def seconds(self, batch_size: int, memory_format: str) -> float:
        """Return the seconds a sample takes: the shortest of three passes, after one that is not counted."""
        key = batch_size, memory_format
        if key not in self._known:
            layout = MEMORY_FORMATS[memory_format]
            self._activations.to_memory_format(layout)
            inputs = self._samples.inputs(slice(0, batch_size), dtype=self._dtype, memory_format=layout)
            self._pass(inputs)
            self._known[key] = min(self._pass(inputs) for _ in range(3)) / len(inputs)
        return self._known[key]

    def _pass(self, inputs: torch.Tensor) -> float:
        start = time.perf_counter()
        self._activations.run(inputs, lambda layer, values: None)
        if inputs.is_cuda:
            torch.cuda.synchronize()
        return time.perf_counter() - start
