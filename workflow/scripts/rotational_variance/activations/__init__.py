"""See every activation of a model, in the order of the forward pass, each reduced to numbers a unit while it is hot.

An activation is the output of a call in the forward pass: of a module, or of a function (`relu`, `+`, `cat`). Its
axis 1 holds the units; what follows is reduced. What only reshapes, or does nothing at test time, is not an activation
of its own. torch.fx finds them all (tracing.py); where it cannot trace a model, hooks on its modules find those of
modules (hooks.py).
"""

import torch
from torch import nn

from rotational_variance.activations.description import ActivationInfo, Activations
from rotational_variance.activations.hooks import HookedActivations
from rotational_variance.activations.reduction import AGGREGATIONS
from rotational_variance.activations.tracing import TracedActivations

__all__ = ["AGGREGATIONS", "ActivationInfo", "Activations", "find_activations"]


def find_activations(model: nn.Module, example: torch.Tensor) -> Activations:
    """Find the activations of `model`, by torch.fx or else by hooks; `found_by` and `not_seen` say how, and the gaps.

    model    in eval mode; its weights stay as they are, what it computes in place may become more
    example  [sample, channel, height, width]: any inputs; they show which outputs are batches of units

    Raises ValueError for a model in training mode, and for one without activations.
    """
    if any(module.training for module in model.modules()):
        raise ValueError("the model is in training mode: call model.eval() first")
    examples = (example, torch.cat([example, example]))  # of two sizes, as a weight's first axis may be one
    with torch.inference_mode():
        expected = model(example.clone())
    try:
        activations = TracedActivations(torch.fx.symbolic_trace(model), examples)
        if not _agree(activations.run(example.clone(), lambda layer, values: None), expected):
            raise ValueError("what it traced returns something else than the model")
    except Exception as error:  # torch.fx raises many types, the model's own code any
        activations = HookedActivations(model, examples, reason=str(error).partition("\n")[0])
    if not activations.layers:
        raise ValueError(f"{type(model).__name__}: nothing in its forward pass has units: [sample, unit, ...]")
    return activations


def _agree(output: object, expected: object) -> bool:
    """Say whether two outputs are the same but for rounding. torch.fx loses branches that ask for an input's type."""
    if not isinstance(expected, torch.Tensor):
        return type(output) is type(expected)
    finite = expected[expected.isfinite()]
    tolerance = 0.02 * float(finite.abs().max()) if finite.numel() else 0.0  # wide enough for bfloat16
    return output.shape == expected.shape and torch.allclose(
        output, expected, rtol=0.02, atol=tolerance, equal_nan=True
    )
