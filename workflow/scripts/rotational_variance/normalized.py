"""The normalized variance M of units, and its averages over classes, layers and networks. numpy only.

Source: Quiroga, Torrents-Barrena, Lanzarini, Puig 2019, "Measuring (in)variances in Convolutional Networks".
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

ALL = "all"  # the sample set that holds every test sample; the others are the classes, by name
STRATIFIED = "stratified"  # derived: the mean over classes of the M of each class


def normalize(transformation_std: np.ndarray, sample_std: np.ndarray) -> np.ndarray:
    """Divide: M = transformation std / sample std, elementwise. 0 is fully invariant, about 1 or more is not.

    0 / 0 is 1 (a dead unit: it never changes), x / 0 is inf. Source: Quiroga et al. 2019, as published.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.divide(transformation_std, sample_std)
    ratio[(transformation_std == 0) & (sample_std == 0)] = 1.0
    return ratio


@dataclass(frozen=True)
class Layer:
    """What was measured of one activation of the model.

    transformation_std, sample_std  [aggregation, sample_set, unit], float64
    kind                            convolution, normalisation, activation, pooling, residual sum, linear, ...
    """

    name: str
    kind: str
    transformation_std: np.ndarray
    sample_std: np.ndarray

    @cached_property
    def normalized(self) -> np.ndarray:
        """M [aggregation, sample_set, unit]."""
        return normalize(self.transformation_std, self.sample_std)

    @property
    def dead(self) -> np.ndarray:
        """Whether a unit never changes: [aggregation, sample_set, unit]."""
        return (self.transformation_std == 0) & (self.sample_std == 0)

    @property
    def n_units(self) -> int:
        return self.transformation_std.shape[-1]


@dataclass(frozen=True)
class VarianceTensor:
    """Every layer's statistics of one run, in the order of the forward pass.

    sample_sets  "all", then the class names; n_samples counts each
    accuracy     [sample_set, angle], shares of the samples
    attributes   what made it: the run, its spec, hashes of what it was measured on
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
        """M of every unit, one array [unit] a layer, for "all", "stratified" or a class.

        Stratified is the mean over the classes of M (a mean of ratios), inf where M of any class is.
        Raises ValueError for a name that the tensor does not hold.
        """
        row = _index(self.aggregations, aggregation, "aggregation")
        if sample_set == STRATIFIED:
            return [layer.normalized[row, 1:].mean(0) for layer in self.layers]
        column = _index(self.sample_sets, sample_set, "sample set")
        return [layer.normalized[row, column] for layer in self.layers]

    def dead(self, aggregation: str, sample_set: str) -> list[np.ndarray]:
        """Say of every unit whether it is dead, one array [unit] a layer; for "stratified", in every class."""
        row = _index(self.aggregations, aggregation, "aggregation")
        if sample_set == STRATIFIED:
            return [layer.dead[row, 1:].all(0) for layer in self.layers]
        column = _index(self.sample_sets, sample_set, "sample set")
        return [layer.dead[row, column] for layer in self.layers]


def _index(names: list[str], name: str, what: str) -> int:
    if name not in names:
        raise ValueError(f"{what}: got {name!r}, expected one of {', '.join(names)}")
    return names.index(name)


def layer_values(normalized: list[np.ndarray]) -> np.ndarray:
    """Average M over the finite units of each layer: [layer], NaN for a layer without any."""
    return np.array([finite_mean(values) for values in normalized])


def finite_mean(values: np.ndarray) -> float:
    """Average the finite values; NaN where there are none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


@dataclass(frozen=True)
class GlobalVariance:
    """M of a whole network: averages over the units of all its layers, and what they leave out or hide.

    value                mean of the finite M; dead units count as 1 (as published)
    value_without_dead   the same without the dead units
    """

    value: float
    value_without_dead: float
    n_units: int
    n_dead: int
    n_infinite: int


def global_variance(tensor: VarianceTensor, aggregation: str, sample_set: str) -> GlobalVariance:
    """Average M over all units of all layers."""
    values = np.concatenate(tensor.normalized(aggregation, sample_set))
    dead = np.concatenate(tensor.dead(aggregation, sample_set))
    return GlobalVariance(
        value=finite_mean(values),
        value_without_dead=finite_mean(values[~dead]),
        n_units=values.size,
        n_dead=int(dead.sum()),
        n_infinite=int(np.isinf(values).sum()),
    )
