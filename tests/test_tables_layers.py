"""The table of layers, against numbers worked out one unit at a time, and as pandas reads it."""

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.tabulated import INVERSE, RUN, measurement_of, same
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measures.sample_std import MEASURE as SAMPLE_STD
from rotational_variance.measures.transformation_std import MEASURE as TRANSFORMATION_STD
from rotational_variance.statistics.averages import global_value, layer_values
from rotational_variance.statistics.layer_selection import published_layers
from rotational_variance.statistics.units import unit_values
from rotational_variance.tables.layer_table import layer_rows
from rotational_variance.tables.text import csv_text

MEASURES = [SAMPLE_STD, TRANSFORMATION_STD, M]
LOG_STD = replace(
    SAMPLE_STD, name="log_std", formula=lambda sample_std: 2 * np.log10(sample_std), bounds=(-math.inf, math.inf)
)
STATISTICS = ("normalized_variance", "normalized_variance_without_dead", "sample_std", "transformation_std", "n_dead",
              "n_infinite", "n_below_precision")  # fmt: skip


def random_layer(kind, n_units, generator, n_sets=4):
    """Draw stds [aggregation, sample_set, unit], a third of them 0: units are dead, infinite, invariant, and neither."""
    shape = 2, 2, n_sets, n_units
    stds = generator.uniform(0.1, 2, shape) * (generator.uniform(size=shape) > 0.33)
    stds[:, :, 1:, 0] = 0  # dead in every class
    noise = 0.25 * (generator.uniform(size=(2, n_units)) > 0.5)  # stds of 4 times this or less are below precision
    return kind, *stds, noise


@pytest.fixture
def measurement():
    generator = np.random.default_rng(0)
    kinds = {
        "conv": "convolution",
        "norm": "normalisation",
        "relu": "activation",
        "shortcut": "convolution",
        "fc": "linear",
    }
    layers = {name: random_layer(kind, 7, generator) for name, kind in kinds.items()}
    layers["gone"] = ("linear", np.ones((2, 4, 2)), np.zeros((2, 4, 2)))  # infinite units only
    layers["lost"] = ("linear", *np.full((2, 2, 4, 2), 0.5), np.full((2, 2), 0.25))  # below precision throughout
    layers["dead"] = ("linear", np.zeros((2, 4, 2)), np.zeros((2, 4, 2)))
    return measurement_of(layers, ("0", "1", "2"))


def mean(values):
    values = [value for value in values if math.isfinite(value)]
    return sum(values) / len(values) if values else math.nan


def by_hand(layer, aggregation, sets):
    """Work out the statistics of a layer over sample sets, by number: one, or all classes to be averaged."""
    t, s = layer.transformation_std[aggregation].tolist(), layer.sample_std[aggregation].tolist()
    noise = layer.rounding_noise[aggregation].tolist()

    def m(i, unit):
        if t[i][unit] == s[i][unit] == 0:
            return 1.0
        if max(t[i][unit], s[i][unit]) <= 4 * noise[unit]:
            return None
        return math.inf if s[i][unit] == 0 else t[i][unit] / s[i][unit]

    units = range(layer.n_units)
    known = [[m(i, unit) for i in sets if m(i, unit) is not None] for unit in units]
    dead = [all(t[i][unit] == s[i][unit] == 0 for i in sets) for unit in units]
    live = [[m(i, unit) for i in sets if max(t[i][unit], s[i][unit]) > 0] for unit in units]
    below = [of_unit != [] and set(of_unit) == {None} for of_unit in live]
    of_units = [
        math.nan if is_below else sum(of_unit) / len(of_unit) for of_unit, is_below in zip(known, below, strict=True)
    ]
    return (
        mean(of_units),
        mean([value for value, is_dead in zip(of_units, dead, strict=True) if not is_dead]),
        sum(s[i][unit] for i in sets for unit in units) / len(sets) / len(units),
        sum(t[i][unit] for i in sets for unit in units) / len(sets) / len(units),
        sum(dead),
        sum(map(math.isinf, of_units)),
        sum(below),
    )


SETS = {"all": [0], "stratified": [1, 2, 3], "0": [1], "1": [2], "2": [3]}


def test_every_number(measurement):
    rows = iter(layer_rows(RUN, measurement, MEASURES))
    for layer in measurement.layers:
        for i, aggregation in enumerate(["mean", "max"]):
            for sample_set, sets in SETS.items():
                row = next(rows)
                assert (row["layer"], row["aggregation"], row["sample_set"]) == (layer.name, aggregation, sample_set)
                found = [row[name] for name in STATISTICS]
                assert found == pytest.approx(by_hand(layer, i, sets), nan_ok=True)
    assert next(rows, None) is None


def test_the_random_numbers_hold_all_there_is_to_get_wrong(measurement):
    rows = layer_rows(RUN, measurement, MEASURES)
    for name in ("n_dead", "n_infinite", "n_below_precision"):
        assert {0, 1} < {row[name] for row in rows}
    stratified = [
        row for row in rows if row["sample_set"] == "stratified" and row["layer"] not in {"gone", "lost", "dead"}
    ]
    assert any(row["n_dead"] for row in stratified)
    assert any(row["n_below_precision"] for row in stratified)


def test_names_positions_and_what_was_published(measurement):
    rows = [
        row
        for row in layer_rows(RUN, measurement, MEASURES)
        if (row["aggregation"], row["sample_set"]) == ("mean", "all")
    ]
    assert [(row["position"], row["layer"]) for row in rows] == list(
        enumerate(layer.name for layer in measurement.layers)
    )
    assert [row["kind"] for row in rows] == [layer.kind for layer in measurement.layers]
    shown = [layer.name for layer in published_layers(measurement.layers)]
    assert [row["layer"] for row in rows if row["published"]] == shown == ["conv", "relu", "fc", "gone", "lost", "dead"]
    assert all({name: row[name] for name in RUN} == RUN for row in rows)


