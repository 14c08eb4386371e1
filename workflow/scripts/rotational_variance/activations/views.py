"""Views of batches in any memory layout: `x.view(len(x), -1)` stops on images with their channels last."""

import torch
from torch import fx


def view(x: torch.Tensor, *shape: object) -> torch.Tensor:
    """Return a view of `x`, or a copy where its memory allows no view: the same numbers."""
    try:
        return x.view(*shape)
    except RuntimeError:
        return x.reshape(*shape)


def allow_copies(traced: fx.GraphModule) -> None:
    """Let a traced model copy where it cannot view. Call `recompile` afterwards."""
    for node in traced.graph.nodes:
        if node.op == "call_method" and node.target == "view" and not node.kwargs:
            node.op, node.target = "call_function", view
