"""Draw a subset of the samples, balanced over the classes. numpy only."""

from __future__ import annotations

import numpy as np


def balanced_subset(labels: np.ndarray, n_samples: int, seed: int) -> np.ndarray:
    """Draw `n_samples` samples, equally many from every class, and return their indices in ascending order.

    A class with fewer samples than its share gives all of them, and the other classes give more. Raises ValueError if
    `n_samples` is larger than the number of samples.
    """
    if n_samples > len(labels):
        raise ValueError(f"n_samples: got {n_samples}, expected {len(labels)} or fewer: that is all test samples")
    generator = np.random.default_rng(seed)
    # The samples are shuffled, so that a stable sort by rank within the class draws at random, one per class in turn.
    shuffled = generator.permutation(len(labels))
    rank = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        of_class = labels[shuffled] == label
        rank[of_class] = np.arange(of_class.sum())
    chosen = shuffled[np.argsort(rank, kind="stable")[:n_samples]]
    return np.sort(chosen)
