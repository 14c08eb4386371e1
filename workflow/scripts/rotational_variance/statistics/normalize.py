"""The normalized variance of a unit: a ratio of two stds. numpy only."""

import numpy as np


def normalize(transformation_std: np.ndarray, sample_std: np.ndarray) -> np.ndarray:
    """Divide: M = transformation std / sample std, elementwise. 0 is fully invariant, about 1 or more is not.

    0 / 0 is 1 (a dead unit: it never changes), x / 0 is inf. Source: Quiroga et al. 2019, as published. It stands apart
    from the measure's labels, because the variance file holds M, and no label is to have anything measured again.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.divide(transformation_std, sample_std)
    ratio[(transformation_std == 0) & (sample_std == 0)] = 1.0
    return ratio
