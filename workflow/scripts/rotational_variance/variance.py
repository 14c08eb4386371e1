"""One-pass statistics that can be merged: count, mean and sum of squared deviations of everything seen so far.

Sources: Welford 1962 (one value at a time), Chan, Golub and LeVeque 1979 (merging two parts). Neither subtracts large
sums from each other, so a small spread around a large mean is kept.
"""

from __future__ import annotations

import torch


class Moments:
    """The count, mean and sum of squared deviations of observations of one shape, each element on its own.

    mean, squared_deviations  float64, the shape of one observation; None before the first
    """

    def __init__(self) -> None:
        self.n_observations = 0
        self.mean: torch.Tensor | None = None
        self.squared_deviations: torch.Tensor | None = None

    def add(self, observations: torch.Tensor) -> None:
        """Take in `observations` [observation, ...]; all of `...` is kept apart."""
        # Deviations from the first observation are exactly 0 where nothing varies, so that a constant's std is too.
        first = observations[0].double()
        deviations = observations.double() - first
        shift = deviations.mean(0)
        part = Moments()
        part.n_observations = len(observations)
        part.mean = first + shift
        part.squared_deviations = (deviations - shift).square_().sum(0)
        self.merge(part)

    def merge(self, other: Moments) -> None:
        """Take in all that `other` has seen; `other` stays as it is."""
        if other.n_observations == 0:
            return
        if self.n_observations == 0:
            self.n_observations = other.n_observations
            self.mean = other.mean.clone()
            self.squared_deviations = other.squared_deviations.clone()
            return
        total = self.n_observations + other.n_observations
        difference = other.mean - self.mean
        self.mean += difference * (other.n_observations / total)
        weight = self.n_observations * other.n_observations / total
        self.squared_deviations += other.squared_deviations + difference.square() * weight
        self.n_observations = total

    def std(self) -> torch.Tensor:
        """Return the standard deviation with divisor n - 1. Raises ValueError for fewer than two observations."""
        if self.n_observations < 2:
            raise ValueError(f"a standard deviation needs 2 observations or more, got {self.n_observations}")
        return (self.squared_deviations / (self.n_observations - 1)).sqrt()
