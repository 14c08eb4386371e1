"""The sample std: the spread of a unit's activation from sample to sample, mean over the angles."""

from dataclasses import replace

import numpy as np

from rotational_variance.measures.transformation_std import MEASURE as TRANSFORMATION_STD


def formula(sample_std: np.ndarray) -> np.ndarray:
    """Return the statistic as it is."""
    return sample_std


# Drawn like the transformation std, so that the two can be compared.
MEASURE = replace(
    TRANSFORMATION_STD,
    name="sample_std",
    title="sample std",
    symbol="sample std",
    equation="sample std = mean over angles of the std over samples",
    formula=formula,
)
