"""The axes of a tensor: which holds the samples and which the units, and how that follows when axes are moved. Ours.

An axis is a product of factors, each of one kind, because reshaping merges axes and splits them again:
`[sample, token, unit] -> [sample, token, head, unit of the head]` and back. An axis of size 1 has no factors, except
that a single unit stays a factor of size 1.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """The meaning of a factor of an axis."""

    SAMPLE = "sample"
    UNIT = "unit"
    OTHER = "other"  # space, tokens, time: measurements reduce it


@dataclass(frozen=True)
class Factor:
    """A factor of the size of an axis."""

    kind: Kind
    size: int


Axis = tuple[Factor, ...]
Layout = tuple[Axis, ...]  # of a tensor, one per axis


def axis_of(kind: Kind, size: int) -> Axis:
    """Return an axis of one kind."""
    return () if size == 1 and kind is not Kind.UNIT else (Factor(kind, size),)


def units_at(layout: Layout, axis: int, shape: Sequence[int]) -> Layout:
    """Return the layout of a tensor of `shape` whose units lie on `axis`; the samples stay where `layout` has them."""
    axis %= len(shape)
    kept = [
        old if holds(old, Kind.SAMPLE) else axis_of(Kind.OTHER, size) for old, size in zip(layout, shape, strict=True)
    ]
    return (*kept[:axis], axis_of(Kind.UNIT, shape[axis]), *kept[axis + 1 :])


def holds(axis: Axis, kind: Kind) -> bool:
    """Say whether an axis has a factor of a kind."""
    return any(factor.kind is kind for factor in axis)


def resize(axis: Axis, size: int) -> Axis:
    """Return an axis of the same kind with another size, as after taking a part of it; mixed axes become OTHER."""
    if math.prod(factor.size for factor in axis) == size:
        return axis
    if axis and axis[0].kind is Kind.OTHER and math.prod(factor.size for factor in axis[1:]) == size > 1:
        return axis[1:]  # one of several parts that were put after each other
    kinds = {factor.kind for factor in axis if factor.kind is not Kind.SAMPLE}
    return axis_of(Kind.UNIT if kinds == {Kind.UNIT} else Kind.OTHER, size)


def reshape(layout: Layout, shape: Sequence[int]) -> Layout | None:
    """Return the layout after reshaping to `shape`: factors stay in order, and are split where axes are.

    None if a factor does not split into whole numbers.
    """
    waiting = [factor for axis in layout for factor in axis]
    axes = []
    for size in shape:
        if size == 1:
            axes.append((waiting.pop(0),) if waiting and waiting[0].size == 1 else ())
            continue
        axis, missing = [], size
        while missing > 1:
            if not waiting:
                return None
            factor = waiting.pop(0)
            common = math.gcd(factor.size, missing)
            if common not in (factor.size, missing):
                return None
            if factor.size > 1:
                axis.append(replace(factor, size=common))
            if common < factor.size:
                waiting.insert(0, replace(factor, size=factor.size // common))
            missing //= common
        axes.append(_joined(axis))
    return None if any(factor.size > 1 for factor in waiting) else tuple(axes)


def _joined(axis: list[Factor]) -> Axis:
    """Join neighbours of one kind, as parts of a factor that was split."""
    joined: list[Factor] = []
    for factor in axis:
        if joined and joined[-1].kind is factor.kind:
            joined[-1] = replace(factor, size=joined[-1].size * factor.size)
        else:
            joined.append(factor)
    return tuple(joined)


def broadcast(layouts: Iterable[Layout], shape: Sequence[int], *, prefer_units: bool = False) -> Layout | None:
    """Return the layout of an elementwise result of `shape`; None if its operands disagree on what an axis holds."""
    axes = []
    layouts = list(layouts)
    for i in range(1, len(shape) + 1):
        here = [layout[-i] for layout in layouts if len(layout) >= i and layout[-i]]
        wide = [axis for axis in here if math.prod(factor.size for factor in axis) > 1] or here
        kinds = {frozenset(factor.kind for factor in axis) for axis in wide}
        if len(kinds) > 1 and not prefer_units:
            return None
        best = next((axis for axis in wide if holds(axis, Kind.UNIT)), wide[0]) if wide else ()
        axes.append(best or axis_of(Kind.OTHER, shape[-i]))
    return tuple(resize(axis, size) for axis, size in zip(reversed(axes), shape, strict=True))


def sample_axis(layout: Layout, n_samples: int) -> int | None:
    """Return the axis that holds the samples and nothing else, or None."""
    axes = [i for i, axis in enumerate(layout) if axis == (Factor(Kind.SAMPLE, n_samples),)]
    return axes[0] if len(axes) == 1 else None


def unit_axes(layout: Layout, n_samples: int) -> list[int]:
    """Return the axes that hold units. Beside the samples, a tensor of two axes holds only units: a vector a sample."""
    if len(layout) == 2 and (samples := sample_axis(layout, n_samples)) is not None:
        return [1 - samples]
    return [i for i, axis in enumerate(layout) if holds(axis, Kind.UNIT)]
