"""Every activation of a model that torch.fx can trace: the outputs of modules and of functions alike.

torch.fx writes the forward pass down as a graph of calls. After each call that makes an activation, this module adds a
call that reduces the activation at once, while it is still in the processor's cache and before a later call may
overwrite it.
"""

from collections.abc import Callable, Iterable

import torch
from torch import fx, nn

from rotational_variance.activations.description import (
    ActivationInfo,
    Activations,
    function_kind,
    is_batch_of_units,
    may_be_activation,
    module_kind,
    number_repeats,
)
from rotational_variance.activations.inplace import compute_in_place
from rotational_variance.activations.reduction import aggregate
from rotational_variance.activations.shortcuts import Shortcut, find_shortcut


class TracedActivations(Activations):
    """The activations of a traced model."""

    found_by = "torch.fx"

    def __init__(self, traced: fx.GraphModule, examples: Iterable[torch.Tensor]) -> None:
        """`examples`: inputs [sample, channel, height, width] of different numbers of samples."""
        nodes, self.not_seen = _find(traced, examples)
        names = number_repeats([_name(node) for node in nodes])
        self.layers = [
            ActivationInfo(name, _kind(node, traced), n_units)
            for (node, n_units), name in zip(nodes.items(), names, strict=True)
        ]
        compute_in_place(traced)
        self._observer = _Observer(_find_shortcuts(traced, list(nodes)))
        traced.add_submodule("_observer", self._observer)
        for layer, node in enumerate(nodes):
            with traced.graph.inserting_after(node):
                traced.graph.call_module("_observer", (node, layer))
        traced.recompile()
        self._model = traced

    @torch.inference_mode()
    def run(self, inputs: torch.Tensor, receive: Callable[[int, torch.Tensor], None]) -> object:
        self._observer.receive = receive
        return self._model(inputs)


class _Observer(nn.Module):
    """Reduce each activation, and pass its values to `receive`.

    shortcuts  by layer: the layer before it, and the function that computes its values from those of the layer before
    """

    receive: Callable[[int, torch.Tensor], None]

    def __init__(self, shortcuts: dict[int, tuple[int, Shortcut]]) -> None:
        super().__init__()
        self._shortcuts = shortcuts
        self._starts = {before for before, _ in shortcuts.values()}
        self._kept: dict[int, torch.Tensor] = {}

    def forward(self, activation: torch.Tensor, layer: int) -> None:
        if layer in self._shortcuts:
            before, shortcut = self._shortcuts[layer]
            values = shortcut(activation, self._kept[before])
        else:
            values = aggregate(activation)
        if layer in self._starts:
            self._kept[layer] = values
        self.receive(layer, values)


def _find_shortcuts(traced: fx.GraphModule, nodes: list[fx.Node]) -> dict[int, tuple[int, Shortcut]]:
    layers = {node: layer for layer, node in enumerate(nodes)}
    shortcuts = {}
    for node, layer in layers.items():
        source = node.args[0] if node.args else None
        # Another reader might change the source in place before this node runs, as in `y.add_(x); return relu(y)`.
        if not isinstance(source, fx.Node) or source not in layers or len(source.users) > 1:
            continue
        shortcut = find_shortcut(node, traced)
        if shortcut is not None:
            shortcuts[layer] = layers[source], shortcut
    return shortcuts


class _Finder(fx.Interpreter):
    """Run a traced model once; note the calls that return a batch of units, and those that return something else."""

    def __init__(self, traced: fx.GraphModule) -> None:
        super().__init__(traced)
        self.n_units: dict[fx.Node, int] = {}
        self.not_seen: list[str] = []

    @torch.inference_mode()
    def find(self, inputs: torch.Tensor) -> None:
        self._n_samples = len(inputs)
        self.run(inputs)

    def run_node(self, node: fx.Node):
        output = super().run_node(node)
        if node.op not in ("call_module", "call_function", "call_method"):
            return output
        called = type(self.fetch_attr(node.target)) if node.op == "call_module" else node.target
        if may_be_activation(called) and is_batch_of_units(output, self._n_samples):
            self.n_units[node] = output.shape[1]
        elif may_be_activation(called) and (node.op == "call_module" or self._holds_batch(output)):
            self.not_seen.append(f"{_name(node)}, which returns no batch of units")
        return output

    def _holds_batch(self, output: object) -> bool:
        return isinstance(output, tuple | list) and any(is_batch_of_units(part, self._n_samples) for part in output)


def _find(traced: fx.GraphModule, examples: Iterable[torch.Tensor]) -> tuple[dict[fx.Node, int], list[str]]:
    """Return {node: number of units} of nodes that return a batch of units for all examples; and `not_seen`."""
    finders = []
    for inputs in examples:
        finders.append(_Finder(traced))
        finders[-1].find(inputs)
    always = [node for node in finders[0].n_units if all(node in finder.n_units for finder in finders)]
    return {node: finders[0].n_units[node] for node in always}, finders[0].not_seen


def _kind(node: fx.Node, traced: fx.GraphModule) -> str:
    return (
        module_kind(traced.get_submodule(node.target)) if node.op == "call_module" else function_kind(_function(node))
    )


def _function(node: fx.Node) -> str:
    name = node.target if isinstance(node.target, str) else node.target.__name__
    return "add" if name in ("iadd", "add_") else name  # the same sum, in place


def _name(node: fx.Node) -> str:
    """Name a module by its path in the model, a function by the path of the module that calls it and its own name."""
    if node.op == "call_module":
        return node.target
    modules = list(node.meta.get("nn_module_stack", {}).values())
    scope = modules[-1][0] if modules else ""
    return f"{scope}.{_function(node)}" if scope else _function(node)
