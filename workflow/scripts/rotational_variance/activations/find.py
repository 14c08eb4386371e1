"""Find the activations of a model: by tracing it, or else by watching it run."""

import torch
from torch import nn

from rotational_variance.activations.description import Activations
from rotational_variance.activations.shape_tracer import trace
from rotational_variance.activations.tracing import TracedActivations
from rotational_variance.activations.watching import WatchedActivations
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.user_code import UnfitModelError

_N_SAMPLES = (2, 3)  # of two examples: what follows the number of samples shows between them


def find_activations(model: nn.Module, example: torch.Tensor) -> Activations:
    """Find the activations of `model` by torch.fx, or by watching its calls if torch.fx cannot be used.

    model    a Classifier, or any other module; in eval mode; its weights are not changed; more of its operations may
             run in place afterwards
    example  [sample, channel, height, width]: any inputs; they show which outputs are batches of units

    Raises ValueError for a model in training mode, and UnfitModelError, a ValueError, for one without activations.
    """
    if any(module.training for module in model.modules()):
        raise ValueError("the model is in training mode: call model.eval() first")
    model = model if isinstance(model, Classifier) else Classifier(model)
    examples = [example[torch.arange(n) % len(example)].contiguous() for n in _N_SAMPLES]
    trace_error = None
    try:
        activations = _trace(model, examples)
    except Exception as error:  # torch.fx raises many types, the model's own code any type
        activations, trace_error = None, error
    if activations is None:
        activations = WatchedActivations(model, examples)
        if trace_error is not None:
            activations.trace_error = trace_error.with_traceback(None)  # which would keep tensors alive
    if not activations.layers:
        raise UnfitModelError(
            f"{type(model.network).__name__}: nothing in its forward pass has units: [sample, unit, ...]"
            + "".join(f"; {gap}" for gap in activations.not_seen[:3])
        )
    return activations


def _trace(model: Classifier, examples: list[torch.Tensor]) -> TracedActivations | None:
    """Trace the model; None if the trace computes something else than the model."""
    with torch.random.fork_rng(_devices(examples[0])):
        traced = trace(model, examples)
    others = examples[0].flip(-1)  # which the trace has not seen
    return TracedActivations(traced) if _agree(_run(traced, others), _run(model, others)) else None


def _run(model: nn.Module, example: torch.Tensor) -> object:
    with torch.inference_mode(), torch.random.fork_rng(_devices(example)):
        torch.manual_seed(0)  # a model that draws random numbers is told by other means
        return model(example.clone())


def _devices(example: torch.Tensor) -> list[torch.device]:
    return [example.device] if example.is_cuda else []


def _agree(output: object, expected: object) -> bool:
    """Say whether two outputs agree up to rounding. A trace may not, as it loses branches on the type of an input."""
    if not isinstance(expected, torch.Tensor):
        return type(output) is type(expected)
    finite = expected[expected.isfinite()]
    relative = torch.finfo(expected.dtype).eps ** 0.5 if expected.is_floating_point() else 0.0
    tolerance = relative * float(finite.abs().max()) if finite.numel() else 0.0
    return output.shape == expected.shape and torch.allclose(
        output, expected, rtol=relative, atol=tolerance, equal_nan=True
    )
