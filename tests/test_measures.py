import numpy as np
import pytest

from rotational_variance.measures.averages import finite_mean, global_variance, layer_values
from rotational_variance.measures.measurement import Layer, Measurement
from rotational_variance.measures.normalized_variance import normalize


def measurement(*layers):
    """Build a measurement with one aggregation and the sets all, a, b from (transformation std, sample std) [3, unit]."""
    return Measurement(
        layers=[
            Layer(f"layer{i}", "linear", np.array(t, dtype=float)[None], np.array(s, dtype=float)[None])
            for i, (t, s) in enumerate(layers)
        ],
        angles_degrees=np.array([0.0, 90.0]),
        aggregations=["mean"],
        sample_sets=["all", "a", "b"],
        n_samples=np.array([4, 2, 2]),
        accuracy=np.full((3, 2), 0.5),
    )


def test_ratio_and_its_two_exceptions():
    result = normalize(np.array([1.0, 0, 0, 3]), np.array([2.0, 0, 5, 0]))
    assert result.tolist() == [0.5, 1, 0, np.inf]


def test_stratified_is_the_mean_of_ratios():
    m = measurement(([[1], [1], [3]], [[1], [2], [2]]))
    assert m.normalized("mean", "stratified")[0].tolist() == [(0.5 + 1.5) / 2]
    assert m.normalized("mean", "b")[0].tolist() == [1.5]
    assert m.normalized("mean", "all")[0].tolist() == [1.0]


def test_unknown_names_are_refused():
    m = measurement(([[1], [1], [3]], [[1], [2], [2]]))
    with pytest.raises(ValueError, match="aggregation: got 'max', expected one of mean"):
        m.normalized("max", "all")
    with pytest.raises(ValueError, match="sample set: got 'c', expected one of all, a, b"):
        m.normalized("mean", "c")


def test_layers_average_finite_units():
    values = layer_values([np.array([1.0, np.inf, 2]), np.array([np.inf])])
    assert values[0] == 1.5
    assert np.isnan(values[1])
    assert np.isnan(finite_mean(np.array([])))


def test_global_value_weighs_units_and_counts_dead_and_infinite_ones():
    ones = np.ones((3, 3))
    m = measurement((0.2 * ones, ones), ([[0, 5], [0, 5], [0, 5]], [[0, 0], [0, 0], [0, 1]]))
    result = global_variance(m, "mean", "all")
    assert result.n_units == 5
    assert result.n_dead == 1
    assert result.n_infinite == 1
    assert result.value == pytest.approx((3 * 0.2 + 1) / 4)
    assert result.value_without_dead == pytest.approx(0.2)


def test_a_stratified_unit_is_dead_only_if_it_is_so_in_every_class():
    m = measurement(([[0, 0], [0, 0], [0, 1]], [[0, 0], [0, 0], [0, 1]]))
    assert global_variance(m, "mean", "stratified").n_dead == 1
