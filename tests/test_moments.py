from copy import deepcopy
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
import torch

from rotational_variance.measuring.moments import Moments, Sums

EPS = np.finfo(np.float64).eps


def collect(parts):
    sums = Sums()
    for part in parts:
        sums.add(part)
    return sums.moments()


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def assert_moments_of(moments, values, rtol=1e-13):
    """Compare with two passes over all of `values` [observation, ...]."""
    assert moments.n_observations == len(values)
    np.testing.assert_allclose(moments.mean, values.numpy().mean(0), rtol=rtol)
    np.testing.assert_allclose(moments.std(), values.numpy().std(0, ddof=1), rtol=rtol)


@pytest.mark.parametrize("size", [1, 2, 7, 25, 50])
def test_one_pass_agrees_with_two_in_any_chunks(size):
    values = draw(50, 3, 4) * 5 + 20
    assert_moments_of(collect(values.split(size)), values)


def test_single_precision_is_summed_in_double():
    values = (draw(1000, 4) * 5 + 20).float()
    assert_moments_of(collect(values.split(90)), values.double())


@pytest.mark.parametrize("mean", [1e6, 1e9])
def test_a_small_spread_around_a_large_mean_is_kept(mean):
    spread = (draw(500, 5, seed=1) * 2**20).round() / 2**20  # so few digits that adding the mean drops none
    assert torch.equal((spread + mean) - mean, spread)
    together = collect((spread + mean).split(13))
    merged = reduce(Moments.merge, [collect([part]) for part in (spread + mean).split(50)])
    for moments in (together, merged):
        np.testing.assert_allclose(moments.std(), spread.numpy().std(0, ddof=1), rtol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("value", [0.1, -1e-30, 1e9 / 3])
def test_what_never_varies_has_a_std_of_exactly_zero(dtype, value):
    constant = torch.full((49, 2), value, dtype=dtype)
    parts = [collect(part.split(4)) for part in constant.split([1, 10, 38])]
    merged = reduce(Moments.merge, parts)
    for moments in (collect(constant.split(10)), merged):
        assert moments.std().tolist() == [0, 0]
        assert torch.equal(moments.mean, constant[0].double())


@pytest.mark.parametrize("cuts", [(0, 11, 40), (0, 1, 40), (0, 39, 40), (0, 1, 2, 3, 40), (0, 10, 20, 30, 40)])
def test_merged_parts_are_the_whole_in_any_grouping(cuts):
    values = draw(40, 6, seed=2) + 3
    parts = [collect(values[start:stop].split(7)) for start, stop in pairwise(cuts)]
    from_the_left = reduce(Moments.merge, parts)
    from_the_right = reduce(lambda merged, part: part.merge(merged), reversed(parts))
    assert_moments_of(from_the_left, values)
    assert_moments_of(from_the_right, values)


def test_merging_leaves_its_arguments_as_they_were():
    one, other = collect([draw(5, 3)]), collect([draw(4, 3, seed=1)])
    copies = [deepcopy(part) for part in (one, other)]
    merged = one.merge(other)
    merged.mean.zero_()
    merged.squared_deviations.zero_()
    for part, copy in zip((one, other), copies, strict=True):
        assert part.n_observations == copy.n_observations
        assert torch.equal(part.mean, copy.mean)
        assert torch.equal(part.squared_deviations, copy.squared_deviations)


def test_what_was_taken_in_is_neither_changed_nor_needed_again():
    values = draw(20, 3)
    first, second = values[:12].clone(), values[12:].clone()
    sums = Sums()
    sums.add(first)
    assert torch.equal(first, values[:12])
    first.fill_(1e6)  # as a buffer that is used again
    sums.add(second)
    assert_moments_of(sums.moments(), values)


def test_moments_may_be_asked_for_at_any_time():
    values = draw(20, 3)
    sums = Sums()
    for start in range(0, 20, 5):
        sums.add(values[start : start + 5])
        assert_moments_of(sums.moments(), values[: start + 5], rtol=1e-12)


@pytest.mark.parametrize("outlier", [1e3, -1e8, 1e15])
def test_an_outlier_that_comes_first_costs_digits_of_n_and_no_more(outlier):
    n = 1000
    values = draw(n, 5, seed=3)
    values[0] = outlier
    np.testing.assert_allclose(collect(values.split(64)).std(), values.numpy().std(0, ddof=1), rtol=4 * n * EPS)


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), float("nan")])
@pytest.mark.parametrize("position", [0, 4, 9])
def test_what_is_not_finite_makes_the_std_of_its_element_nan(value, position):
    values = draw(10, 3)
    values[position, 1] = value
    for moments in (collect(values.split(4)), collect([values[:5]]).merge(collect([values[5:]]))):
        assert moments.std().isnan().tolist() == [False, True, False]


def test_one_observation_has_no_std():
    with pytest.raises(ValueError, match="2 observations or more, got 1"):
        collect([torch.ones(1, 3)]).std()
