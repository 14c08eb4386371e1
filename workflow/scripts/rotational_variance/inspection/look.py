"""Look at a network before it is trained: what it returns, what of it can be measured, and what not."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from rotational_variance.activations.description import Activations
from rotational_variance.activations.find import find_activations
from rotational_variance.inspection.independence import check_independent
from rotational_variance.inspection.restoring import check_restores
from rotational_variance.networks.classifier import Classifier


def look(model: Classifier, again: Classifier, inputs: torch.Tensor) -> Activations:
    """Find out what of a network can be measured.

    model   in eval mode; it must not be trained afterwards, as it is changed
    again   the same, built anew with other random numbers; it is changed, too
    inputs  [sample, channel, height, width], three different samples or more

    Raises UnfitModelError for a network whose outputs are random or depend on other samples, naming the layer, for one
    that a checkpoint does not restore, and for one without activations.
    """
    check_independent(model, inputs)
    check_restores(model, again, inputs)
    return find_activations(model, inputs)


def count_flops(activations: Activations, inputs: torch.Tensor) -> list[int]:
    """Count the floating-point operations for one sample, by layer: those since the layer before it.

    torch counts those of convolutions and of products of matrices, 2 for each multiply-add. Fused implementations of
    attention and of recurrent layers are switched off meanwhile, as it does not see into them.
    """
    counts: list[int] = []
    counter = FlopCounterMode(display=False)
    with _unfused(), counter:
        activations.run(inputs, lambda layer, values: counts.append(counter.get_total_flops()))
    return [(after - before) // len(inputs) for before, after in zip([0, *counts], counts, strict=False)]


def count_model_flops(model: torch.nn.Module, inputs: torch.Tensor) -> int:
    """Count the floating-point operations of a model's forward pass for one sample, in the same way."""
    with _unfused(), torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model.eval()(inputs)
    return counter.get_total_flops() // len(inputs)


@contextmanager
def _unfused() -> Iterator[None]:
    before = torch.backends.mha.get_fastpath_enabled(), torch.backends.mkldnn.enabled
    torch.backends.mha.set_fastpath_enabled(False)
    torch.backends.mkldnn.enabled = False
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before[0])
        torch.backends.mkldnn.enabled = before[1]
