"""Find the activations of a model: by tracing it, or else by hooks on its modules."""

import torch
from torch import fx, nn

from rotational_variance.activations.description import Activations, NotTraced
from rotational_variance.activations.hooks import HookedActivations
from rotational_variance.activations.tracing import TracedActivations


def find_activations(model: nn.Module, example: torch.Tensor) -> Activations:
    """Find the activations of `model` by torch.fx, or by hooks if torch.fx cannot be used.

    model    in eval mode; its weights are not changed; more of its operations may run in place afterwards
    example  [sample, channel, height, width]: any inputs; they show which outputs are batches of units

    Raises ValueError for a model in training mode, and for one without activations.
    """
    if any(module.training for module in model.modules()):
        raise ValueError("the model is in training mode: call model.eval() first")
    examples = (example, torch.cat([example, example]))  # two batch sizes: a weight's first axis may equal one of them
    with torch.inference_mode():
        expected = model(example.clone())
    activations, trace_error = None, None
    try:
        traced = TracedActivations(fx.symbolic_trace(model), examples)
        if _agree(traced.run(example.clone(), lambda layer, values: None), expected):
            activations = traced
        else:
            reason = NotTraced.OTHER_OUTPUT
    except fx.proxy.TraceError as error:
        reason, trace_error = NotTraced.CONTROL_FLOW, error
    except Exception as error:  # torch.fx raises many types, the model's own code any type
        reason, trace_error = NotTraced.ERROR, error
    if activations is None:
        activations = HookedActivations(model, examples, reason)
        activations.trace_error = trace_error and trace_error.with_traceback(None)  # which would keep tensors alive
    if not activations.layers:
        raise ValueError(f"{type(model).__name__}: nothing in its forward pass has units: [sample, unit, ...]")
    return activations


def _agree(output: object, expected: object) -> bool:
    """Say whether two outputs agree up to rounding. A trace may not, as it loses branches on the type of an input."""
    if not isinstance(expected, torch.Tensor):
        return type(output) is type(expected)
    finite = expected[expected.isfinite()]
    tolerance = 0.02 * float(finite.abs().max()) if finite.numel() else 0.0  # wide enough for bfloat16
    return output.shape == expected.shape and torch.allclose(
        output, expected, rtol=0.02, atol=tolerance, equal_nan=True
    )
