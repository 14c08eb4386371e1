import numpy as np
import pytest
import torch

from rotational_variance.variance import Moments


def collect(parts):
    moments = Moments()
    for part in parts:
        moments.add(part)
    return moments


@pytest.mark.parametrize("chunks", [1, 2, 7, 50])
def test_one_pass_agrees_with_two(chunks):
    values = torch.randn(50, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 5 + 2
    moments = collect(values.tensor_split(chunks))
    np.testing.assert_allclose(moments.mean, values.numpy().mean(0), rtol=1e-13)
    np.testing.assert_allclose(moments.std(), values.numpy().std(0, ddof=1), rtol=1e-13)


def test_a_small_spread_around_a_large_mean_is_kept():
    spread = torch.randn(200, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    moments = collect((spread + 1e6).split(13))
    np.testing.assert_allclose(moments.std(), (spread + 1e6).numpy().std(0, ddof=1), rtol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_never_varies_has_a_std_of_exactly_zero(dtype):
    moments = collect(torch.full((49, 2), 0.1, dtype=dtype).split(10))
    assert (moments.std() == 0).all()


def test_merged_parts_are_the_whole():
    values = torch.randn(40, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    first, second = collect([values[:11]]), collect(values[11:].split(7))
    before = second.mean.clone()
    first.merge(second)
    first.merge(Moments())
    assert first.n_observations == 40
    np.testing.assert_allclose(first.std(), values.numpy().std(0, ddof=1), rtol=1e-13)
    assert torch.equal(second.mean, before)


def test_merging_into_nothing_copies():
    part = collect([torch.tensor([[1.0], [3.0]])])
    empty = Moments()
    empty.merge(part)
    empty.add(torch.tensor([[100.0]]))
    assert part.mean.item() == 2
    assert part.n_observations == 2


def test_one_observation_has_no_std():
    with pytest.raises(ValueError, match="2 observations or more, got 1"):
        collect([torch.ones(1, 3)]).std()
