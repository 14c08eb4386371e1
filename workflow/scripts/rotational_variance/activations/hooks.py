"""The activations of a model that torch.fx cannot trace: forward hooks see the outputs of its modules.

Hooks do not see the outputs of functions between the modules, and `not_seen` says so.
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn

from rotational_variance.activations.description import (
    ActivationInfo,
    Activations,
    NotTraced,
    is_batch_of_units,
    may_be_activation,
    module_kind,
    number_repeats,
)
from rotational_variance.activations.reduction import aggregate

_END = ("its end", 0)  # the end of the forward pass, as if it were a call


class HookedActivations(Activations):
    """The outputs of a model's innermost modules. Raises ValueError if other inputs reach other modules."""

    found_by = "module hooks"

    def __init__(self, model: nn.Module, examples: Iterable[torch.Tensor], reason: NotTraced) -> None:
        """`examples`: inputs of different numbers of samples. `reason`: the reason why torch.fx cannot be used."""
        self._model = model
        self._modules = {
            name: module
            for name, module in model.named_modules()
            if next(module.children(), None) is None and may_be_activation(type(module))
        }
        calls = [self._calls(inputs) for inputs in examples]
        self._reached = [name for name, _ in calls[0]]
        for other in calls[1:]:
            for position, (name, _) in enumerate([*other, _END]):
                self._check(position, name)
        self._is_activation = [all(n_units > 0 for _, n_units in same) for same in zip(*calls, strict=True)]
        kept = [call for call, keep in zip(calls[0], self._is_activation, strict=True) if keep]
        names = number_repeats([name for name, _ in kept])
        self.layers = [
            ActivationInfo(name, module_kind(self._modules[called]), n_units)
            for name, (called, n_units) in zip(names, kept, strict=True)
        ]
        passed_over = [name for name, keep in zip(self._reached, self._is_activation, strict=True) if not keep]
        self.not_seen = [
            "what functions (F.relu, +, torch.cat) compute between modules, "
            f"as torch.fx cannot trace the model: {reason.value}",
            *(f"{name}, which returns no batch of units" for name in dict.fromkeys(passed_over)),
        ]

    def _calls(self, inputs: torch.Tensor) -> list[tuple[str, int]]:
        """List the modules that the forward pass reaches: (name, number of units; 0 without a batch of units)."""
        calls = []

        def note(name: str, output: object) -> None:
            calls.append((name, output.shape[1] if is_batch_of_units(output, len(inputs)) else 0))

        self._run(inputs, note)
        return calls

    @torch.inference_mode()
    def _run(self, inputs: torch.Tensor, on_output: Callable[[str, object], None]) -> object:
        handles = [
            module.register_forward_hook(lambda module, args, output, name=name: on_output(name, output))
            for name, module in self._modules.items()
        ]
        try:
            return self._model(inputs)
        finally:
            for handle in handles:
                handle.remove()

    def run(self, inputs: torch.Tensor, receive: Callable[[int, torch.Tensor], None]) -> object:
        position = layer = 0

        def reduce(name: str, output: object) -> None:
            nonlocal position, layer
            self._check(position, name)
            if self._is_activation[position]:
                receive(layer, aggregate(output))
                layer += 1
            position += 1

        output = self._run(inputs, reduce)
        self._check(position, _END[0])
        return output

    def _check(self, position: int, reached: str) -> None:
        expected = self._reached[position] if position < len(self._reached) else _END[0]
        if reached != expected:
            raise ValueError(
                f"the forward pass depends on the values of its inputs: it reached {reached} where it reached "
                f"{expected} with others; activations that are not always there cannot be measured"
            )
