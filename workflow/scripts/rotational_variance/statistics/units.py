"""A measure of every unit: the rules that hold for all measures. numpy only."""

import numpy as np

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import STRATIFIED, Layer, Measurement

EVERYTHING = (slice(None), slice(None))


def unit_values(measurement: Measurement, measure: Measure, aggregation: str, sample_set: str) -> list[np.ndarray]:
    """Return a measure of every unit, one array [unit] per layer, for "all", "stratified" or a class.

    "stratified" is the mean over the classes (of M, a mean of ratios), and inf if that of any class is inf. NaN for
    units without a value. Raises ValueError for a name that the measurement does not hold, and as `evaluate`.
    """
    row = measurement.aggregation_index(aggregation)
    if sample_set == STRATIFIED:
        return [stratify(layer, measure, row) for layer in measurement.layers]
    column = measurement.sample_set_index(sample_set)
    return [evaluate(layer, measure, (row, column)) for layer in measurement.layers]


def evaluate(layer: Layer, measure: Measure, where: tuple = EVERYTHING) -> np.ndarray:
    """Return a measure of every unit of a layer: [aggregation, sample_set, unit], or a part of that.

    where  an index of the axes aggregation and sample_set
    NaN for units below precision, which have no value of a relative measure. Raises ValueError as `Measure.evaluate`.
    """
    found = measure.evaluate(*(layer.statistics[name][where] for name in measure.statistics))
    return np.where(layer.below_precision[where], np.nan, found) if measure.is_relative else found


def stratify(layer: Layer, measure: Measure, aggregation: int | slice = slice(None)) -> np.ndarray:
    """Return the mean over the classes of a measure of every unit of a layer: [aggregation, unit], or [unit] of one.

    Classes in which a unit has no value (NaN) are left out. NaN for a unit that is below precision, stratified.
    """
    by_class = evaluate(layer, measure, (aggregation, slice(1, None)))  # [aggregation, class, unit]
    has_value = ~np.isnan(by_class)
    mean = np.where(has_value, by_class, 0).sum(-2) / np.maximum(has_value.sum(-2), 1)
    below = layer.stratified_below_precision[aggregation]
    return np.where(below, np.nan, mean) if measure.is_relative else mean
