"""Describe activations: their names and kinds, and which outputs of a forward pass count as activations."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import nn

_NOT_ACTIVATIONS = {
    nn.Flatten, nn.Unflatten, nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout,
    torch.flatten, torch.reshape, torch.squeeze, torch.unsqueeze, torch.permute, torch.transpose,
    torch.unflatten, nn.functional.dropout, nn.functional.dropout2d, nn.functional.pad, getattr, operator.getitem,
    "flatten", "unflatten", "view", "reshape", "squeeze", "unsqueeze", "permute", "transpose", "contiguous", "size",
    "dim", "clone", "detach", "to", "float", "double",
}  # fmt: skip

_MODULE_KINDS = {
    nn.modules.conv._ConvNd: "convolution",
    nn.modules.batchnorm._NormBase: "normalisation",
    nn.GroupNorm: "normalisation",
    nn.LayerNorm: "normalisation",
    nn.modules.pooling._MaxPoolNd: "pooling",
    nn.modules.pooling._AvgPoolNd: "pooling",
    nn.modules.pooling._AdaptiveMaxPoolNd: "pooling",
    nn.modules.pooling._AdaptiveAvgPoolNd: "pooling",
    nn.Linear: "linear",
    nn.LogSoftmax: "output",
    nn.Softmax: "output",
}
_FUNCTION_KINDS = {  # by a part of the function's name
    "conv": "convolution",
    "norm": "normalisation",
    "pool": "pooling",
    "mean": "pooling",
    "linear": "linear",
    "softmax": "output",
    "add": "residual sum",
    "cat": "concatenation",
}


@dataclass(frozen=True)
class ActivationInfo:
    """One activation of a model.

    name  the module's path in the model; for a function, the path of the module that calls it and the function's name
    """

    name: str
    kind: str
    n_units: int


class NotTraced(StrEnum):
    """The reason why torch.fx cannot be used for a model. Results hold it, so it is never the text of an error."""

    CONTROL_FLOW = "it asks for values that a trace does not have, as control flow does"
    OTHER_OUTPUT = "what torch.fx traced returns something else than the model"
    ERROR = "an error stopped torch.fx; the job's log holds it"


class Activations(ABC):
    """Activations that a forward pass produces.

    layers       the activations, in the order of the forward pass
    found_by     how the activations were found: "torch.fx" or "module hooks"
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
        self._model.to(memory_format=memory_format)

    @property
    def n_units(self) -> int:
        return sum(layer.n_units for layer in self.layers)


def may_be_activation(called: object) -> bool:
    """Say whether the output of `called` (a module's type, a function, a method's name) may be an activation."""
    return called not in _NOT_ACTIVATIONS


def is_batch_of_units(output: object, n_samples: int) -> bool:
    """Say whether an output is a floating-point tensor [sample, unit, ...] of `n_samples` samples."""
    is_tensor = isinstance(output, torch.Tensor) and output.is_floating_point()
    return is_tensor and output.dim() >= 2 and len(output) == n_samples


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
    numbered = []
    for name in names:
        number, unique = 2, name
        while unique in seen or (unique != name and unique in taken):
            unique = f"{name}_{number}"
            number += 1
        seen.add(unique)
        numbered.append(unique)
    return numbered
