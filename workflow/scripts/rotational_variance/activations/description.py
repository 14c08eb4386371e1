"""What an activation is called, of what kind it is, and which outputs of a forward pass are activations at all."""

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
    """One activation: its name (the module's path in the model, or its module's path and the function), kind, units."""

    name: str
    kind: str
    n_units: int


class NotTraced(StrEnum):
    """Why torch.fx does not serve for a model. Such a reason becomes data, so it is never the text of an error."""

    CONTROL_FLOW = "it asks for values that a trace does not have, as control flow does"
    OTHER_OUTPUT = "what torch.fx traced returns something else than the model"
    ERROR = "an error stopped torch.fx; the job's log holds it"


class Activations(ABC):
    """Activations that a forward pass produces.

    layers       the activations, in the order of the forward pass
    found_by     how: "torch.fx" or "module hooks"
    not_seen     one sentence per activation that cannot be measured; written into results, so never an error's text
    trace_error  the error that stopped torch.fx, to be shown to a person only
    """

    layers: list[ActivationInfo]
    found_by: str
    not_seen: list[str]
    trace_error: Exception | None = None
    _model: nn.Module

    @abstractmethod
    def run(self, inputs: torch.Tensor, receive: Callable[[int, torch.Tensor], None]) -> object:
        """Run the model on `inputs` [sample, channel, height, width] and return its output.

        receive  called in the order of `layers`, as soon as each is computed, with its number in `layers` and its
                 values [sample, aggregation, unit] (one aggregation where all agree, as they do for vectors)
        """

    def to_memory_format(self, memory_format: torch.memory_format) -> None:
        """Lay out the weights of convolutions as the inputs will be; this changes nothing but the speed."""
        self._model.to(memory_format=memory_format)

    @property
    def n_units(self) -> int:
        return sum(layer.n_units for layer in self.layers)


def may_be_activation(called: object) -> bool:
    """Say whether the output of what was called (a module's type, a function, a method's name) may be an activation."""
    return called not in _NOT_ACTIVATIONS


def is_batch_of_units(output: object, n_samples: int) -> bool:
    is_tensor = isinstance(output, torch.Tensor) and output.is_floating_point()
    return is_tensor and output.dim() >= 2 and len(output) == n_samples


def module_kind(module: nn.Module) -> str:
    return next((kind for type_, kind in _MODULE_KINDS.items() if isinstance(module, type_)), "activation")


def function_kind(name: str) -> str:
    return next((kind for part, kind in _FUNCTION_KINDS.items() if part in name), "activation")


def number_repeats(names: list[str]) -> list[str]:
    """Tell calls of one name apart: the second becomes name_2, or what is next free."""
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
