"""Tell units whose variation is no more than rounding noise. numpy only."""

import numpy as np

NOISE_FACTOR = 4.0  # a unit has an M if either of its stds is above this many times its rounding noise


def below_precision(transformation_std: np.ndarray, sample_std: np.ndarray, rounding_noise: np.ndarray) -> np.ndarray:
    """Say of which units both stds may be rounding noise: such a unit has no M.

    transformation_std, sample_std  [aggregation, sample_set, unit]
    rounding_noise                  [aggregation, unit]: root mean square of the rounding errors of the unit's values
    returns                         [aggregation, sample_set, unit], bool; False for dead units, whose stds are both 0

    Noise of std e that is independent of a unit's values turns a std of s into sqrt(s^2 + e^2). Where s is 4 e or more,
    that is an error of at most sqrt(1 + 1/16) - 1 = 3 %. Where neither std reaches that, M is the ratio of two noises,
    and lies near 1 for whatever unit. Where one of them does, M is close to 0, or large, and says so rightly. Ours.
    """
    threshold = NOISE_FACTOR * rounding_noise[:, None]  # [aggregation, 1, unit]
    dead = (transformation_std == 0) & (sample_std == 0)
    return (transformation_std <= threshold) & (sample_std <= threshold) & ~dead
