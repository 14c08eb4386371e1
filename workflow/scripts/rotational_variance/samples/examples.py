"""A few inputs that stand for all."""

import torch

from rotational_variance.samples.inputs import Samples

_N_EXAMPLES = 3  # different ones, if there are as many


def choose_examples(samples: Samples) -> torch.Tensor:
    """Return inputs [sample, channel, height, width], contiguous, spread over all samples."""
    chosen = torch.linspace(0, len(samples) - 1, _N_EXAMPLES).long().to(samples.labels.device)
    return samples.inputs(chosen, memory_format=torch.contiguous_format)
