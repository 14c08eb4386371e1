"""Rules for functions that keep or move axes: each returns the layout of the output of a call, or None if not known."""

import math
from collections.abc import Sequence

import torch

from rotational_variance.activations.axes import layout as layouts
from rotational_variance.activations.axes.layout import Axis, Kind, Layout, axis_of, broadcast, holds, resize
from rotational_variance.activations.axes.torch_call import Call
from rotational_variance.activations.axes.unit_rules import at

# Functions whose second argument is no axis; that is the third.
_AXIS_IS_THIRD = {"norm", "linalg_vector_norm", "kthvalue", "quantile", "roll"}


def elementwise(call: Call) -> Layout | None:
    """The axes of the arguments, broadcast."""
    return broadcast(call.layouts, call.output.shape) if call.layouts else None


def reordered(call: Call) -> Layout | None:
    """The axes stay, but one whose samples change places holds samples no more."""
    moved = {axis % len(call.layout) for axis in _dims_of(call) or range(len(call.layout))}
    return resized([picked(axis) if i in moved else axis for i, axis in enumerate(call.layout)], call.output.shape)


def picked(axis: Axis) -> Axis:
    """Return an axis after parts of it were picked, in any order."""
    return axis_of(Kind.OTHER, math.prod(factor.size for factor in axis)) if holds(axis, Kind.SAMPLE) else axis


def reshape(call: Call) -> Layout | None:
    """The same factors in axes of other sizes."""
    return layouts.reshape(call.layout, call.output.shape)


def _dims(value: object) -> list[int]:
    return list(value) if isinstance(value, tuple | list) else [value]


def _dims_of(call: Call) -> list[int] | None:
    """Return the axes that a call names; None if it names none."""
    position = 2 if call.name in _AXIS_IS_THIRD else 1
    if position == 1 and len(call.args) > 2 and all(type(arg) is int for arg in call.args[1:]):
        return list(call.args[1:])  # x.flip(1, 2)
    given = call.argument(position, "dim", "dims", "axis")
    return None if given is None or isinstance(given, bool | float) else _dims(given)


def permute(call: Call) -> Layout | None:
    """The axes in the order that is asked for."""
    order = call.args[1:] if len(call.args) > 2 else _dims(call.argument(1, "dims"))
    return tuple(call.layout[axis] for axis in order)


def transpose(call: Call) -> Layout | None:
    """Two axes change places."""
    layout = list(call.layout)
    first, second = call.argument(1, "dim0", "axis0"), call.argument(2, "dim1", "axis1")
    layout[first], layout[second] = layout[second], layout[first]
    return tuple(layout)


def swap_last(call: Call) -> Layout | None:
    """The last two axes change places."""
    return (*call.layout[:-2], call.layout[-1], call.layout[-2])


def reverse(call: Call) -> Layout | None:
    """The axes in reversed order."""
    return call.layout[::-1]


def movedim(call: Call) -> Layout | None:
    """Some axes have new places; the others fill the rest in order."""
    n = len(call.layout)
    sources, targets = (
        [axis % n for axis in _dims(call.argument(position, name))]
        for position, name in ((1, "source"), (2, "destination"))
    )
    rest = iter(axis for axis in range(n) if axis not in sources)
    placed = dict(zip(targets, sources, strict=True))
    return tuple(call.layout[placed[i] if i in placed else next(rest)] for i in range(n))


def reduce(call: Call) -> Layout | None:
    """Drop the reduced axes; with keepdim, one unit stays where the units were."""
    if isinstance(call.argument(1, "other"), torch.Tensor):  # torch.max(x, y)
        return elementwise(call)
    layout, dims = call.layout, _dims_of(call)
    if dims is None:
        return ((),) * call.output.dim()
    reduced = {axis % len(layout) for axis in dims}
    keeps = call.output.dim() == len(layout)
    one = {i: axis_of(Kind.UNIT, 1) if holds(axis, Kind.UNIT) else () for i, axis in enumerate(layout)}
    return tuple(one[i] if i in reduced else axis for i, axis in enumerate(layout) if keeps or i not in reduced)


def concatenate(call: Call) -> Layout | None:
    """The axes of the parts, one of them longer."""
    known = call.layouts
    dim = call.argument(1, "dim", "axis", default=0) % call.output.dim()
    if len({tuple(frozenset(factor.kind for factor in axis) for axis in layout) for layout in known}) > 1:
        joined = broadcast(known, [max(tensor.shape[i] for tensor in call.tensors) for i in range(call.output.dim())])
        if joined is None:
            return None
        known = [joined]
    axes = list(known[0])
    if holds(axes[dim], Kind.SAMPLE) and len({tensor.shape[dim] for tensor in call.tensors}) == 1:
        axes[dim] = (*axis_of(Kind.OTHER, len(call.tensors)), *axes[dim])  # all samples, several times
    return resized(axes, call.output.shape)


def stack(call: Call) -> Layout | None:
    """The axes of the parts, and a new one."""
    dim = call.argument(1, "dim", default=0) % call.output.dim()
    one = broadcast(call.layouts, [size for i, size in enumerate(call.output.shape) if i != dim])
    return None if one is None else (*one[:dim], axis_of(Kind.OTHER, call.output.shape[dim]), *one[dim:])


def same_axes(call: Call) -> Layout | None:
    """Axes stay where they are, and may change their sizes."""
    return resized(call.layout, call.output.shape)


def resized(axes: Sequence[Axis], shape: Sequence[int]) -> Layout:
    """Return the layout of a tensor of `shape` with axes of the same kinds."""
    return tuple(resize(axis, size) for axis, size in zip(axes, shape, strict=True))


def expand(call: Call) -> Layout | None:
    """New axes before the others, and axes of size 1 repeated."""
    return resized((*((),) * (call.output.dim() - len(call.layout)), *call.layout), call.output.shape)


def drop_axis(call: Call) -> Layout | None:
    """All axes but one."""
    dim = call.argument(1, "dim", default=0) % len(call.layout)
    return call.layout[:dim] + call.layout[dim + 1 :]


def unfold(call: Call) -> Layout | None:
    """F.unfold puts patches of all units on axis 1; Tensor.unfold adds an axis for the inside of a window."""
    if call.output.dim() == call.first.dim() + 1:
        windows = resized(call.layout, call.output.shape[:-1])
        return (*windows, axis_of(Kind.OTHER, call.output.shape[-1]))
    return at(1)(call)


def rotate(call: Call) -> Layout | None:
    """Axes of space turn into each other; others may not."""
    turned = [call.layout[axis] for axis in call.argument(2, "dims", default=(0, 1))]
    if any(holds(axis, Kind.UNIT) or holds(axis, Kind.SAMPLE) for axis in turned):
        return None
    return same_axes(call)
