"""Compute the mean or maximum of an activation from those of the activation before it, if that is cheaper. Ours.

A ReLU never decreases, so the maximum of its output is the ReLU of the maximum. A batch normalisation in eval mode maps
x to scale x + shift for each unit: it maps the mean to the mean, and, if scale is not negative, the maximum to the
maximum.
"""

from collections.abc import Callable

import torch
from torch import fx

from rotational_variance.activations.inplace import InPlaceBatchNorm, is_relu
from rotational_variance.activations.reduction import aggregate
from rotational_variance.statistics.aggregations import AGGREGATIONS, MAX

# (activation, values [sample, aggregation, unit] of the activation before it) -> the activation's own values
Shortcut = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def find_shortcut(node: fx.Node, traced: fx.GraphModule) -> Shortcut | None:
    """Return a function that computes the values of `node`'s output from those of its first argument, or None."""
    if is_relu(node, traced):
        return _relu
    if node.op == "call_module":
        module = traced.get_submodule(node.target)
        if isinstance(module, InPlaceBatchNorm):
            return _Affine(module)
    return None


def _relu(activation: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
    space = tuple(range(2, activation.dim()))
    if not space:
        return before.clamp(min=0)
    by_name = {
        "mean": activation.mean(space, dtype=before.dtype),  # [sample, unit]
        "max": before[:, MAX].clamp(min=0),  # [sample, unit]
    }
    return torch.stack([by_name[name] for name in AGGREGATIONS], dim=1)  # [sample, aggregation, unit]


class _Affine:
    def __init__(self, norm: InPlaceBatchNorm) -> None:
        self._norm = norm
        self._never_decreases = bool((norm.scale >= 0).all())

    def __call__(self, activation: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        if activation.dtype != self._norm.scale.dtype:
            return aggregate(activation)
        values = before * self._norm.scale + self._norm.shift  # [sample, aggregation, unit]
        if not self._never_decreases and activation.dim() > 2:
            values[:, MAX] = activation.amax(tuple(range(2, activation.dim())))
        return values
