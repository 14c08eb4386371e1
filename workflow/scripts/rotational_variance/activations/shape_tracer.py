"""Trace a model by torch.fx, with the shapes of example inputs at hand.

torch.fx alone knows no shapes while it traces, so that `assert x.shape[1] == 3` stops it. Here each call is also
computed, for two numbers of samples: what does not follow the number of samples, and is no tensor, is a constant of the
trace.
"""

import operator
from collections.abc import Callable, Iterator
from types import FunctionType

import torch
from torch import fx, nn
from torch.fx.node import map_aggregate

from rotational_variance.activations.calls import is_layer
from rotational_variance.activations.watcher import Seen, Watcher, same

SEEN = "seen"  # key of node.meta
_COMPARISONS = {operator.eq, operator.ne}


def trace(model: nn.Module, examples: list[torch.Tensor]) -> fx.GraphModule:
    """Trace `model`; node.meta[SEEN] holds what is known of the outputs of calls that computed something.

    examples  inputs [sample, channel, height, width] of different numbers of samples
    Raises fx.proxy.TraceError for control flow by values or by the number of samples, and whatever the model raises on
    what it sees.
    """
    attributes = {module: dict(vars(module)) for module in model.modules()}
    try:
        return fx.GraphModule(model, _ShapeTracer(examples).trace(model))
    finally:
        for module, before in attributes.items():  # a module may have kept a value of the trace for the next call
            vars(module).clear()
            vars(module).update(before)


class _KnownProxy(fx.Proxy):
    """A value of the trace, with what it is for each example.

    follows_samples  whether it is a number that follows the number of samples
    """

    outputs: list[object]
    follows_samples: bool

    def __getattr__(self, name: str):
        value = getattr(self.outputs[0], name)
        if callable(value) and not isinstance(value, torch.Tensor):
            return super().__getattr__(name)
        return self.tracer.create_proxy("call_function", getattr, (self, name), {})

    def __setitem__(self, index: object, value: object) -> None:
        self.tracer.create_proxy("call_method", "__setitem__", (self, index, value), {})

    def __len__(self) -> int:
        lengths = {len(value) for value in self.outputs}
        if len(lengths) > 1:
            raise fx.proxy.TraceError("the number of samples is asked for")
        return lengths.pop()


def _in_place(operation: Callable) -> Callable:
    def record(self: _KnownProxy, other: object) -> object:
        return self.tracer.create_proxy("call_function", operation, (self, other), {})

    return record


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "matmul"):
    # Else Python makes `y = y + x` of `y += x`, which leaves other views of y as they were.
    setattr(_KnownProxy, f"__i{_name}__", _in_place(getattr(operator, f"i{_name}")))


class _ShapeTracer(fx.Tracer):
    """Trace calls and compute them; what a call gives lives as long as the model holds on to it."""

    def __init__(self, examples: list[torch.Tensor]) -> None:
        super().__init__()
        self._watchers = [Watcher(len(example)) for example in examples]
        # Copies: what the model changes in place is not the caller's.
        self._inputs = [
            watcher.mark_inputs(example.clone()) for watcher, example in zip(self._watchers, examples, strict=True)
        ]
        self._is_computing = False

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        """Look into modules of torch that have modules of their own, such as nn.TransformerEncoder."""
        return is_layer(module)

    # torch.fx catches each call of a module, and each parameter that is asked for; but not while a call is computed.

    def call_module(self, module: nn.Module, forward: Callable, args: tuple, kwargs: dict) -> object:
        """Write a call of a module down, or compute it."""
        if self._is_computing:
            return forward(*args, **kwargs)
        return super().call_module(module, forward, args, kwargs)

    def getattr(self, name: str, value: object, parameters: dict) -> object:
        """Write the use of a parameter down, or return the parameter."""
        return value if self._is_computing else super().getattr(name, value, parameters)

    def proxy(self, node: fx.Node) -> fx.Proxy:
        """Return what stands for the output of `node` while the model is traced."""
        return _KnownProxy(node, self)

    def create_proxy(self, kind, target, args, kwargs, name=None, type_expr=None, proxy_factory_fn=None):
        """Write a call down and compute it; return its value if it is a constant, else a proxy."""
        if isinstance(target, FunctionType) and not target.__module__.startswith("torch."):
            return target(*args, **kwargs)  # of the model's author, who asked torch.fx not to look into it
        proxy = super().create_proxy(kind, target, args, kwargs, name, type_expr, proxy_factory_fn)
        outputs = proxy.outputs = self._compute(proxy.node, args, kwargs)
        proxy.follows_samples = False
        if kind not in ("call_function", "call_method") or not all(map(_is_plain, outputs)):
            return proxy
        if isinstance(outputs[0], tuple) and outputs[0] != outputs[1]:
            return tuple(proxy[i] for i in range(len(outputs[0])))  # a shape: only some numbers follow the samples
        proxy.follows_samples = outputs[0] != outputs[1] or _follows_samples(target, args)
        if proxy.follows_samples:
            return proxy
        self.graph.erase_node(proxy.node)
        return outputs[0]

    def to_bool(self, proxy: fx.Proxy) -> bool:
        """Decide by a value that is the same for all inputs; else raise TraceError."""
        if all(map(_is_plain, proxy.outputs)) and not proxy.follows_samples:
            return bool(proxy.outputs[0])
        return super().to_bool(proxy)

    def iter(self, proxy: fx.Proxy) -> Iterator:
        """Iterate over as many parts as the value has for all examples."""
        return iter([proxy[i] for i in range(len(proxy))])

    def _compute(self, node: fx.Node, args: tuple, kwargs: dict) -> list[object]:
        outputs, seen = [], []
        self._is_computing = True
        try:
            for i, watcher in enumerate(self._watchers):
                given = map_aggregate((args, kwargs), lambda one, i=i: one.outputs[i] if _is_known(one) else one)
                output, what = self._run(node, *given, self._inputs[i], watcher)
                outputs.append(output)
                seen.append(what)
        finally:
            self._is_computing = False
        if any(watcher.asks_values for watcher in self._watchers):
            raise fx.proxy.TraceError("the model asks for values of its inputs")
        if all(seen):
            node.meta[SEEN] = same(seen)
        return outputs

    def _run(
        self, node: fx.Node, args: tuple, kwargs: dict, inputs: torch.Tensor, watcher: Watcher
    ) -> tuple[object, Seen | None]:
        if node.op == "placeholder":
            return inputs, None
        before = watcher.before((args, kwargs))
        with torch.no_grad(), watcher:
            output = self._call(node, args, kwargs)
        return output, watcher.look_at(output, before)

    def _call(self, node: fx.Node, args: tuple, kwargs: dict) -> object:
        if node.op == "call_module":
            return self.root.get_submodule(node.target)(*args, **kwargs)
        if node.op == "call_method":
            return getattr(args[0], node.target)(*args[1:], **kwargs)
        if node.op == "get_attr":
            return _attribute(self.root, node.target)
        return node.target(*args, **kwargs)


def _is_known(value: object) -> bool:
    return isinstance(value, _KnownProxy)


def _follows_samples(target: object, args: tuple) -> bool:
    """Say whether a number follows that of the samples, though it is the same for all examples, as n // 4 may be."""
    following = [_is_known(one) and one.follows_samples for one in args]
    return any(following) and not (target in _COMPARISONS and all(following))  # n == n is no accident


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, bool | int | float | str | torch.dtype | torch.device | torch.layout)


def _attribute(root: nn.Module, path: str) -> object:
    for name in path.split("."):
        root = getattr(root, name)
    return root
