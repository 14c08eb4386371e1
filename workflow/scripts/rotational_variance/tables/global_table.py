"""The global values of each run: a measure over the published layers and over all layers, beside published values."""

import math
from collections.abc import Iterable, Mapping, Sequence

from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.averages import global_value
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.layer_selection import SELECTIONS, select
from rotational_variance.statistics.measurement import ALL, STRATIFIED, Measurement
from rotational_variance.tables.text import exists

COLUMNS = {  # the column of each aggregation and sample set
    (aggregation, sample_set): f"{aggregation}_{sample_set}"
    for aggregation in AGGREGATIONS
    for sample_set in (ALL, STRATIFIED)
}
COUNTS = ("n_dead", "n_infinite", "n_below_precision")  # prefixes of columns
VALUES = tuple(
    name
    for column in COLUMNS.values()
    for name in (column, f"{column}_without_dead", *(f"{count}_{column}" for count in COUNTS))
)


def global_rows(
    run: dict, measurement: Measurement, measures: Sequence[Measure], published: Mapping[str, float]
) -> list[dict]:
    """Return a run's global values and the counts of its special units: one row per measure and selection of layers.

    measure                                the name of the measure
    layers                                 the selection: "published", the layers of the published averages, or "all"
    n_layers, n_units                      of the selection
    {mean,max}_{all,stratified}            the mean of the measure over all units with a finite value, by aggregation of
                                           feature maps and sample set; dead units have the value of the formula (M: 1)
    ..._without_dead                       the same without dead units
    n_dead_..., n_infinite_...             numbers of units
    n_below_precision_...                  number of units that a relative measure has no value of
    published_{mean,max}_{all,stratified}  the published value, in the row for the published layers

    published  the published values of the run, {quantity: value}
    """
    selected = {selection: select(measurement, selection) for selection in SELECTIONS}
    return [
        _row(run, measure, selection, selected[selection]) | _published(measure, selection, published)
        for measure in measures
        for selection in SELECTIONS
    ]


def _row(run: dict, measure: Measure, selection: str, measurement: Measurement) -> dict:
    row = run | {
        "measure": measure.name,
        "layers": selection,
        "n_layers": len(measurement.layers),
        "n_units": sum(layer.n_units for layer in measurement.layers),
    }
    for key, column in COLUMNS.items():
        value = global_value(measurement, measure, *key)
        row |= {
            column: value.value,
            f"{column}_without_dead": value.value_without_dead,
            f"n_dead_{column}": value.n_dead,
            f"n_infinite_{column}": value.n_infinite,
            f"n_below_precision_{column}": value.n_below_precision,
        }
    return row


def _published(measure: Measure, selection: str, published: Mapping[str, float]) -> dict[str, float | None]:
    """Return the columns of published values; no averages over all layers were published."""
    known = published if selection == "published" else {}
    return {f"published_{column}": known.get(f"{measure.name}_{column}") for column in COLUMNS.values()}


def number_form(rows: Sequence[dict], measure: Measure) -> str:
    """Return the format of a measure's values: three decimals, and more where a logarithmic measure is small."""
    values = [value for row in rows for column in COLUMNS.values() if (value := row[column]) and exists(value)]
    if not (measure.is_logarithmic and values):
        return "{:.3f}"
    n_decimals = 2 - math.floor(math.log10(min(map(abs, values))))  # three significant digits of the smallest value
    return f"{{:.{min(max(n_decimals, 3), 6)}f}}"


def published_models(rows: Iterable[dict]) -> set[str]:
    """Return the models of the rows that have published values."""
    return {row["model"] for row in rows if any(exists(row[f"published_{column}"]) for column in COLUMNS.values())}
