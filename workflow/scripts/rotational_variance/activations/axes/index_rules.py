"""Rules for `x[index]`, read and written: each returns the layout of the tensor afterwards, or None if not known."""

import torch

from rotational_variance.activations.axes.layout import Layout, broadcast, resize
from rotational_variance.activations.axes.moving_rules import picked, resized
from rotational_variance.activations.axes.torch_call import Call


def getitem(call: Call) -> Layout | None:
    """Slices and one list or vector keep their axes, numbers drop them, None adds one; else nothing is known."""
    waiting, axes = list(call.layout), []
    parts = _index(call.argument(1), len(waiting))
    if sum(isinstance(part, list | torch.Tensor) for part in parts) > 1 or any(call.marks.get(id(p)) for p in parts):
        return None
    for part in parts:
        axis = () if part is None else waiting.pop(0)
        if not isinstance(part, int):
            is_whole = part is None or (isinstance(part, slice) and part.step in (None, 1))
            axes.append(axis if is_whole else picked(axis))
    return resized(axes, call.output.shape)


def setitem(call: Call) -> Layout | None:
    """What was written into zeros says what their axes hold; else the axes stay, if what is written agrees."""
    target, index, value = call.args
    known, written = call.layout, call.layout_of(value)
    if written is None:
        return known
    parts = _index(index, target.dim())
    if any(isinstance(part, list | torch.Tensor) for part in parts):
        return known
    n_written = sum(not isinstance(part, int) for part in parts)
    waiting, axes = [*((),) * (n_written - len(written)), *written], []
    for part in parts:
        axis = () if isinstance(part, int) else waiting.pop(0)
        if part is not None:
            axes.append(resize(axis, target.shape[len(axes)]) if axis else ())
    return broadcast([layout for layout in (known, tuple(axes)) if layout], target.shape)


def _index(index: object, n_axes: int) -> list[int | slice | list | torch.Tensor | None]:
    """Return one part of an index for each axis, and None for each new axis. Raises TypeError for masks and tables."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if not all(part is None or part is Ellipsis or type(part) in (int, slice) or _is_vector(part) for part in parts):
        raise TypeError("an index with masks or tables")
    if not any(part is Ellipsis for part in parts):
        parts.append(Ellipsis)
    at_dots = next(i for i, part in enumerate(parts) if part is Ellipsis)
    n_rest = n_axes - sum(part is not None and part is not Ellipsis for part in parts)
    return [*parts[:at_dots], *[slice(None)] * n_rest, *parts[at_dots + 1 :]]


def _is_vector(part: object) -> bool:
    if isinstance(part, torch.Tensor):
        return part.dim() == 1 and part.dtype is not torch.bool
    return isinstance(part, list) and all(type(number) is int for number in part)
