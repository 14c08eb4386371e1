"""The data that figures are drawn from: the results of each training of one model on one dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rotational_variance.measures.averages import layer_values
from rotational_variance.measures.chance import learned_nothing
from rotational_variance.measures.measurement import Measurement


@dataclass(frozen=True)
class TrainingResult:
    """The runs of one training, one per seed.

    measurements    the measurement of each run, with only the layers to show
    histories       the losses and accuracies of each run by epoch
    """

    measurements: Sequence[Measurement]
    histories: Sequence[list[dict[str, float]]]

    @property
    def first_seed(self) -> "TrainingResult":
        """The run of the first seed alone."""
        return TrainingResult(self.measurements[:1], self.histories[:1])

    @cached_property
    def at_chance(self) -> str:
        """How many of the networks learned nothing: "at chance", "1 of 3 seeds at chance", or "" for none."""
        runs = list(zip(self.histories, self.measurements, strict=True))
        n = sum(learned_nothing(history, measurement.n_test) for history, measurement in runs)
        return "" if n == 0 else "at chance" if n == len(runs) else f"{n} of {len(runs)} seeds at chance"

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


def training_label(training: str, result: TrainingResult, separator: str = " ") -> str:
    """Name a training, and after `separator` in brackets how many of its runs are at chance, if there are any."""
    return separator.join([f"{training} training", *([f"({result.at_chance})"] if result.at_chance else [])])


def chance_labels(results: Results) -> list[str]:
    """Name those trainings that have runs at chance, and say how many."""
    return [training_label(training, result) for training, result in results.items() if result.at_chance]


def any_measurement(results: Results) -> Measurement:
    """Return one of the measurements; all have the same layers and sample sets."""
    return next(iter(results.values())).measurements[0]
