"""See every activation of a model, in the order of the forward pass, each reduced to one number a unit while it is hot.

torch.fx writes the forward pass down as a graph of calls; its interpreter then hands over each call's output, those
of functions (`relu`, `+`, `cat`) as well as those of modules. What only reshapes, or does nothing at test time, is not
an activation of its own. An activation is reduced before the next call runs: in-place calls may overwrite it.
"""

import operator
from dataclasses import dataclass

import torch
from torch import fx, nn

AGGREGATIONS = ("mean", "max")

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


def aggregate(activation: torch.Tensor) -> torch.Tensor:
    """Reduce an activation to one number a unit, once for each of AGGREGATIONS.

    activation  [sample, unit] or [sample, unit, ...]: what follows the unit (for a feature map, space) is reduced
    returns     [sample, aggregation, unit]
    """
    space = tuple(range(2, activation.dim()))
    if not space:
        return torch.stack((activation, activation), dim=1)
    return torch.stack((activation.mean(space), activation.amax(space)), dim=1)


@dataclass(frozen=True)
class ActivationInfo:
    """One activation: its name (the module's path in the model, or its module's path and the function), kind, units."""

    name: str
    kind: str
    n_units: int


class Activations(fx.Interpreter):
    """Run a model and reduce each of its activations: `layers` names them, `observe` returns them.

    Raises ValueError for a model that torch.fx cannot trace (its forward pass decides something by its input's values).
    """

    def __init__(self, model: nn.Module, example: torch.Tensor) -> None:
        """`example` [sample, channel, height, width]: any input; it finds what is a batch of units."""
        if model.training:
            raise ValueError("the model is in training mode: call model.eval() first")
        try:
            traced = fx.symbolic_trace(model)
        except Exception as error:  # torch.fx raises many types, the model's own code any
            raise ValueError(f"{type(model).__name__} cannot be traced by torch.fx: {error}") from error
        super().__init__(traced, garbage_collect_values=True)
        self._candidates = [node for node in traced.graph.nodes if self._may_be_activation(node)]
        self._reduced: dict[fx.Node, torch.Tensor] = dict.fromkeys(self._candidates)
        for batch in (example, torch.cat([example, example])):  # of two sizes, as a weight's first axis may be one
            self._observe(batch)
            self._candidates = [node for node in self._candidates if self._reduced[node] is not None]
        self.layers = self._describe()

    @property
    def n_units(self) -> int:
        return sum(layer.n_units for layer in self.layers)

    def observe(self, inputs: torch.Tensor) -> torch.Tensor:
        """Run the model on `inputs` [sample, channel, height, width]; return [sample, aggregation, unit].

        The units of all layers follow each other, in the order of `layers`.
        """
        self._observe(inputs)
        return torch.cat([self._reduced[node] for node in self._candidates], dim=2)

    @torch.inference_mode()
    def _observe(self, inputs: torch.Tensor) -> None:
        self._reduced = dict.fromkeys(self._candidates)
        self._n_samples = len(inputs)
        self.run(inputs)

    def run_node(self, node: fx.Node):
        result = super().run_node(node)
        if node in self._reduced and _is_batch_of_units(result, self._n_samples):
            self._reduced[node] = aggregate(result)
        return result

    def _may_be_activation(self, node: fx.Node) -> bool:
        if node.op not in ("call_module", "call_function", "call_method"):
            return False
        called = type(self.fetch_attr(node.target)) if node.op == "call_module" else node.target
        return called not in _NOT_ACTIVATIONS

    def _describe(self) -> list[ActivationInfo]:
        names = {}
        layers = []
        for node in self._candidates:
            name = _name(node)
            names[name] = names.get(name, 0) + 1
            if names[name] > 1:
                name = f"{name}_{names[name]}"
            layers.append(ActivationInfo(name, self._kind(node), self._reduced[node].shape[-1]))
        return layers

    def _kind(self, node: fx.Node) -> str:
        if node.op == "call_module":
            module = self.fetch_attr(node.target)
            return next((kind for type_, kind in _MODULE_KINDS.items() if isinstance(module, type_)), "activation")
        name = _function_name(node)
        return next((kind for part, kind in _FUNCTION_KINDS.items() if part in name), "activation")


def _is_batch_of_units(result: object, n_samples: int) -> bool:
    is_tensor = isinstance(result, torch.Tensor) and result.is_floating_point()
    return is_tensor and result.dim() >= 2 and len(result) == n_samples


def _function_name(node: fx.Node) -> str:
    name = node.target if isinstance(node.target, str) else node.target.__name__
    return "add" if name in ("iadd", "add_") else name  # the same sum, in place


def _name(node: fx.Node) -> str:
    """Name a module by its path in the model, a function by the path of the module that calls it and its own name."""
    if node.op == "call_module":
        return node.target
    modules = list(node.meta.get("nn_module_stack", {}).values())
    scope = modules[-1][0] if modules else ""
    return f"{scope}.{_function_name(node)}" if scope else _function_name(node)
