"""What figures are drawn from: all that one training of one model on one dataset came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rotational_variance.measures.averages import layer_values
from rotational_variance.measures.measurement import Measurement


@dataclass(frozen=True)
class TrainingResult:
    """The runs of one training, one a seed.

    tensors    with the layers that are to be shown
    histories  losses and accuracies by epoch
    """

    tensors: Sequence[Measurement]
    histories: Sequence[list[dict[str, float]]] = ()

    def layer_values(self, aggregation: str, sample_set: str) -> np.ndarray:
        """Return M averaged over the units of each layer: [seed, layer]."""
        return np.stack([layer_values(tensor.normalized(aggregation, sample_set)) for tensor in self.tensors])

    def accuracies(self) -> np.ndarray:
        """Return the shares of the test set that are classified correctly in the end: [seed, (upright, rotated)]."""
        last = [history[-1] for history in self.histories]
        return np.array([(row["test_upright_accuracy"], row["test_rotated_accuracy"]) for row in last])


Results = Mapping[str, TrainingResult]  # by training, in the order of COLORS


def any_tensor(results: Results) -> Measurement:
    """Return a tensor that tells the layers and the sample sets of all of them."""
    return next(iter(results.values())).tensors[0]
