"""The statistics of a unit that are measured: one line for each, by name. All axes are [aggregation, sample_set, unit].

A measure of a new statistic needs a line here, its name in storage/measurement_layout.py, and its own file.
"""

from collections.abc import Callable

import torch

from rotational_variance.measuring.moments import Moments

Statistic = Callable[[Moments], torch.Tensor]

# Of the moments over the angles, of each sample: the statistic is the mean over the samples.
OVER_ANGLES: dict[str, Statistic] = {"transformation_std": Moments.std}
# Of the moments over the samples, at each angle: the statistic is the mean over the angles.
OVER_SAMPLES: dict[str, Statistic] = {"sample_std": Moments.std}
