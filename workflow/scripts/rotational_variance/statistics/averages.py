"""Averages of a measure over the units of a layer and of a network. numpy only."""

from dataclasses import dataclass

import numpy as np

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import Measurement
from rotational_variance.statistics.units import unit_values


def layer_values(values: list[np.ndarray]) -> np.ndarray:
    """Average a measure over the finite units of each layer: [layer], NaN for a layer without any."""
    return np.array([finite_mean(of_layer) for of_layer in values])


def finite_mean(values: np.ndarray) -> float:
    """Average the finite values; NaN if there are none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


@dataclass(frozen=True)
class GlobalValue:
    """A measure of a whole network: averages over the units of all its layers, and counts of its special units.

    value                mean of the finite values, those of dead units included (of M, 1 each, as published)
    value_without_dead   the same without the dead units
    n_below_precision    units whose variation is no more than rounding noise; they have no value of a relative measure
    """

    value: float
    value_without_dead: float
    n_units: int
    n_dead: int
    n_infinite: int
    n_below_precision: int


def global_value(measurement: Measurement, measure: Measure, aggregation: str, sample_set: str) -> GlobalValue:
    """Average a measure over all units of all layers."""
    values = np.concatenate(unit_values(measurement, measure, aggregation, sample_set))
    dead = np.concatenate(measurement.dead(aggregation, sample_set))
    return GlobalValue(
        value=finite_mean(values),
        value_without_dead=finite_mean(values[~dead]),
        n_units=values.size,
        n_dead=int(dead.sum()),
        n_infinite=int(np.isinf(values).sum()),
        n_below_precision=sum(int(below.sum()) for below in measurement.below_precision(aggregation, sample_set)),
    )
