"""The data that figures are drawn from: the results of each training of one model on one dataset."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rotational_variance.figures.parts.training_looks import LOOKS, Look
from rotational_variance.statistics.averages import layer_values
from rotational_variance.statistics.chance import learned_nothing
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import Measurement
from rotational_variance.statistics.trainings import Training
from rotational_variance.statistics.units import unit_values


@dataclass(frozen=True)
class TrainingResult:
    """The runs of one training, one per seed.

    training        the training
    measurements    the measurement of each run, with only the layers to show
    histories       the losses and accuracies of each run by epoch
    """

    training: Training
    measurements: Sequence[Measurement]
    histories: Sequence[list[dict[str, float]]]

    @property
    def first_seed(self) -> "TrainingResult":
        """The run of the first seed alone."""
        return TrainingResult(self.training, self.measurements[:1], self.histories[:1])

    @property
    def look(self) -> Look:
        """The look of the training in all figures."""
        return LOOKS[self.training.look]

    @cached_property
    def is_at_chance(self) -> np.ndarray:
        """Whether the network of a run learned nothing: [seed]."""
        runs = zip(self.histories, self.measurements, strict=True)
        return np.array([learned_nothing(history, measurement.n_test) for history, measurement in runs])

    @property
    def at_chance(self) -> str:
        """How many of the networks learned nothing: "at chance", "1 of 3 seeds at chance, left out", or "" for none."""
        n_seeds, n = len(self.is_at_chance), self.is_at_chance.sum()
        return "" if n == 0 else "at chance" if n == n_seeds else f"{n} of {n_seeds} seeds at chance, left out"

    def label(self, separator: str = " ") -> str:
        """Name the training, and after `separator` in brackets how many of its runs are at chance, if any are."""
        return separator.join([self.training.label, *([f"({self.at_chance})"] if self.at_chance else [])])

    @property
    def has_curve(self) -> bool:
        """Whether the networks were trained at all: the history of one that was not has a single row, of epoch 0."""
        return self.histories[0][-1]["epoch"] > 0

    def by_seed(self, values: Sequence) -> np.ndarray:
        """Return values of each run as one array [seed, ...], NaN for runs that means over seeds leave out.

        These are the runs at chance, unless all are: the mean is then over all.
        """
        found = np.array(values, dtype=float)
        if not self.is_at_chance.all():
            found[self.is_at_chance] = np.nan
        return found

    def layer_values(self, measure: Measure, aggregation: str, sample_set: str) -> np.ndarray:
        """Return a measure averaged over the units of each layer: [seed, layer], as `by_seed`."""
        return self.by_seed(
            [layer_values(unit_values(one, measure, aggregation, sample_set)) for one in self.measurements]
        )

    def accuracies(self) -> np.ndarray:
        """Return the test accuracies after the last epoch, as shares: [seed, (upright, rotated)], as `by_seed`."""
        last = [history[-1] for history in self.histories]
        return self.by_seed([(row["test_upright_accuracy"], row["test_rotated_accuracy"]) for row in last])


Results = Mapping[str, TrainingResult]  # by the name of the training, in their order


def chance_labels(results: Results) -> list[str]:
    """Name those trainings that have runs at chance, and say how many."""
    return [result.label() for result in results.values() if result.at_chance]


def shown_words(results: Results, measures: Iterable[Measure]) -> Iterator[str]:
    """Yield the words that figures may show whatever they are about, and that users choose."""
    for result in results.values():
        yield result.training.label
    yield from (layer.name for layer in any_measurement(results).layers)
    for measure in measures:
        yield from (measure.title, measure.symbol, measure.equation, measure.zero, measure.one)


def any_measurement(results: Results) -> Measurement:
    """Return one of the measurements; all have the same layers and sample sets."""
    return next(iter(results.values())).measurements[0]
