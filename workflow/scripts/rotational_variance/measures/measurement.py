"""The measurement of one run: statistics of every unit of every layer. numpy only."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rotational_variance.measures.normalized_variance import normalize
from rotational_variance.measures.rounding import below_precision

ALL = "all"  # the sample set that holds every test sample; the others are the classes, by name
STRATIFIED = "stratified"  # derived: the mean over classes of the M of each class


@dataclass(frozen=True)
class Layer:
    """The statistics of one activation of the model.

    kind                            convolution, normalisation, activation, pooling, residual sum, linear, ...
    transformation_std, sample_std  [aggregation, sample_set, unit], float64
    rounding_noise                  [aggregation, unit], float64: root mean square of the rounding errors of the values
    unit_axis                       the axis of the activation that held the units
    """

    name: str
    kind: str
    transformation_std: np.ndarray
    sample_std: np.ndarray
    rounding_noise: np.ndarray
    unit_axis: int

    @cached_property
    def normalized(self) -> np.ndarray:
        """The normalized variance M [aggregation, sample_set, unit]; NaN for units below precision, which have none."""
        return np.where(self.below_precision, np.nan, normalize(self.transformation_std, self.sample_std))

    @cached_property
    def below_precision(self) -> np.ndarray:
        """True for units whose variation is no more than rounding noise: [aggregation, sample_set, unit]."""
        return below_precision(self.transformation_std, self.sample_std, self.rounding_noise)

    @cached_property
    def dead(self) -> np.ndarray:
        """True for units that never change: [aggregation, sample_set, unit]."""
        return (self.transformation_std == 0) & (self.sample_std == 0)

    @cached_property
    def stratified(self) -> np.ndarray:
        """The mean over the classes of M: [aggregation, unit]; inf if M of any class is inf.

        Classes in which a unit is below precision are left out. NaN for a unit that is below precision, stratified.
        """
        by_class, has_m = self.normalized[:, 1:], ~self.below_precision[:, 1:]  # [aggregation, class, unit]
        total = np.where(has_m, by_class, 0).sum(1)
        return np.where(self.stratified_below_precision, np.nan, total / np.maximum(has_m.sum(1), 1))

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
        return self.transformation_std.shape[-1]


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

    def normalized(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Return M of every unit, one array [unit] per layer, for "all", "stratified" or a class.

        "stratified" is the mean over the classes of M (a mean of ratios), and inf if M of any class is inf. M is NaN
        for units below precision. Raises ValueError for a name that the measurement does not hold.
        """
        return self._of_units("normalized", "stratified", aggregation, sample_set)

    def dead(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Say of every unit whether it is dead, one array [unit] per layer; for "stratified", dead in every class."""
        return self._of_units("dead", "stratified_dead", aggregation, sample_set)

    def below_precision(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Say of every unit whether its variation is no more than rounding noise, one array [unit] per layer."""
        return self._of_units("below_precision", "stratified_below_precision", aggregation, sample_set)

    def _of_units(self, name: str, stratified: str, aggregation: str, sample_set: str) -> list[np.ndarray]:
        row = _index(self.aggregations, aggregation, "aggregation")
        if sample_set == STRATIFIED:
            return [getattr(layer, stratified)[row] for layer in self.layers]
        column = _index(self.sample_sets, sample_set, "sample set")
        return [getattr(layer, name)[row, column] for layer in self.layers]


def _index(names: list[str], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what}: got {name!r}, expected one of {', '.join(names)}")
    return names.index(name)
