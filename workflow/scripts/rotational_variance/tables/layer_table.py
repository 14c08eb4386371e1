"""The numbers of every layer of a run: one row per layer, aggregation and sample set."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.layer_selection import published_layers
from rotational_variance.statistics.measurement import ALL, STRATIFIED, Layer, Measurement
from rotational_variance.statistics.units import evaluate, stratify
from rotational_variance.tables.measure_words import can_be_infinite

# Texts that pandas reads as a missing value by default; a class may have such a name.
_READ_AS_MISSING = {
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
}  # fmt: skip


OF_LAYER = (
    "position", "layer", "kind", "published", "unit_axis", "n_units", "aggregation", "sample_set", "n_dead",
    "n_below_precision",
)  # fmt: skip


def layer_rows(run: dict, measurement: Measurement, measures: Sequence[Measure]) -> list[dict]:
    """Return the rows of a run, ordered by layer, aggregation and sample set (all, stratified, each class).

    position              of the layer in the forward pass, from 0, all layers counted
    published             whether the published averages held the layer
    unit_axis             the axis of the layer's activation that held the units
    {measure}             its mean over the units with a finite value, dead units included (of M, 1 each); NaN if no
                          unit has one. M stands first, then the others by name
    ..._without_dead      of a relative measure: the same mean without the dead units
    n_dead                number of units; for stratified, dead in every class
    n_infinite            number of units whose M is infinite; for stratified, in any class
    n_infinite_{measure}  the same of a further measure that can be infinite
    n_below_precision     number of units without M; for stratified, in every class where they are not dead

    Raises ValueError for a measure with a column of the name of another one.
    """
    measures = sorted(measures, key=lambda measure: (measure.name != M.name, measure.name))
    columns = {measure.name: _columns(measure) for measure in measures}
    _check_names(columns, [*run, *OF_LAYER])
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
        statistics = {name: values.tolist() for name, values in _statistics(layer, measures, columns).items()}
        for i, aggregation in enumerate(measurement.aggregations):
            for j, sample_set in enumerate(sample_sets):
                named = row | {"aggregation": aggregation, "sample_set": sample_set}
                rows.append(named | {name: values[i][j] for name, values in statistics.items()})
    return rows


def _columns(measure: Measure) -> dict[str, str]:
    """Return the columns of a measure by what they hold: mean and, if it has them, without_dead and n_infinite."""
    columns = {"mean": measure.name}
    if measure.is_relative:
        columns["without_dead"] = f"{measure.name}_without_dead"
    if can_be_infinite(measure):
        columns["n_infinite"] = "n_infinite" if measure.name == M.name else f"n_infinite_{measure.name}"
    return columns


def _check_names(of_measures: Mapping[str, Mapping[str, str]], others: Sequence[str]) -> None:
    """Raise ValueError if a column occurs twice; blame rather the measure that is called like another column."""
    uses = Counter([*others, *(column for columns in of_measures.values() for column in columns.values())])
    doubled = [name for name, columns in of_measures.items() if any(uses[column] > 1 for column in columns.values())]
    if doubled:
        name = max(doubled, key=uses.__getitem__)
        raise ValueError(f"measure {name}: got the name of another column of this table; rename it")


def _class_label(name: str) -> str:
    """Return the name of a class, prefixed if it would be read as a missing value."""
    return f"class {name}" if name in _READ_AS_MISSING else name


def _statistics(
    layer: Layer, measures: Sequence[Measure], columns: Mapping[str, Mapping[str, str]]
) -> dict[str, np.ndarray]:
    """Return each statistic of a layer's units [aggregation, sample_set]; the sample sets all, stratified, classes.

    columns  those of each measure by what they hold, as `_columns` returns them
    """
    dead = _insert_stratified(layer.dead, layer.stratified_dead)
    below = _insert_stratified(layer.below_precision, layer.stratified_below_precision)
    means, n_infinite = {}, {}
    for measure in measures:
        values = _insert_stratified(evaluate(layer, measure), stratify(layer, measure))
        finite = np.isfinite(values)
        of_measure = columns[measure.name]
        means[of_measure["mean"]] = _mean_where(values, finite)
        if "without_dead" in of_measure:
            means[of_measure["without_dead"]] = _mean_where(values, finite & ~dead)
        if "n_infinite" in of_measure:
            n_infinite[of_measure["n_infinite"]] = np.isinf(values).sum(-1)
    return means | {"n_dead": dead.sum(-1)} | n_infinite | {"n_below_precision": below.sum(-1)}


def _insert_stratified(values: np.ndarray, stratified: np.ndarray) -> np.ndarray:
    """Insert `stratified` [aggregation, unit] after "all" into `values` [aggregation, sample_set, unit]."""
    return np.concatenate([values[:, :1], stratified[:, None], values[:, 1:]], 1)


def _mean_where(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Average over the chosen units: [aggregation, sample_set], NaN if none is chosen."""
    with np.errstate(invalid="ignore"):
        return np.where(chosen, values, 0).sum(-1) / chosen.sum(-1)
