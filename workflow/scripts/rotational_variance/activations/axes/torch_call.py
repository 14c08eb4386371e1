"""A call of a function of torch, as the rules for axes see it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from rotational_variance.activations.axes.function_names import REVERSED, SYNONYMS
from rotational_variance.activations.axes.layout import Layout

_DEEPEST = 8  # levels of objects in objects, which may hold each other in a circle


class UnknownLayoutError(Exception):
    """A tensor depends on the inputs, but what its axes hold is not known."""


@dataclass(frozen=True)
class Mark:
    """What is known of a tensor that depends on the inputs: its layout, or the function after which it was lost."""

    layout: Layout | None
    lost_after: str = ""


@dataclass(frozen=True)
class Call:
    """A call of a function of torch: its arguments, and one tensor that it returns.

    position  of the output among the tensors that are returned
    marks     what was known of the arguments before the call, by their ids; None for constants
    """

    name: str
    args: tuple
    kwargs: dict
    output: torch.Tensor
    position: int
    n_samples: int
    marks: dict[int, Mark | None]

    def argument(self, position: int, *names: str, default: object = None) -> object:
        """Return an argument by its position or one of its names."""
        if len(self.args) > position:
            return self.args[position]
        return next((self.kwargs[name] for name in names if name in self.kwargs), default)

    def layout_of(self, tensor: object) -> Layout | None:
        """Return the layout of an argument; None for a constant. Raises UnknownLayoutError."""
        mark = self.marks.get(id(tensor))
        if mark is not None and mark.layout is None:
            raise UnknownLayoutError
        return None if mark is None else mark.layout

    @property
    def first(self) -> torch.Tensor:
        """The first argument."""
        return self.argument(0, "input", "x", "self")

    @property
    def layout(self) -> Layout | None:
        """The layout of the first argument."""
        return self.layout_of(self.first)

    @property
    def tensors(self) -> list[torch.Tensor]:
        """All tensors among the arguments, those in lists as well."""
        return list(tensors_in((self.args, self.kwargs)))

    @property
    def layouts(self) -> list[Layout]:
        """The layouts of all arguments that are no constants."""
        return [layout for layout in map(self.layout_of, self.tensors) if layout is not None]


def tensors_in(value: object, _depth: int = 0) -> list[torch.Tensor]:
    """List the tensors in nested tuples, lists and dicts, and in the fields of other objects, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    elif hasattr(value, "__dict__") and not isinstance(value, tuple | list | type | torch.nn.Module | Callable):
        value = list(vars(value).values())
    if not isinstance(value, tuple | list) or _depth > _DEEPEST:
        return []
    return [tensor for part in value for tensor in tensors_in(part, _depth + 1)]


def function_name(function: object) -> str:
    """Name a function of torch, or a method given by its name.

    Without underscores, and without `r` or `i` before operators, so that `x += y` and `y.add_(x)` are both `add`.
    """
    name = function if isinstance(function, str) else getattr(function, "__name__", type(function).__name__)
    if name == "__get__":  # of a property, such as `x.mT`
        name = getattr(function.__self__, "__name__", name)
    name = name.strip("_")
    name = name[1:] if name in REVERSED else name
    return SYNONYMS.get(name, name)
