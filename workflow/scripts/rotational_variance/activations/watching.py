"""The activations of a model that torch.fx cannot trace, seen while it runs.

The outputs of modules and of functions alike. Where a model decides by the values of its inputs which functions it
calls, only modules are watched, and `not_seen` says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from rotational_variance.activations.axes.torch_call import tensors_in
from rotational_variance.activations.calls import CallReporter, ReportedCall
from rotational_variance.activations.description import (
    Activations,
    describe,
    function_kind,
    module_kind,
    number_repeats,
)
from rotational_variance.activations.reduction import aggregate
from rotational_variance.activations.watcher import Before, Seen, Watcher, same
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.user_code import UnfitModelError

_END = "its end"  # of the forward pass, as if it were a call


@dataclass(frozen=True)
class WatchedCall:
    """A call, and what is known of its output; None if that is no activation."""

    call: ReportedCall
    seen: Seen | None

    @property
    def kind(self) -> str:
        """The kind of its output."""
        if self.call.module is None:
            return function_kind(self.call.name.rpartition(".")[2])
        return module_kind(self.call.module)


class WatchedActivations(Activations):
    """The activations of a model that is watched. Raises UnfitModelError if other inputs reach other modules."""

    def __init__(self, model: Classifier, examples: list[torch.Tensor]) -> None:
        """`examples`: inputs of different numbers of samples."""
        self._model = model
        watched = [watch(model, example) for example in examples]
        gap = _find_gap(watched)
        self._sees_functions = not gap
        self.found_by = "calls" if self._sees_functions else "module hooks"
        passes = [[one for one in calls if self._is_watched(one.call)] for calls, _ in watched]
        self._names = [one.call.name for one in passes[0]]
        for calls in passes[1:]:
            for position, name in enumerate([*(one.call.name for one in calls), _END]):
                self._check(position, name)
        seen = [
            same([one.seen for one in at_once]) if all(one.seen for one in at_once) else None
            for at_once in zip(*passes, strict=True)
        ]
        counted = [i for i, one in enumerate(seen) if one is not None]
        unique = dict(zip(counted, number_repeats([self._names[i] for i in counted]), strict=True))
        layers = [i for i in counted if not seen[i].reason]
        self._layers = {position: layer for layer, position in enumerate(layers)}
        self.layers = describe([(unique[i], passes[0][i].kind, seen[i]) for i in layers])
        unknown = [f"{unique[i]}: {seen[i].reason}" for i in counted if seen[i].reason]
        self.not_seen = [*gap, *_find_hidden(watched), *unknown]

    def _is_watched(self, call: ReportedCall) -> bool:
        return call.is_layer if self._sees_functions else call.is_innermost

    @torch.inference_mode()
    def run(self, inputs: torch.Tensor, receive: Callable[[int, torch.Tensor], None]) -> object:
        position = 0

        def reduce(call: ReportedCall, token: object, output: object) -> None:
            nonlocal position
            if not self._is_watched(call):
                return
            self._check(position, call.name)
            if position in self._layers:
                layer = self._layers[position]
                receive(layer, aggregate(tensors_in(output)[0], *self.layers[layer].axes))
            position += 1

        with CallReporter(self._model, reduce):
            output = self._model(inputs)
        self._check(position, _END)
        return output

    def _check(self, position: int, reached: str) -> None:
        expected = self._names[position] if position < len(self._names) else _END
        if reached != expected:
            raise UnfitModelError(
                "the forward pass depends on the values of its inputs, or on how many there are: it reached "
                f"{reached} where it reached {expected} with others; activations that are not always there cannot be "
                "measured"
            )


@torch.no_grad()
def watch(model: Classifier, inputs: torch.Tensor) -> tuple[list[WatchedCall], Watcher]:
    """Run `model` on `inputs`; return its calls, and what has watched them."""
    watcher = Watcher(len(inputs))
    calls = []

    def note(call: ReportedCall, before: Before, output: object) -> None:
        calls.append(WatchedCall(call, watcher.look_at(output, before)))

    inputs = watcher.mark_inputs(inputs.clone())  # a copy: the model may overwrite it
    with watcher, CallReporter(model, note, watcher.before):
        model(inputs)
    return calls, watcher


def _find_gap(watched: list[tuple[list[WatchedCall], Watcher]]) -> list[str]:
    """Say why functions cannot be watched; return nothing if they can."""
    names = [[one.call.name for one in calls if one.call.is_layer] for calls, _ in watched]
    if any(watcher.asks_values for _, watcher in watched):
        reason = "the model asks for values of its inputs while it runs, as control flow does"
    elif any(other != names[0] for other in names[1:]):
        reason = "the model calls other functions for other numbers of samples"
    else:
        return []
    return [f"what functions (F.relu, +, torch.cat) compute between modules: {reason}"]


def _find_hidden(watched: list[tuple[list[WatchedCall], Watcher]]) -> list[str]:
    is_hidden = any(watcher.is_hidden for _, watcher in watched)
    return ["what functions compute that torch does not report, as those of torch.jit.script"] if is_hidden else []
