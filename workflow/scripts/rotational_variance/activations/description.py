"""Describe activations: their names, kinds and axes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from rotational_variance.activations.watcher import Seen

_MODULE_KINDS = {
    nn.modules.conv._ConvNd: "convolution",
    nn.modules.batchnorm._NormBase: "normalisation",
    nn.GroupNorm: "normalisation",
    nn.LayerNorm: "normalisation",
    nn.RMSNorm: "normalisation",
    nn.LocalResponseNorm: "normalisation",
    nn.MultiheadAttention: "attention",
    nn.modules.pooling._MaxPoolNd: "pooling",
    nn.modules.pooling._AvgPoolNd: "pooling",
    nn.modules.pooling._AdaptiveMaxPoolNd: "pooling",
    nn.modules.pooling._AdaptiveAvgPoolNd: "pooling",
    nn.Linear: "linear",
    nn.LogSoftmax: "output",
    nn.Softmax: "output",
}
_FUNCTION_KINDS = {  # by a part of the function's name
    "attention": "attention",
    "conv": "convolution",
    "norm": "normalisation",
    "pool": "pooling",
    "mean": "pooling",
    "linear": "linear",
    "addmm": "linear",
    "softmax": "output",
    "add": "residual sum",
    "cat": "concatenation",
    "stack": "concatenation",
}


@dataclass(frozen=True)
class ActivationInfo:
    """One activation of a model.

    name         the module's path in the model; for a function, the path of the module that calls it and the function's
                 name
    shape        of the activation's tensor, without the axis of the samples
    unit_axis    of the activation's tensor; every other axis but that of the samples is reduced
    sample_axis  of the activation's tensor
    """

    name: str
    kind: str
    n_units: int
    shape: tuple[int, ...] = ()
    unit_axis: int = 1
    sample_axis: int = 0

    @property
    def axes(self) -> tuple[int, int]:
        """The axes of the samples and of the units."""
        return self.sample_axis, self.unit_axis


class Activations(ABC):
    """Activations that a forward pass produces.

    layers       the activations, in the order of the forward pass
    found_by     how the activations were found: "torch.fx", "calls" or "module hooks"
    not_seen     one sentence per activation that cannot be measured; written into results, so never an error's text
    trace_error  the error that stopped torch.fx; for the log only, never written into results
    """

    layers: list[ActivationInfo]
    found_by: str
    not_seen: list[str]
    trace_error: Exception | None = None
    _model: nn.Module

    @abstractmethod
    def run(self, inputs: torch.Tensor, receive: Callable[[int, torch.Tensor], None]) -> object:
        """Run the model on `inputs` [sample, channel, height, width] and return its output.

        receive  called in the order of `layers`, as soon as each layer is computed, with the layer's index and its
                 values [sample, aggregation, unit] (one aggregation if all agree, as they do for vectors)
        """

    def to_memory_format(self, memory_format: torch.memory_format) -> None:
        """Give convolutions' weights the memory layout of the inputs; except for rounding, only the speed changes."""
        for weight in self._model.parameters():
            if weight.dim() == 4:  # [unit, channel, height, width]
                # Not `contiguous`, which leaves weights of a single input channel as they are: both formats fit them,
                # but convolutions are then computed otherwise, and round otherwise.
                weight.data = weight.data.to(memory_format=memory_format)

    @property
    def n_units(self) -> int:
        return sum(layer.n_units for layer in self.layers)


def describe(found: list[tuple[str, str, Seen]]) -> list[ActivationInfo]:
    """Describe activations, given their (name, kind, axes) in the order of the forward pass."""
    last = len(found) - 1
    return [
        # A softmax elsewhere, as in attention, is no output.
        ActivationInfo(
            name,
            "activation" if kind == "output" and i < last else kind,
            seen.n_units,
            seen.shape,
            seen.unit_axis,
            seen.sample_axis,
        )
        for i, (name, kind, seen) in enumerate(found)
    ]


def module_kind(module: nn.Module) -> str:
    """Return the kind of a module's output; "activation" if the module has no kind of its own."""
    return next((kind for type_, kind in _MODULE_KINDS.items() if isinstance(module, type_)), "activation")


def function_kind(name: str) -> str:
    """Return the kind of a function's output; "activation" if the function has no kind of its own."""
    return next((kind for part, kind in _FUNCTION_KINDS.items() if part in name), "activation")


def number_repeats(names: list[str]) -> list[str]:
    """Make the names of calls unique: the second call of one name becomes name_2, or has the next free number."""
    taken = set(names)
    seen = set()
    numbers: dict[str, int] = {}  # the next one to try, by name
    numbered = []
    for name in names:
        unique = name
        while unique in seen or (unique != name and unique in taken):
            numbers[name] = numbers.get(name, 1) + 1
            unique = f"{name}_{numbers[name]}"
        seen.add(unique)
        numbered.append(unique)
    return numbered
