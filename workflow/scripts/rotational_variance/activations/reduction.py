"""Reduce an activation to one number per unit."""

import torch

AGGREGATIONS = ("mean", "max")


def aggregate(activation: torch.Tensor) -> torch.Tensor:
    """Reduce the axes after the unit (for a feature map, space), once for each of AGGREGATIONS.

    activation  [sample, unit] or [sample, unit, ...]
    returns     [sample, aggregation, unit], float32 or float64; for vectors, [sample, 1, unit], as all agree
    """
    wide = torch.promote_types(activation.dtype, torch.float32)  # a mean has more digits than bfloat16 holds
    space = tuple(range(2, activation.dim()))
    if not space:
        return activation.to(wide, copy=True).unsqueeze(1)  # a copy, as the next call may overwrite it
    return torch.stack((activation.mean(space, dtype=wide), activation.amax(space).to(wide)), dim=1)
