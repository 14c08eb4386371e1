"""A few inputs that stand for all."""

import torch

from rotational_variance.samples.inputs import Samples

_N_EXAMPLES = 3  # different ones, if there are as many


def spread(samples: Samples, n: int) -> torch.Tensor:
    """Return the indices of `n` samples, evenly spread over all: [sample], on the samples' device."""
    return torch.linspace(0, len(samples) - 1, n).long().to(samples.labels.device)


def choose_examples(samples: Samples) -> torch.Tensor:
    """Return inputs [sample, channel, height, width], contiguous, spread over all samples."""
    return samples.inputs(spread(samples, _N_EXAMPLES), memory_format=torch.contiguous_format)
