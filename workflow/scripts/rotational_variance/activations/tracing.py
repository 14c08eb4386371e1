"""Every activation of a model that torch.fx can trace: the outputs of modules and of functions alike.

torch.fx writes the forward pass down as a graph of calls. After each call that makes an activation, this module adds a
call that reduces the activation at once, while it is still in the processor's cache and before a later call may
overwrite it.
"""

from collections.abc import Callable

import torch
from torch import fx, nn

from rotational_variance.activations.axes.torch_call import function_name, tensors_in
from rotational_variance.activations.description import (
    ActivationInfo,
    Activations,
    describe,
    function_kind,
    module_kind,
    number_repeats,
)
from rotational_variance.activations.inplace import compute_in_place
from rotational_variance.activations.reduction import aggregate
from rotational_variance.activations.shape_tracer import SEEN
from rotational_variance.activations.shortcuts import Shortcut, find_shortcut
from rotational_variance.activations.views import allow_copies
from rotational_variance.networks.classifier import layer_name


class TracedActivations(Activations):
    """The activations of a traced model."""

    found_by = "torch.fx"

    def __init__(self, traced: fx.GraphModule) -> None:
        """`traced`: as `shape_tracer.trace` returns it."""
        seen = {node: node.meta[SEEN] for node in traced.graph.nodes if SEEN in node.meta}
        names = dict(zip(seen, number_repeats([_name(node) for node in seen]), strict=True))
        nodes = [node for node, what in seen.items() if not what.reason]
        self.layers = describe([(names[node], _kind(node, traced), seen[node]) for node in nodes])
        self.not_seen = [f"{names[node]}: {what.reason}" for node, what in seen.items() if what.reason]
        compute_in_place(traced)
        allow_copies(traced)
        self._observer = _Observer(self.layers, _find_shortcuts(traced, nodes, self.layers))
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

    layers     the axes of each activation
    shortcuts  by layer: the layer before it, and the function that computes its values from those of the layer before
    """

    receive: Callable[[int, torch.Tensor], None]

    def __init__(self, layers: list[ActivationInfo], shortcuts: dict[int, tuple[int, Shortcut]]) -> None:
        super().__init__()
        self._layers = layers
        self._shortcuts = shortcuts
        self._starts = {before for before, _ in shortcuts.values()}
        self._kept: dict[int, torch.Tensor] = {}

    def forward(self, output: object, layer: int) -> None:
        activation = output if isinstance(output, torch.Tensor) else tensors_in(output)[0]
        if layer in self._shortcuts:
            before, shortcut = self._shortcuts[layer]
            values = shortcut(activation, self._kept[before])
        else:
            values = aggregate(activation, *self._layers[layer].axes)
        if layer in self._starts:
            self._kept[layer] = values
        self.receive(layer, values)


def _find_shortcuts(
    traced: fx.GraphModule, nodes: list[fx.Node], infos: list[ActivationInfo]
) -> dict[int, tuple[int, Shortcut]]:
    # Shortcuts are for units on axis 1.
    layers = {node: i for i, (node, info) in enumerate(zip(nodes, infos, strict=True)) if info.axes == (0, 1)}
    shortcuts = {}
    for node, layer in layers.items():
        source = node.args[0] if node.args else None
        # A call between the two might change the source in place, as in `y.add_(x); return relu(y)`.
        if source is not node.prev or source not in layers:
            continue
        shortcut = find_shortcut(node, traced)
        if shortcut is not None:
            shortcuts[layer] = layers[source], shortcut
    return shortcuts


def _kind(node: fx.Node, traced: fx.GraphModule) -> str:
    return (
        module_kind(traced.get_submodule(node.target)) if node.op == "call_module" else function_kind(_function(node))
    )


def _function(node: fx.Node) -> str:
    return function_name(node.target)


def _name(node: fx.Node) -> str:
    """Name a module by its path in the model, a function by the path of the module that calls it and its own name."""
    if node.op == "call_module":
        return layer_name(node.target) or "model"
    modules = list(node.meta.get("nn_module_stack", {}).values())
    scope = layer_name(modules[-1][0]) if modules else ""
    return f"{scope}.{_function(node)}" if scope else _function(node)
