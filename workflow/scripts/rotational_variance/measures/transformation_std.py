"""The transformation std: the spread of a unit's activation under rotation, mean over the samples."""

import numpy as np

from rotational_variance.statistics.definition import Measure


def formula(transformation_std: np.ndarray) -> np.ndarray:
    """Return the statistic as it is."""
    return transformation_std


MEASURE = Measure(
    name="transformation_std",
    title="transformation std",
    symbol="transformation std",
    equation="transformation std = mean over samples of the std over angles",
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
