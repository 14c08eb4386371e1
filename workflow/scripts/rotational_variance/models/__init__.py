"""The architectures, one per file. A new model is one new file here with a function `build`.

`build(*, n_channels, image_size, n_classes, ...)` returns a torch.nn.Module that maps normalised images
[sample, channel, height, width] to log-probabilities or scores [sample, class]. Its further arguments (`width`, ...)
become the model's options. A module is imported only when its architecture is built, so that a change to one
architecture reruns that architecture only.
"""

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from rotational_variance.networks.user_code import blaming, model_error
from rotational_variance.torch_setup.torchvision_operators import declare_missing_operators


def names() -> list[str]:
    """List the architectures: the names of the files beside this one."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def file_of(name: str) -> Path:
    """Return the file of an architecture."""
    return Path(__file__).parent / f"{name}.py"


def build(name: str, *, n_channels: int, image_size: int, n_classes: int, **options) -> nn.Module:
    """Build the architecture `name` with freshly drawn weights, for images of `image_size` x `image_size` pixels.

    Raises ValueError for an unknown name, and ModelError, a ValueError that names the line, for a file that fails or
    returns something else than a module of Python code.
    """
    if name not in names():
        raise ValueError(f"model: got {name!r}, expected one of {', '.join(names())}")
    path = file_of(name)
    declare_missing_operators()  # so that `import torchvision` works in the file
    with blaming(path, always=True):
        architecture = importlib.import_module(f"{__name__}.{name}")
        arguments = {"n_channels": n_channels, "image_size": image_size, "n_classes": n_classes, **options}
        model = _call(architecture.build, arguments)
        if not isinstance(model, nn.Module):
            raise model_error(path, f"build returned {type(model).__name__}, expected a torch.nn.Module")
        for module_name, module in model.named_modules():
            if isinstance(module, torch.jit.ScriptModule) or hasattr(module, "_orig_mod"):
                where = f"its module {module_name}" if module_name else "it"
                raise model_error(
                    path, f"{where} is compiled, so its activations cannot be seen; return the plain torch.nn.Module"
                )
        _initialize_lazy_layers(model, n_channels, image_size)
    return model


def _call(function: Callable, arguments: dict) -> object:
    """Call a function with arguments by name, those before a `/` by position. Raises TypeError for others."""
    signature = inspect.signature(function)
    before = [one.name for one in signature.parameters.values() if one.kind is one.POSITIONAL_ONLY]
    positional = [arguments[name] for name in before if name in arguments]
    bound = signature.bind(*positional, **{name: value for name, value in arguments.items() if name not in before})
    return function(*bound.args, **bound.kwargs)


def _initialize_lazy_layers(model: nn.Module, n_channels: int, image_size: int) -> None:
    """Let lazy layers, such as nn.LazyLinear, draw their weights, which they do at their first inputs."""
    if not any(nn.parameter.is_lazy(one) for one in (*model.parameters(), *model.buffers())):
        return
    was_training = model.training
    with torch.no_grad():
        model.eval()(torch.zeros(2, n_channels, image_size, image_size))
    model.train(was_training)
