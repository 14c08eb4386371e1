"""Marks on the tensors that depend on the inputs: the layout of each, as far as it is known.

Marks are set after each function that torch reports. Some computations escape it: those of torch.jit.script, of
extensions, of writes into a view. So torch's dispatcher marks the memory that they write to as well.
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from rotational_variance.activations.axes.function_names import CONSTANT
from rotational_variance.activations.axes.torch_call import Mark, tensors_in

_ATTRIBUTE = "_rotational_variance_marks"


HIDDEN = Mark(None, "a function that torch does not report")
_OF_A_PART = Mark(None, "a write into a part of a tensor")


class MemoryMarker(TorchDispatchMode):
    """Mark the memory of all that depends on the inputs, in a context around a forward pass."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Spare the import of torch's compiler, which takes longer than finding the activations of a small model."""
        return False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        with torch._C.DisableTorchFunction():
            output = func(*args, **kwargs)
        name = func._schema.name.rpartition(":")[2].strip("_")
        if name not in CONSTANT and any(is_marked(tensor) for tensor in tensors_in((args, kwargs))):
            for tensor in tensors_in(output):
                _marks_in_memory(tensor, make=True)
        return output


def set_mark(tensor: torch.Tensor, mark: Mark) -> None:
    """Mark a tensor by its place in memory, so that other tensors in the same place are marked, too."""
    _marks_in_memory(tensor, make=True)[_place(tensor)] = mark


def mark_of(tensor: torch.Tensor) -> Mark | None:
    """Return a tensor's mark; None if it does not depend on the inputs."""
    marks = _marks_in_memory(tensor)
    return None if marks is None else marks.get(_place(tensor), _OF_A_PART if marks else HIDDEN)


def is_marked(tensor: torch.Tensor) -> bool:
    """Say whether a tensor depends on the inputs."""
    return mark_of(tensor) is not None


def _place(tensor: torch.Tensor) -> tuple:
    is_strided = tensor.layout is torch.strided
    return (tensor.storage_offset(), tensor.shape, tensor.stride()) if is_strided else tuple(tensor.shape)


def _marks_in_memory(tensor: torch.Tensor, *, make: bool = False) -> dict[tuple, Mark] | None:
    """Return the marks of all tensors that share a tensor's memory, by their places; None if nothing is marked."""
    try:
        memory = tensor.untyped_storage()
    except NotImplementedError:  # sparse tensors, and those inside torch.vmap
        memory = tensor
    if make and not hasattr(memory, _ATTRIBUTE):
        setattr(memory, _ATTRIBUTE, {})
    return getattr(memory, _ATTRIBUTE, None)
