"""Reduce an activation to one number per unit."""

import torch

from rotational_variance.measures.aggregations import AGGREGATIONS


def aggregate(activation: torch.Tensor) -> torch.Tensor:
    """Reduce the axes after the unit (for a feature map, space), once for each of AGGREGATIONS.

    activation  [sample, unit] or [sample, unit, ...]
    returns     [sample, aggregation, unit], float32 or float64; for vectors, [sample, 1, unit], as all agree
    """
    wide = torch.promote_types(activation.dtype, torch.float32)  # a mean has more digits than bfloat16 holds
    space = tuple(range(2, activation.dim()))
    if not space:
        return activation.to(wide, copy=True).unsqueeze(1)  # [sample, 1, unit]; a copy: the next call may overwrite it
    by_name = {
        "mean": activation.mean(space, dtype=wide),  # [sample, unit]
        "max": activation.amax(space).to(wide),  # [sample, unit]
    }
    return torch.stack([by_name[name] for name in AGGREGATIONS], dim=1)  # [sample, aggregation, unit]
