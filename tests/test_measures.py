import numpy as np
import pytest

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.averages import finite_mean, global_value, layer_values
from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.statistics.normalize import normalize
from rotational_variance.statistics.rounding import NOISE_FACTOR, below_precision
from rotational_variance.statistics.units import stratify, unit_values

NAN = float("nan")


def measurement(*layers):
    """Build a measurement with one aggregation and the sets all, a, b from (transformation std, sample std) [3, unit].

    A third array in the brackets is the rounding noise [unit], 0 unless given.
    """
    return Measurement(
        layers=[make_layer(f"layer{i}", *statistics) for i, statistics in enumerate(layers)],
        angles_degrees=np.array([0.0, 90.0]),
        aggregations=["mean"],
        sample_sets=["all", "a", "b"],
        n_samples=np.array([4, 2, 2]),
        n_test=np.array([4, 2, 2]),
        accuracy=np.full((3, 2), 0.5),
    )


def make_layer(name, transformation_std, sample_std, rounding_noise=None):
    transformation_std, sample_std = (np.array(std, dtype=float)[None] for std in (transformation_std, sample_std))
    noise = np.zeros_like(sample_std[:, 0]) if rounding_noise is None else np.array(rounding_noise, dtype=float)[None]
    statistics = {"transformation_std": transformation_std, "sample_std": sample_std}
    return Layer(name, "linear", statistics, noise, unit_axis=1)


def test_ratio_and_its_two_exceptions():
    result = normalize(np.array([1.0, 0, 0, 3]), np.array([2.0, 0, 5, 0]))
    assert result.tolist() == [0.5, 1, 0, np.inf]


def test_stratified_is_the_mean_of_ratios():
    m = measurement(([[1], [1], [3]], [[1], [2], [2]]))
    assert unit_values(m, M, "mean", "stratified")[0].tolist() == [(0.5 + 1.5) / 2]
    assert unit_values(m, M, "mean", "b")[0].tolist() == [1.5]
    assert unit_values(m, M, "mean", "all")[0].tolist() == [1.0]


def test_unknown_names_are_refused():
    m = measurement(([[1], [1], [3]], [[1], [2], [2]]))
    with pytest.raises(ValueError, match="aggregation: got 'max', expected one of mean"):
        unit_values(m, M, "max", "all")
    with pytest.raises(ValueError, match="sample set: got 'c', expected one of all, a, b"):
        unit_values(m, M, "mean", "c")


def test_layers_average_finite_units():
    values = layer_values([np.array([1.0, np.inf, 2]), np.array([np.inf])])
    assert values[0] == 1.5
    assert np.isnan(values[1])
    assert np.isnan(finite_mean(np.array([])))


def test_global_value_weighs_units_and_counts_dead_and_infinite_ones():
    ones = np.ones((3, 3))
    m = measurement((0.2 * ones, ones), ([[0, 5], [0, 5], [0, 5]], [[0, 0], [0, 0], [0, 1]]))
    result = global_value(m, M, "mean", "all")
    assert result.n_units == 5
    assert result.n_dead == 1
    assert result.n_infinite == 1
    assert result.value == pytest.approx((3 * 0.2 + 1) / 4)
    assert result.value_without_dead == pytest.approx(0.2)


def test_a_stratified_unit_is_dead_only_if_it_is_so_in_every_class():
    m = measurement(([[0, 0], [0, 0], [0, 1]], [[0, 0], [0, 0], [0, 1]]))
    assert global_value(m, M, "mean", "stratified").n_dead == 1


# ---- units below precision: the noise is 0.25, so that a std has to be above 1


@pytest.mark.parametrize(("transformation_std", "sample_std", "noise", "is_below"), [
    (0.5, 0.5, 0.25, True),
    (1.0, 1.0, 0.25, True),  # exactly 4 times the noise
    (1.001, 0.5, 0.25, False),  # one std above it is enough, whichever it is
    (0.5, 1.001, 0.25, False),
    (0.0, 0.5, 0.25, True),
    (0.5, 0.0, 0.25, True),  # not infinite
    (2.0, 0.0, 0.25, False),  # infinite
    (0.0, 0.0, 0.25, False),  # dead
    (0.0, 0.0, 0.0, False),
    (1e-300, 1e-300, 0.0, False),  # without noise, no std is too small
])  # fmt: skip
def test_a_unit_is_below_precision_if_neither_std_is_above_four_times_its_noise(
    transformation_std, sample_std, noise, is_below
):
    result = below_precision(
        np.full((1, 1, 1), transformation_std), np.full((1, 1, 1), sample_std), np.array([[noise]])
    )
    assert result.dtype == bool
    assert result.tolist() == [[[is_below]]]


def test_each_aggregation_and_unit_has_its_own_noise_for_all_sample_sets():
    stds = np.array([[[1, 1], [3, 3], [9, 9]]] * 2, dtype=float)  # [aggregation, sample_set, unit]
    result = below_precision(stds, stds, np.array([[0, 0.5], [1, 2]]))
    assert result[0].tolist() == [[False, True], [False, False], [False, False]]
    assert result[1].tolist() == [[True, True], [True, True], [False, False]]  # up to 4 and up to 8


def test_noise_of_a_quarter_of_the_std_changes_it_by_three_percent():
    assert np.hypot(NOISE_FACTOR, 1) / NOISE_FACTOR == pytest.approx(1.0308, abs=1e-4)


