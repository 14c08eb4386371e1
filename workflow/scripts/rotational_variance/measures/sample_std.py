"""The sample std: the spread of a unit's activation from sample to sample, mean over the angles."""

import numpy as np

from rotational_variance.statistics.definition import Measure


def formula(sample_std: np.ndarray) -> np.ndarray:
    """Return the statistic as it is."""
    return sample_std


MEASURE = Measure(
    name="sample_std",
    title="sample std",
    symbol="sample std",
    equation="sample std = mean over angles of the std over samples",
    formula=formula,
    zero="",
    one="",
    more_invariant="neither",  # a unit of small values changes little in everything
    bounds=(0, float("inf")),
    scale=(1e-3, 100),
    reference=None,
    is_relative=False,
    source="Quiroga et al. 2019, doi 10.1007/978-3-030-27713-0_9",
    is_logarithmic=True,
)
