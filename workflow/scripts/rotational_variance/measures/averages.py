"""Averages of the normalized variance M over the units of a layer and of a network. numpy only."""

from dataclasses import dataclass

import numpy as np

from rotational_variance.measures.measurement import Measurement


def layer_values(normalized: list[np.ndarray]) -> np.ndarray:
    """Average M over the finite units of each layer: [layer], NaN for a layer without any."""
    return np.array([finite_mean(values) for values in normalized])


def finite_mean(values: np.ndarray) -> float:
    """Average the finite values; NaN if there are none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


@dataclass(frozen=True)
class GlobalVariance:
    """M of a whole network: averages over the units of all its layers, and counts of its special units.

    value                mean of the finite M; dead units count as 1 (as published)
    value_without_dead   the same without the dead units
    n_below_precision    units whose variation is no more than rounding noise; they have no M, so no average holds them
    """

    value: float
    value_without_dead: float
    n_units: int
    n_dead: int
    n_infinite: int
    n_below_precision: int


def global_variance(measurement: Measurement, aggregation: str, sample_set: str) -> GlobalVariance:
    """Average M over all units of all layers."""
    values = np.concatenate(measurement.normalized(aggregation, sample_set))
    dead = np.concatenate(measurement.dead(aggregation, sample_set))
    return GlobalVariance(
        value=finite_mean(values),
        value_without_dead=finite_mean(values[~dead]),
        n_units=values.size,
        n_dead=int(dead.sum()),
        n_infinite=int(np.isinf(values).sum()),
        n_below_precision=sum(int(below.sum()) for below in measurement.below_precision(aggregation, sample_set)),
    )