# The units: 0 below precision everywhere, 1 over all and in class a, 2 as well and dead in class b, 3 in class b alone;
# 4 dead, 5 infinite, 6 dead in class a and infinite otherwise.
MIXED = (
    [[0.5, 0.5, 0.5, 6.0, 0, 3, 3], [0.5, 0.5, 0.5, 6.0, 0, 3, 0], [0.5, 6.0, 0, 0.5, 0, 3, 3]],
    [[0.5, 0.5, 0.5, 2.0, 0, 0, 0], [0.5, 0.5, 0.5, 2.0, 0, 0, 0], [0.5, 2.0, 0, 0.5, 0, 0, 0]],
    [0.25] * 7,
)


def m_of(sample_set):
    return unit_values(measurement(MIXED), M, "mean", sample_set)[0]


def units_where(mask):
    return np.flatnonzero(mask).tolist()


def test_units_below_precision_have_no_m():
    np.testing.assert_array_equal(m_of("all"), [NAN, NAN, NAN, 3, 1, np.inf, np.inf])
    np.testing.assert_array_equal(m_of("a"), [NAN, NAN, NAN, 3, 1, np.inf, 1])
    np.testing.assert_array_equal(m_of("b"), [NAN, 3, 1, NAN, 1, np.inf, np.inf])


def test_stratified_leaves_out_the_classes_in_which_a_unit_is_below_precision():
    np.testing.assert_array_equal(m_of("stratified"), [NAN, 3, NAN, 3, 1, np.inf, np.inf])


def test_a_unit_is_below_precision_stratified_if_it_is_so_in_a_class_and_else_dead():
    m = measurement(MIXED)
    expected = {"all": [0, 1, 2], "a": [0, 1, 2], "b": [0, 3], "stratified": [0, 2]}
    for sample_set, units in expected.items():
        (below,) = m.below_precision("mean", sample_set)
        assert units_where(below) == units, sample_set
        assert units_where(np.isnan(m_of(sample_set))) == units, sample_set


def test_dead_units_are_not_below_precision():
    m = measurement(MIXED)
    for sample_set, units in {"all": [4], "a": [4, 6], "b": [2, 4], "stratified": [4]}.items():
        (dead,) = m.dead("mean", sample_set)
        assert units_where(dead) == units, sample_set
        assert m_of(sample_set)[dead].tolist() == [1] * len(units)


def test_stratified_of_the_layer_is_that_of_the_measurement():
    m = measurement(MIXED)
    (layer,) = m.layers
    np.testing.assert_array_equal(stratify(layer, M)[0], unit_values(m, M, "mean", "stratified")[0])
    np.testing.assert_array_equal(layer.stratified_dead[0], m.dead("mean", "stratified")[0])
    np.testing.assert_array_equal(layer.stratified_below_precision[0], m.below_precision("mean", "stratified")[0])


def test_stratified_weighs_the_classes_that_have_an_m_equally():
    m = measurement(([[1, 1], [2, 2], [6, 0.5]], [[2, 2], [2, 2], [2, 0.5]], [0.25, 0.25]))
    assert unit_values(m, M, "mean", "stratified")[0].tolist() == [(1 + 3) / 2, 1]


def test_unknown_names_of_units_below_precision_are_refused():
    with pytest.raises(ValueError, match="sample set: got 'c', expected one of all, a, b"):
        measurement(MIXED).below_precision("mean", "c")


@pytest.mark.parametrize(("sample_set", "value", "value_without_dead", "n_dead", "n_infinite", "n_below_precision"), [
    ("all", (3 + 1 + 2) / 3, (3 + 2) / 2, 1, 2, 3),
    ("a", (3 + 1 + 1 + 2) / 4, (3 + 2) / 2, 2, 1, 3),
    ("b", (3 + 1 + 1 + 2) / 4, (3 + 2) / 2, 2, 2, 2),
    ("stratified", (3 + 3 + 1 + 2) / 4, (3 + 3 + 2) / 3, 1, 2, 2),
])  # fmt: skip
def test_no_average_holds_units_below_precision(
    sample_set, value, value_without_dead, n_dead, n_infinite, n_below_precision
):
    plain = ([[4.0]] * 3, [[2.0]] * 3)
    result = global_value(measurement(MIXED, plain), M, "mean", sample_set)
    assert result.value == pytest.approx(value)
    assert result.value_without_dead == pytest.approx(value_without_dead)
    assert (result.n_units, result.n_dead, result.n_infinite) == (8, n_dead, n_infinite)
    assert result.n_below_precision == n_below_precision


def test_a_network_of_units_below_precision_has_no_m():
    noisy = np.full((3, 2), 0.5)
    m = measurement((noisy, noisy, [0.25, 0.25]))
    result = global_value(m, M, "mean", "all")
    assert np.isnan([result.value, result.value_without_dead]).all()
    assert (result.n_units, result.n_dead, result.n_infinite, result.n_below_precision) == (2, 0, 0, 2)
    assert np.isnan(layer_values(unit_values(m, M, "mean", "all"))).all()


def test_layers_average_the_units_that_have_a_finite_m():
    assert layer_values([np.array([NAN, 1, np.inf, 2])]).tolist() == [1.5]
