"""Draw a subset of the samples, balanced over the classes. numpy only."""

from __future__ import annotations

import numpy as np


def balanced_subset(labels: np.ndarray, n_samples: int, seed: int) -> np.ndarray:
    """Draw `n_samples` samples, as equally from every class as there are: their indices, in order.

    A class that has fewer than its share gives all, and the others more. Raises ValueError for more than there are.
    """
    if n_samples > len(labels):
        raise ValueError(f"n_samples: got {n_samples}, expected {len(labels)} or fewer: that is all test samples")
    generator = np.random.default_rng(seed)
    # Shuffled first, so that a stable sort by rank within the class draws at random, class by class in turn.
    shuffled = generator.permutation(len(labels))
    rank = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        of_class = labels[shuffled] == label
        rank[of_class] = np.arange(of_class.sum())
    chosen = shuffled[np.argsort(rank, kind="stable")[:n_samples]]
    return np.sort(chosen)
