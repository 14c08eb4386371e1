"""Rules for functions that make units: each returns the layout of the output of a call, or None if it is not known."""

import math
from collections.abc import Callable

import torch

from rotational_variance.activations.axes.layout import Kind, Layout, axis_of, broadcast, holds, resize, units_at
from rotational_variance.activations.axes.torch_call import Call, UnknownLayoutError


def at(axis: int) -> Callable[[Call], Layout]:
    """Return the rule of layers that have their units on `axis` of the output."""
    return lambda call: units_at(_samples_of(call), axis, call.output.shape)


def _samples_of(call: Call) -> Layout:
    """Return a layout with as many axes as the output, of which only that of the samples matters."""
    n_axes = call.output.dim()
    try:
        layout = call.layout
    except UnknownLayoutError:
        layout = ((),)
        if len(call.output) == call.n_samples:  # which other numbers of samples confirm or not
            layout = (axis_of(Kind.SAMPLE, call.n_samples),)
    if layout is None or len(layout) == n_axes:
        return layout or ((),) * n_axes
    return (layout[0], *((),) * (n_axes - 1))


def pooling(call: Call) -> Layout | None:
    """The axes stay where they are, and become shorter; if they are not known, the units are on axis 1."""
    try:
        layout = call.layout
    except UnknownLayoutError:
        return at(1)(call)
    return tuple(resize(axis, size) for axis, size in zip(layout, call.output.shape, strict=True))


def layer_norm(call: Call) -> Layout | None:
    """The units are on the axis that is normalised; if several are, where they were before."""
    return at(-1)(call) if len(call.argument(1, "normalized_shape")) == 1 else call.layout


def embedding(call: Call) -> Layout | None:
    """The last axis is new, and holds the units."""
    return units_at((*call.layout, ()), -1, call.output.shape)


def recurrent(call: Call) -> Layout | None:
    """The units are on the last axis. The last states have an axis of layers before that of the samples."""
    if call.position == 0:
        return at(-1)(call)
    n_layers, n_samples, n_units = call.output.shape
    return axis_of(Kind.OTHER, n_layers), axis_of(Kind.SAMPLE, n_samples), axis_of(Kind.UNIT, n_units)


def attention(call: Call) -> Layout | None:
    """Scaled dot product attention: the axes of the query, the last that of the value."""
    query, value = (call.layout_of(call.argument(i, name)) for i, name in ((0, "query"), (2, "value")))
    if value is None:
        return units_at(query, -1, call.output.shape)
    rows = axis_of(Kind.OTHER, call.output.shape[-2])
    return (*(query[:-1] if query else (*value[:-2], rows)), value[-1])


def multi_head(call: Call) -> Layout | None:
    """[token, sample, unit] for whichever of query, key and value is no constant; nothing is known of the weights."""
    given = [call.layout_of(call.argument(i, name)) for i, name in enumerate(("query", "key", "value"))]
    known = next(layout for layout in given if layout)
    return units_at(known, -1, call.output.shape) if call.position == 0 else None


def matmul(call: Call) -> Layout | None:
    """Times weights, as a linear layer: new units in place of the old. Else rows of the left, columns of the right."""
    left, right = call.argument(0, "input", "self"), call.argument(1, "other", "mat2")
    if not all(isinstance(one, torch.Tensor) and one.dim() >= 2 for one in (left, right)):
        return None
    of_left, of_right = call.layout_of(left), call.layout_of(right)
    *above, n_rows, _ = call.output.shape
    if of_right is None:
        return units_at((*of_left[:-1], ()), -1, call.output.shape)
    if of_left is None:
        before = (*((),) * (len(above) + 2 - len(of_right)), *of_right)
        if holds(of_right[-2], Kind.UNIT):
            return units_at(before, -2, call.output.shape)
        return (*before[:-2], axis_of(Kind.OTHER, n_rows), of_right[-1])  # tokens are mixed
    layout = (*broadcast([of_left[:-2], of_right[:-2]], above, prefer_units=True), of_left[-2], of_right[-1])
    return _without_units(layout) if holds(of_left[-1], Kind.UNIT) or holds(of_right[-2], Kind.UNIT) else layout


def _without_units(layout: Layout) -> Layout:
    """Return the layout of sums over units: none are left."""
    return tuple(
        axis if holds(axis, Kind.SAMPLE) else axis_of(Kind.OTHER, math.prod(factor.size for factor in axis))
        for axis in layout
    )


def einsum(call: Call) -> Layout | None:
    """Letters keep their meanings, as in `matmul`: units that weights sum up become new units."""
    equation, *operands = call.args
    terms, arrow, result = equation.replace(" ", "").partition("->")
    if not arrow or "." in equation:
        return None
    operands = operands[0] if isinstance(operands[0], list | tuple) else operands
    of_weights, meanings = set(), {}
    for letters, operand in zip(terms.split(","), operands, strict=True):
        layout = call.layout_of(operand)
        of_weights |= set() if layout else set(letters)
        meanings |= {
            letter: axis
            for letter, axis in zip(letters, layout or (), strict=False)
            if letter not in meanings or holds(axis, Kind.UNIT)
        }
    layout = tuple(meanings.get(letter, ()) for letter in result)
    if any(holds(axis, Kind.UNIT) for letter, axis in meanings.items() if letter not in result):
        new = {letter for letter in of_weights if letter not in meanings or holds(meanings[letter], Kind.UNIT)}
        layout = tuple(
            axis_of(Kind.UNIT, size) if letter in new else axis
            for letter, axis, size in zip(result, _without_units(layout), call.output.shape, strict=True)
        )
    return tuple(axis or axis_of(Kind.OTHER, size) for axis, size in zip(layout, call.output.shape, strict=True))
