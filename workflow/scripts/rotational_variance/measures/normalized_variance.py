"""The normalized variance M: the spread under rotation over the spread from sample to sample."""

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.normalize import normalize

MEASURE = Measure(
    name="normalized_variance",
    title="normalized variance",
    symbol="M",
    equation="M = transformation std / sample std",
    formula=normalize,
    zero="invariant",
    one="not",
    more_invariant="lower",
    bounds=(0, float("inf")),
    scale=(0, 2),
    reference=1.0,
    is_relative=True,
    source="Quiroga et al. 2019, doi 10.1007/978-3-030-27713-0_9",
)
