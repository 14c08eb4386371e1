"""Networks at chance: the binomial test against numbers worked out by hand and those of scipy."""

import numpy as np
import pytest
from scipy.stats import binom

from rotational_variance.statistics.chance import at_chance, binomial_tail, learned_nothing

MNIST = np.array([10000, 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])  # test samples: all, of each class


def test_binomial_tail_by_hand():
    assert binomial_tail(2, 3, 0.5) == pytest.approx((3 + 1) / 8)
    assert binomial_tail(1, 2, 0.25) == pytest.approx(1 - 0.75**2)
    assert binomial_tail(3, 3, 0.1) == pytest.approx(0.001)
    assert [binomial_tail(*case) for case in ((0, 5, 0.2), (6, 5, 0.2), (1, 5, 0), (5, 5, 1), (6, 5, 1))] == [
        1,
        0,
        0,
        1,
        0,
    ]


@pytest.mark.parametrize(("n", "share"), [(20, 0.1), (1797, 0.3), (10_000, 0.1135), (26_032, 0.196)])
def test_binomial_tail_is_that_of_scipy_also_for_large_numbers(n, share):
    for n_held in (1, round(n * share), round(n * share * 1.05), round(n * share * 1.5), n):
        assert binomial_tail(n_held, n, share) == pytest.approx(binom.sf(n_held - 1, n, share), rel=1e-8, abs=1e-300)


def test_chance_is_the_share_of_the_largest_class():
    assert at_chance(0.1, MNIST)
    assert at_chance(0.1135, MNIST)  # always the largest class
    fewest = int(binom.isf(0.01, 10000, 0.1135)) + 1  # the fewest right answers that 1 % of guessers reach
    assert 1200 < fewest < 1220
    assert [at_chance(n_right / 10000, MNIST) for n_right in (fewest - 1, fewest)] == [True, False]
    assert not at_chance(0.98, MNIST)


def test_few_samples_need_a_higher_accuracy():
    # Of 4 samples in two equal classes, 4 right answers have a probability of 1/16; of 8 in two, 8 have one of 1/256.
    assert at_chance(1.0, [4, 2, 2])
    assert not at_chance(1.0, [8, 4, 4])
    assert at_chance(7 / 8, [8, 4, 4])  # 9/256


def test_the_last_epoch_counts():
    epochs = [{"epoch": epoch, "test_upright_accuracy": accuracy} for epoch, accuracy in ((1, 0.1), (2, 0.95))]
    assert not learned_nothing(epochs, MNIST)
    assert learned_nothing(epochs[:1], MNIST)


@pytest.mark.parametrize("history", [[], [{"epoch": 0, "test_upright_accuracy": 0.1}]])
def test_a_network_that_was_not_to_learn_is_never_at_chance(history):
    assert not learned_nothing(history, MNIST)
