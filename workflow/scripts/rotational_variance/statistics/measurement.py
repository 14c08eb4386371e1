"""The measurement of one run: statistics of every unit of every layer. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rotational_variance.statistics.normalize import normalize
from rotational_variance.statistics.rounding import below_precision

ALL = "all"  # the sample set that holds every test sample; the others are the classes, by name
STRATIFIED = "stratified"  # derived: the mean over classes of the measure of each class


@dataclass(frozen=True)
class Layer:
    """The statistics of one activation of the model, and the rules for units that are dead or below precision.

    kind            convolution, normalisation, activation, pooling, residual sum, linear, ...
    statistics      by name: [aggregation, sample_set, unit], float64; among them transformation_std and sample_std
    rounding_noise  [aggregation, unit], float64: root mean square of the rounding errors of the values
    unit_axis       the axis of the activation that held the units
    """

    name: str
    kind: str
    statistics: Mapping[str, np.ndarray]
    rounding_noise: np.ndarray
    unit_axis: int

    @property
    def normalized_variance(self) -> np.ndarray:
        """M of every unit [aggregation, sample_set, unit], as the variance file holds it; NaN below precision."""
        return np.where(self.below_precision, np.nan, normalize(self.transformation_std, self.sample_std))

    @cached_property
    def below_precision(self) -> np.ndarray:
        """True for units whose variation is no more than rounding noise: [aggregation, sample_set, unit]."""
        return below_precision(self.transformation_std, self.sample_std, self.rounding_noise)

    @cached_property
    def dead(self) -> np.ndarray:
        """True for units that never change: [aggregation, sample_set, unit]."""
        return (self.transformation_std == 0) & (self.sample_std == 0)

    @property
    def stratified_dead(self) -> np.ndarray:
        """True for units that are dead in every class: [aggregation, unit]."""
        return self.dead[:, 1:].all(1)

    @property
    def stratified_below_precision(self) -> np.ndarray:
        """True for units that are below precision in a class, and in every class where they are not dead."""
        below = self.below_precision[:, 1:]  # [aggregation, class, unit]
        return (below | self.dead[:, 1:]).all(1) & below.any(1)

    @property
    def n_units(self) -> int:
        return self.rounding_noise.shape[-1]

    @property
    def transformation_std(self) -> np.ndarray:
        return self.statistics["transformation_std"]

    @property
    def sample_std(self) -> np.ndarray:
        return self.statistics["sample_std"]


@dataclass(frozen=True)
class Measurement:
    """Every layer's statistics of one run, in the order of the forward pass.

    sample_sets  "all", then the class names; n_samples counts each
    n_test       [sample_set], the samples of the whole test set, of which `n_samples` were measured
    accuracy     [sample_set, angle], shares of the samples
    attributes   its origin: the run, its spec, hashes of the dataset and of the checkpoint
    """

    layers: list[Layer]
    angles_degrees: np.ndarray
    aggregations: list[str]
    sample_sets: list[str]
    n_samples: np.ndarray
    n_test: np.ndarray
    accuracy: np.ndarray
    attributes: dict = field(default_factory=dict)

    @property
    def class_names(self) -> list[str]:
        return self.sample_sets[1:]

    def dead(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Say of every unit whether it is dead, one array [unit] per layer; for "stratified", dead in every class."""
        return self._of_units("dead", "stratified_dead", aggregation, sample_set)

    def below_precision(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Say of every unit whether its variation is no more than rounding noise, one array [unit] per layer."""
        return self._of_units("below_precision", "stratified_below_precision", aggregation, sample_set)

    def aggregation_index(self, name: str) -> int:
        """Return the number of an aggregation. Raises ValueError for one that the measurement does not hold."""
        return _index(self.aggregations, name, "aggregation")

    def sample_set_index(self, name: str) -> int:
        """Return the number of a sample set. Raises ValueError for one that the measurement does not hold."""
        return _index(self.sample_sets, name, "sample set")

    def _of_units(self, name: str, stratified: str, aggregation: str, sample_set: str) -> list[np.ndarray]:
        row = self.aggregation_index(aggregation)
        if sample_set == STRATIFIED:
            return [getattr(layer, stratified)[row] for layer in self.layers]
        column = self.sample_set_index(sample_set)
        return [getattr(layer, name)[row, column] for layer in self.layers]


def _index(names: list[str], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what}: got {name!r}, expected one of {', '.join(names)}")
    return names.index(name)
