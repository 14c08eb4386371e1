"""Choose two units that show what M tells: an invariant one, and one that rotation changes more. numpy only."""

import numpy as np

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.measurement import ALL, Measurement
from rotational_variance.statistics.units import unit_values

LEAST_SPREAD = 0.01  # of the layer's median sample std, without dead units: what hardly changes at all shows nothing
MAX_M = 1.2  # of the variant unit, where there is one: what changes much more is a rare case


def choose_units(measurement: Measurement, aggregation: str) -> tuple[int, tuple[int, int]]:
    """Return the number of a layer, and of its most invariant and a variant unit, over all samples.

    It is the layer in which the two are the farthest apart. Units that are dead, infinite, below precision or nearly
    constant are not chosen. Without a layer of two other units, it is the first layer of two units or more, with its
    first and last one.
    """
    row = measurement.aggregation_index(aggregation)
    number = next((i for i, layer in enumerate(measurement.layers) if layer.n_units > 1), 0)
    best, chosen = 0.0, (number, (0, measurement.layers[number].n_units - 1))
    for number, (layer, values) in enumerate(
        zip(measurement.layers, unit_values(measurement, M, aggregation, ALL), strict=True)
    ):
        spread = layer.sample_std[row, 0]
        usual_spread = np.median(spread[spread > 0]) if (spread > 0).any() else 0
        sound = np.flatnonzero(np.isfinite(values) & (spread > 0) & (spread >= LEAST_SPREAD * usual_spread))
        if len(sound) < 2:
            continue
        usual = sound[values[sound] <= MAX_M]
        lowest = sound[values[sound].argmin()]
        highest = usual[values[usual].argmax()] if len(usual) > 1 else sound[values[sound].argmax()]
        distance = values[highest] - values[lowest]
        if distance > best:
            best, chosen = distance, (number, (int(lowest), int(highest)))
    return chosen
