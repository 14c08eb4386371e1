"""Watch the functions of torch that a forward pass calls, and what the axes of their outputs hold.

Every tensor that depends on the inputs carries a mark, which says where its samples and its units lie, or that this is
not known. So constants, such as an expanded class token, can be told from activations.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch.overrides import TorchFunctionMode

from rotational_variance.activations.axes.axis_rules import layout_after
from rotational_variance.activations.axes.function_names import ASKING, CONSTANT, REARRANGING, SHAPED_LIKE, VALUE_SHAPED
from rotational_variance.activations.axes.layout import Kind, axis_of, sample_axis, unit_axes
from rotational_variance.activations.axes.marks import HIDDEN, MemoryMarker, mark_of, set_mark
from rotational_variance.activations.axes.torch_call import Call, Mark, function_name, tensors_in


@dataclass(frozen=True)
class Seen:
    """The output of a module or of a function, if it may count as an activation.

    shape                   of the tensor, without the axis of the samples
    sample_axis, unit_axis  of the tensor; None where `reason` says why it cannot be measured
    """

    n_units: int = 0
    shape: tuple[int, ...] = ()
    sample_axis: int | None = None
    unit_axis: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Before:
    """The state before a call: how many calls had computed something, the tensors it is given, and their versions."""

    n_computed: int
    given: list[torch.Tensor]
    versions: list[int]


class Watcher(TorchFunctionMode):
    """Mark each tensor that a forward pass computes; use it as a context around the pass.

    asks_values  whether the forward pass handed values to Python, as control flow does
    is_hidden    whether functions that torch does not report have computed something
    """

    def __init__(self, n_samples: int) -> None:
        super().__init__()
        self.n_samples = n_samples
        self._n_computed = 0  # calls so far that computed new values, and did not only move or drop values
        self.asks_values = False
        self.is_hidden = False
        self._marker = MemoryMarker()

    def __enter__(self) -> Self:
        self._marker.__enter__()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._marker.__exit__(*error)

    def mark_inputs(self, inputs: torch.Tensor) -> torch.Tensor:
        """Mark `inputs` [sample, channel, height, width], and return them."""
        kinds = [Kind.SAMPLE, Kind.UNIT, *[Kind.OTHER] * (inputs.dim() - 2)]
        layout = tuple(axis_of(kind, size) for kind, size in zip(kinds, inputs.shape, strict=True))
        set_mark(inputs, Mark(layout))
        return inputs

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = function_name(func)
        before = self.before((args, kwargs))
        given = before.given[:1] if name in SHAPED_LIKE else before.given
        marks = {id(tensor): mark_of(tensor) for tensor in given}  # before the call, which may write to them
        varies = name not in CONSTANT and any(marks.values())
        self.is_hidden |= HIDDEN in marks.values()
        output = func(*args, **kwargs)
        if varies:
            returned = [args[0]] if name == "setitem" else tensors_in(output)
            if (name in ASKING and not returned) or name in VALUE_SHAPED:
                self.asks_values = True
            if not _is_unchanged(returned, before):
                self._n_computed += name not in REARRANGING
                for i, tensor in enumerate(returned):
                    self._mark(Call(name, args, kwargs, tensor, i, self.n_samples, marks))
        return output

    def _mark(self, call: Call) -> None:
        layout = layout_after(call)
        lost = next((mark.lost_after for mark in call.marks.values() if mark and mark.lost_after), call.name)
        set_mark(call.output, Mark(layout, "" if layout is not None else lost))

    def before(self, arguments: object) -> Before:
        """Return what `look_at` has to know of the time before a call with these arguments."""
        given = tensors_in(arguments)
        return Before(self._n_computed, given, [version(tensor) for tensor in given])

    def look_at(self, output: object, before: Before) -> Seen | None:
        """Say what is known of a call's output; None if that is a constant, no tensor, or nothing new."""
        tensors = tensors_in(output)
        marks = [mark_of(tensor) for tensor in tensors]
        if _is_unchanged(tensors, before):
            return None
        if not any(marks):
            return Seen(reason="it may depend on values that the model asked for") if self.asks_values else None
        if self._n_computed == before.n_computed and not any(mark is HIDDEN for mark in marks):
            return None
        return self._describe(tensors[0], marks[0])

    def _describe(self, tensor: torch.Tensor, mark: Mark | None) -> Seen:
        if mark is None:
            return Seen(reason="the first tensor that it returns does not depend on the inputs")
        if not tensor.is_floating_point():
            return Seen(reason=f"it holds numbers of type {str(tensor.dtype).removeprefix('torch.')}")
        if mark.layout is None:
            return Seen(reason=f"it is not known on which axis {mark.lost_after} leaves the units")
        samples, units = sample_axis(mark.layout, self.n_samples), unit_axes(mark.layout, self.n_samples)
        if samples is None:
            return Seen(reason="its samples do not lie on an axis of their own")
        if len(units) != 1:
            return Seen(reason="its units lie on several axes" if units else "none of its axes holds units")
        shape = tuple(size for axis, size in enumerate(tensor.shape) if axis != samples)
        return Seen(tensor.shape[units[0]], shape, samples, units[0])


def same(seen: list[Seen]) -> Seen:
    """Return what is known for all examples; what differs was true by chance."""
    first = seen[0]
    if any(one != first for one in seen[1:]):
        reason = next((one.reason for one in seen if one.reason), "its shape changes with the number of samples")
        return Seen(reason=reason)
    return first


def version(tensor: torch.Tensor) -> int:
    """Return a number that grows when a tensor is changed in place."""
    return 0 if tensor.is_inference() else tensor._version


def _is_unchanged(returned: list[torch.Tensor], before: Before) -> bool:
    """Say whether a call returned no tensor, or one that it was given, without changing it: then it did nothing."""
    given = zip(before.given, before.versions, strict=True)
    counts = [(version(tensor), count) for tensor, count in given if returned and tensor is returned[0]]
    return not returned or (bool(counts) and all(now == count for now, count in counts))
