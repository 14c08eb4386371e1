"""Report the calls of a forward pass while it runs: of modules by hooks, of torch's functions by a function mode."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import torch
from torch import nn
from torch.nn.utils.parametrize import type_before_parametrizations
from torch.overrides import TorchFunctionMode

from rotational_variance.activations.axes.torch_call import function_name, tensors_in
from rotational_variance.activations.views import view
from rotational_variance.networks.classifier import layer_name


@dataclass(frozen=True)
class ReportedCall:
    """A call of a module, or of a function that no layer of torch.nn calls.

    name          the module's path; for a function, the path of the module that calls it and the function's name
    module        None for a function
    is_layer      whether it is a function, or a layer of torch.nn, whose functions are not reported
    is_innermost  whether it is a layer of torch.nn, or another module that called none
    """

    name: str
    module: nn.Module | None
    is_layer: bool
    is_innermost: bool


@dataclass
class _Frame:
    """A module that runs. `token`: what `before` returned at its start."""

    name: str
    is_layer: bool
    calls_modules: bool
    token: object


def is_layer(module: nn.Module) -> bool:
    """Say whether a module is a layer of torch.nn; containers of modules, such as nn.TransformerEncoder, are not."""
    is_of_torch = type_before_parametrizations(module).__module__.startswith(("torch.nn", "torch.ao.nn"))
    has_parts = any(name != "parametrizations" for name, _ in module.named_children())
    is_whole = not has_parts or isinstance(module, nn.MultiheadAttention)
    return is_of_torch and is_whole and not isinstance(module, nn.Sequential)


class CallReporter(TorchFunctionMode):
    """Report calls in a context around a forward pass.

    before   called with the arguments of each call, before it; its result is handed to `on_call`
    on_call  called after each call that returns tensors: (call, what `before` returned, output)
    """

    def __init__(
        self,
        model: nn.Module,
        on_call: Callable[[ReportedCall, object, object], None],
        before: Callable[[object], object] = lambda arguments: None,
    ) -> None:
        super().__init__()
        self._modules = [
            (layer_name(path), module)
            for path, module in model.named_modules()
            if path and not isinstance(module, torch.jit.ScriptModule)  # which take no hooks
        ]
        self._on_call = on_call
        self._before = before
        self._running: list[_Frame] = []
        self._is_reporting = False

    def __enter__(self) -> Self:
        self._handles = []
        for name, module in self._modules:
            enter, leave = self._hooks(name)
            self._handles += [
                module.register_forward_pre_hook(enter, with_kwargs=True),
                module.register_forward_hook(leave, with_kwargs=True),
            ]
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        for handle in self._handles:
            handle.remove()

    def _hooks(self, name: str) -> tuple[Callable, Callable]:
        def enter(module: nn.Module, args: tuple, kwargs: dict) -> None:
            for frame in self._running[-1:]:
                frame.calls_modules = True
            self._running.append(_Frame(name, is_layer(module), False, self._before((args, kwargs))))

        def leave(module: nn.Module, args: tuple, kwargs: dict, output: object) -> None:
            frame = self._running.pop()
            if any(frame.is_layer for frame in self._running):
                return  # a part of a layer
            is_innermost = frame.is_layer or not frame.calls_modules
            call = ReportedCall(name or "model", module, frame.is_layer, is_innermost)
            self._report(call, frame.token, output)

        return enter, leave

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self._is_reporting or any(frame.is_layer for frame in self._running):
            return func(*args, **kwargs)
        if func is torch.Tensor.view and not kwargs:
            func = view
        token = self._before((args, kwargs))
        output = func(*args, **kwargs)
        scope = self._running[-1].name if self._running else ""
        name = function_name(func)
        self._report(ReportedCall(f"{scope}.{name}" if scope else name, None, True, False), token, output)
        return output

    def _report(self, call: ReportedCall, token: object, output: object) -> None:
        if isinstance(output, torch.Tensor) or tensors_in(output):
            self._is_reporting = True  # what is done with the output is no part of the forward pass
            try:
                self._on_call(call, token, output)
            finally:
                self._is_reporting = False
