"""The numbers of every layer of a run: one row per layer, aggregation and sample set."""

import numpy as np

from rotational_variance.measures.layer_selection import published_layers
from rotational_variance.measures.measurement import ALL, STRATIFIED, Layer, Measurement

# Texts that pandas reads as a missing value by default; a class may have such a name.
_READ_AS_MISSING = {
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
}  # fmt: skip


def layer_rows(run: dict, measurement: Measurement) -> list[dict]:
    """Return the rows of a run, ordered by layer, aggregation and sample set (all, stratified, each class).

    position                          of the layer in the forward pass, from 0, all layers counted
    published                         whether the published averages held the layer
    unit_axis                         the axis of the layer's activation that held the units
    normalized_variance               the mean M over the finite units, dead units as 1; NaN if no unit is finite
    normalized_variance_without_dead  the same mean without the dead units
    transformation_std, sample_std    means over the units; for stratified, the means of these over the classes
    n_dead, n_infinite                numbers of units; for stratified, dead in every class, infinite in any class
    n_below_precision                 number of units without M; for stratified, in every class where they are not dead
    """
    sample_sets = [ALL, STRATIFIED, *map(_class_label, measurement.class_names)]
    published = {id(layer) for layer in published_layers(measurement.layers)}
    rows = []
    for position, layer in enumerate(measurement.layers):
        row = run | {
            "position": position,
            "layer": layer.name,
            "kind": layer.kind,
            "published": id(layer) in published,
            "unit_axis": layer.unit_axis,
            "n_units": layer.n_units,
        }
        statistics = {name: values.tolist() for name, values in _statistics(layer).items()}
        for i, aggregation in enumerate(measurement.aggregations):
            for j, sample_set in enumerate(sample_sets):
                named = {"aggregation": aggregation, "sample_set": sample_set}
                rows.append(row | named | {name: values[i][j] for name, values in statistics.items()})
    return rows


def _class_label(name: str) -> str:
    """Return the name of a class, prefixed if it would be read as a missing value."""
    return f"class {name}" if name in _READ_AS_MISSING else name


def _statistics(layer: Layer) -> dict[str, np.ndarray]:
    """Return each statistic of a layer's units [aggregation, sample_set]; the sample sets all, stratified, classes."""
    dead = _insert_stratified(layer.dead, layer.stratified_dead)
    normalized = _insert_stratified(layer.normalized, layer.stratified)
    below = _insert_stratified(layer.below_precision, layer.stratified_below_precision)
    finite = np.isfinite(normalized)
    stds = {
        name: _insert_stratified(values, values[:, 1:].mean(1)).mean(-1)
        for name, values in (("transformation_std", layer.transformation_std), ("sample_std", layer.sample_std))
    }
    return {
        "normalized_variance": _mean_where(normalized, finite),
        "normalized_variance_without_dead": _mean_where(normalized, finite & ~dead),
        **stds,
        "n_dead": dead.sum(-1),
        "n_infinite": np.isinf(normalized).sum(-1),
        "n_below_precision": below.sum(-1),
    }


def _insert_stratified(values: np.ndarray, stratified: np.ndarray) -> np.ndarray:
    """Insert `stratified` [aggregation, unit] after "all" into `values` [aggregation, sample_set, unit]."""
    return np.concatenate([values[:, :1], stratified[:, None], values[:, 1:]], 1)


def _mean_where(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Average over the chosen units: [aggregation, sample_set], NaN if none is chosen."""
    with np.errstate(invalid="ignore"):
        return np.where(chosen, values, 0).sum(-1) / chosen.sum(-1)