def test_the_layers_add_up_to_what_else_is_made_of_them(measurement):
    table = pd.DataFrame(layer_rows(RUN, measurement, MEASURES))
    for (aggregation, sample_set), part in table.groupby(["aggregation", "sample_set"]):
        expected = layer_values(unit_values(measurement, M, aggregation, sample_set))
        np.testing.assert_allclose(part["normalized_variance"], expected)
        value = global_value(measurement, M, aggregation, sample_set)
        assert (part["n_dead"].sum(), part["n_infinite"].sum()) == (value.n_dead, value.n_infinite)
        assert part["n_below_precision"].sum() == value.n_below_precision
        finite = part["n_units"] - part["n_infinite"] - part["n_below_precision"]
        assert (part["normalized_variance"] * finite).sum() / finite.sum() == pytest.approx(value.value)


def test_pandas_reads_it_without_options(measurement):
    rows = layer_rows(RUN, measurement, MEASURES)
    table = pd.read_csv(io.StringIO(csv_text(rows)))
    assert list(table) == [
        *RUN, "position", "layer", "kind", "published", "unit_axis", "n_units", "aggregation", "sample_set", *STATISTICS,
    ]  # fmt: skip
    for name in ("seed", "position", "unit_axis", "n_units", "n_dead", "n_infinite", "n_below_precision"):
        assert table[name].dtype == np.int64
    assert table["published"].dtype == table["at_chance"].dtype == bool
    assert (table["unit_axis"] == 1).all()
    for name in STATISTICS[:4]:
        assert table[name].dtype == np.float64
        np.testing.assert_array_equal(table[name], [row[name] for row in rows])
    assert table.loc[table["layer"].isin(["gone", "lost"]), "normalized_variance"].isna().all()
    assert (table.loc[table["layer"] == "dead", "normalized_variance"] == 1).all()
    assert table.loc[table["layer"] == "dead", "normalized_variance_without_dead"].isna().all()
    assert table["sample_set"].unique().tolist() == list(SETS)


def test_a_class_called_like_a_missing_value_is_told_apart():
    layer = ("linear", np.arange(1.0, 7).reshape(2, 3, 1), np.ones((2, 3, 1)))
    rows = layer_rows(RUN, measurement_of({"fc": layer}, ("NA", "nan")), MEASURES)
    table = pd.read_csv(io.StringIO(csv_text(rows)))[:4]
    assert table["sample_set"].tolist() == ["all", "stratified", "class NA", "class nan"]
    assert table["normalized_variance"].tolist() == [1, 2.5, 2, 3]


def test_a_further_measure_has_columns_of_its_own(measurement):
    rows, others = layer_rows(RUN, measurement, [*MEASURES, INVERSE]), layer_rows(RUN, measurement, MEASURES)
    assert [name for name in rows[0] if name not in others[0]] == [
        "inverse",
        "inverse_without_dead",
        "n_infinite_inverse",
    ]
    by_name = [
        "normalized_variance_without_dead",
        "inverse",
        "inverse_without_dead",
        "sample_std",
        "transformation_std",
    ]
    start = list(rows[0]).index(by_name[0])
    assert list(rows[0])[start : start + 5] == by_name
    assert csv_text([{name: row[name] for name in others[0]} for row in rows]) == csv_text(others)
    for aggregation in ("mean", "max"):
        of_all = [row for row in rows if (row["aggregation"], row["sample_set"]) == (aggregation, "all")]
        values = unit_values(measurement, INVERSE, aggregation, "all")
        assert [row["inverse"] for row in of_all] == pytest.approx(list(map(mean, values)), nan_ok=True)
        assert [row["n_infinite_inverse"] for row in of_all] == [np.isinf(of_layer).sum() for of_layer in values]
        assert sum(row["n_infinite_inverse"] for row in of_all) > 0


def test_infinite_values_are_counted_of_a_measure_that_is_not_relative(measurement):
    rows = layer_rows(RUN, measurement, [*MEASURES, LOG_STD])
    assert "log_std_without_dead" not in rows[0]
    assert list(rows[0])[-3:] == ["n_infinite", "n_infinite_log_std", "n_below_precision"]
    for name, n_infinite in (("gone", 2), ("dead", 2), ("lost", 0)):
        of_layer = [row for row in rows if row["layer"] == name]
        assert {row["n_infinite_log_std"] for row in of_layer} == {n_infinite}
        assert all(math.isnan(row["log_std"]) == (n_infinite > 0) for row in of_layer)


@pytest.mark.parametrize("names", [
    ["kind"], ["n_dead"], ["seed"],
    ["normalized_variance_without_dead", "normalized_variance"],
    ["n_infinite_x", "x"], ["z_without_dead", "z"], ["n_infinite", "normalized_variance"],
    ["c_without_dead", "n_infinite_c"],  # n_infinite_c_without_dead, twice
])  # fmt: skip
def test_a_measure_cannot_have_the_name_of_another_column(names):
    measures = [replace(INVERSE, name=name) for name in names]
    blamed = f"^measure {names[0]}: got the name of another column of this table; rename it$"
    for given in (measures, measures[::-1]):
        with pytest.raises(ValueError, match=blamed):
            layer_rows(RUN, measurement_of({"fc": same(1)}), given)
