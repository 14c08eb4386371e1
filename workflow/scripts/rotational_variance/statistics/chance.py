"""Tell a network that learned something from one that guesses. Standard library only."""

import math
from collections.abc import Sequence

SIGNIFICANT = 0.01


def learned_nothing(history: Sequence[dict[str, float]], n_test: Sequence[int]) -> bool:
    """Say whether a run is at chance: by its accuracy on upright test images after the last epoch of its history.

    history  one row for each epoch, as `read_history` returns it
    n_test   [sample_set], as in Measurement
    A run that was not to learn anything is never called at chance: one without training (its only row is epoch 0), or
    without history.
    """
    if not history or history[-1]["epoch"] == 0:
        return False
    return at_chance(history[-1]["test_upright_accuracy"], n_test)


def at_chance(accuracy: float, n_test: Sequence[int]) -> bool:
    """Say whether an accuracy is not above chance: the share of the largest class in the test set.

    accuracy  the share of the test samples that are classified correctly
    n_test    [sample_set], the numbers of test samples: all of them, then those of each class

    A network that always names the largest class reaches its share. The accuracy is above chance if as many correct
    answers, or more, have a probability below 1 % where each is correct with that share (exact binomial test). Ours.
    """
    n, *of_classes = (int(count) for count in n_test)
    return binomial_tail(round(accuracy * n), n, max(of_classes) / n) >= SIGNIFICANT


def binomial_tail(n_held: int, n: int, share: float) -> float:
    """Return the probability that `n_held` or more of `n` hold if each does with probability `share` (binomial).

    The sum is exact; its terms are made from their logarithms, because their factors overflow for n of 1,000 and more.
    """
    if n_held <= 0:
        return 1.0
    if n_held > n or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    logs = [_log_probability(k, n, share) for k in range(n_held, n + 1)]
    largest = max(logs)
    return min(1.0, math.exp(largest) * math.fsum(math.exp(term - largest) for term in logs))


def _log_probability(k: int, n: int, share: float) -> float:
    """Return the logarithm of the probability that exactly `k` of `n` hold; 0 < share < 1."""
    log_ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return log_ways + k * math.log(share) + (n - k) * math.log1p(-share)
