"""The data that figures are drawn from: the results of each training of one model on one dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rotational_variance.measures.averages import layer_values
from rotational_variance.measures.measurement import Measurement


@dataclass(frozen=True)
class TrainingResult:
    """The runs of one training, one per seed.

    measurements    the measurement of each run, with only the layers to show
    histories  the losses and accuracies of each run by epoch
    """

    measurements: Sequence[Measurement]
    histories: Sequence[list[dict[str, float]]] = ()

    def layer_values(self, aggregation: str, sample_set: str) -> np.ndarray:
        """Return M averaged over the units of each layer: [seed, layer]."""
        return np.stack(
            [layer_values(measurement.normalized(aggregation, sample_set)) for measurement in self.measurements]
        )

    def accuracies(self) -> np.ndarray:
        """Return the test accuracies after the last epoch, as shares: [seed, (upright, rotated)]."""
        last = [history[-1] for history in self.histories]
        return np.array([(row["test_upright_accuracy"], row["test_rotated_accuracy"]) for row in last])


Results = Mapping[str, TrainingResult]  # by training, in the order of COLORS


def any_measurement(results: Results) -> Measurement:
    """Return one of the measurements; all have the same layers and sample sets."""
    return next(iter(results.values())).measurements[0]
