"""How far rounding moves each activation, found on a few samples in float64 beside the precision of the measurement."""

import numpy as np
import torch

from rotational_variance.activations.description import Activations
from rotational_variance.measures.aggregations import AGGREGATIONS


def measure_rounding_noise(
    activations: Activations, exact: Activations, inputs: list[torch.Tensor]
) -> list[np.ndarray]:
    """Return, by layer, the root mean square of the rounding errors of each unit's values: [aggregation, unit].

    activations  of the model as it is measured
    exact        the same activations, in the same order, of the same model with the same weights in float64
    inputs       batches [sample, channel, height, width], as they are measured

    The errors are those of all the arithmetic up to and in the unit, at the scale of what was added up there: of a
    spatial mean that cancels to 0, those of the values that cancel. Those of float64 itself are 1e-9 of these. Ours.
    """
    squares = [0.0] * len(activations.layers)
    n_samples = 0
    for batch in inputs:
        exact_values = _values(exact, batch.double())
        for layer, values in enumerate(_values(activations, batch)):
            squares[layer] = squares[layer] + (values.double() - exact_values[layer]).square().sum(
                0
            )  # [aggregation, unit]
        n_samples += len(batch)
    return [(total / n_samples).sqrt().expand(len(AGGREGATIONS), -1).cpu().numpy() for total in squares]


def estimate_rounding_noise(activations: Activations, inputs: list[torch.Tensor]) -> list[np.ndarray]:
    """Return the same, estimated for a model that does not run in float64: half a unit in the last place of its values.

    This counts the last rounding only, not those of the values that were added up.
    """
    squares = [0.0] * len(activations.layers)
    for batch in inputs:
        for layer, values in enumerate(_values(activations, batch)):
            squares[layer] = squares[layer] + values.double().square().sum(0)
    n_samples, last_place = sum(map(len, inputs)), torch.finfo(inputs[0].dtype).eps / 2
    return [(total / n_samples).sqrt().mul(last_place).expand(len(AGGREGATIONS), -1).cpu().numpy() for total in squares]


def _values(activations: Activations, inputs: torch.Tensor) -> list[torch.Tensor]:
    """Return, by layer, the values [sample, aggregation, unit]."""
    values: list[torch.Tensor] = []
    activations.run(inputs, lambda layer, of_layer: values.append(of_layer.clone()))
    return values
