"""The measurement of one run: statistics of every unit of every layer. numpy only."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rotational_variance.measures.normalized_variance import normalize

ALL = "all"  # the sample set that holds every test sample; the others are the classes, by name
STRATIFIED = "stratified"  # derived: the mean over classes of the M of each class


@dataclass(frozen=True)
class Layer:
    """The statistics of one activation of the model.

    transformation_std, sample_std  [aggregation, sample_set, unit], float64
    kind                            convolution, normalisation, activation, pooling, residual sum, linear, ...
    """

    name: str
    kind: str
    transformation_std: np.ndarray
    sample_std: np.ndarray

    @cached_property
    def normalized(self) -> np.ndarray:
        """The normalized variance M [aggregation, sample_set, unit]."""
        return normalize(self.transformation_std, self.sample_std)

    @property
    def dead(self) -> np.ndarray:
        """True for units that never change: [aggregation, sample_set, unit]."""
        return (self.transformation_std == 0) & (self.sample_std == 0)

    @property
    def n_units(self) -> int:
        return self.transformation_std.shape[-1]


@dataclass(frozen=True)
class Measurement:
    """Every layer's statistics of one run, in the order of the forward pass.

    sample_sets  "all", then the class names; n_samples counts each
    accuracy     [sample_set, angle], shares of the samples
    attributes   its origin: the run, its spec, hashes of the dataset and of the checkpoint
    """

    layers: list[Layer]
    angles_degrees: np.ndarray
    aggregations: list[str]
    sample_sets: list[str]
    n_samples: np.ndarray
    accuracy: np.ndarray
    attributes: dict = field(default_factory=dict)

    @property
    def class_names(self) -> list[str]:
        return self.sample_sets[1:]

    def normalized(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Return M of every unit, one array [unit] per layer, for "all", "stratified" or a class.

        "stratified" is the mean over the classes of M (a mean of ratios), and inf if M of any class is inf.
        Raises ValueError for a name that the measurement does not hold.
        """
        row = _index(self.aggregations, aggregation, "aggregation")
        if sample_set == STRATIFIED:
            return [layer.normalized[row, 1:].mean(0) for layer in self.layers]
        column = _index(self.sample_sets, sample_set, "sample set")
        return [layer.normalized[row, column] for layer in self.layers]

    def dead(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Say of every unit whether it is dead, one array [unit] per layer; for "stratified", dead in every class."""
        row = _index(self.aggregations, aggregation, "aggregation")
        if sample_set == STRATIFIED:
            return [layer.dead[row, 1:].all(0) for layer in self.layers]
        column = _index(self.sample_sets, sample_set, "sample set")
        return [layer.dead[row, column] for layer in self.layers]


def _index(names: list[str], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what}: got {name!r}, expected one of {', '.join(names)}")
    return names.index(name)
