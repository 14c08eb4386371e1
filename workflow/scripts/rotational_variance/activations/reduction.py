"""Reduce an activation to one number per unit."""

import torch

from rotational_variance.statistics.aggregations import AGGREGATIONS


def aggregate(activation: torch.Tensor, sample_axis: int = 0, unit_axis: int = 1) -> torch.Tensor:
    """Reduce all other axes (for a feature map, space), once for each of AGGREGATIONS.

    activation  [sample, unit] or [sample, unit, ...]; or with the samples and the units on other axes
    returns     [sample, aggregation, unit], float32 or float64; for vectors, [sample, 1, unit], as all agree
    """
    wide = torch.promote_types(activation.dtype, torch.float32)  # a mean has more digits than bfloat16 holds
    space = tuple(axis for axis in range(activation.dim()) if axis not in (sample_axis, unit_axis))
    if unit_axis < sample_axis:
        activation = activation.transpose(sample_axis, unit_axis)
    if not space:
        return activation.to(wide, copy=True).unsqueeze(1)  # [sample, 1, unit]; a copy: the next call may overwrite it
    by_name = {
        "mean": activation.mean(space, dtype=wide),  # [sample, unit]
        "max": activation.amax(space).to(wide),  # [sample, unit]
    }
    return torch.stack([by_name[name] for name in AGGREGATIONS], dim=1)  # [sample, aggregation, unit]
