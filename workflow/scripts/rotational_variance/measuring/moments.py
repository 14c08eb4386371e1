"""One-pass statistics that can be merged: count, mean and sum of squared deviations of all observations so far.

Sources: Chan, Golub and LeVeque 1979 (merging two parts) and 1983 (sums of deviations from a value among the data).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass
class Moments:
    """The count, mean and sum of squared deviations of observations of one shape, element by element.

    The mean is kept as origin + offset, and the origin is one of the observations, so that means that lie close to each
    other, and far from 0, can be told apart. All arrays are float64 and have the shape of one observation.
    """

    n_observations: int
    origin: torch.Tensor
    offset: torch.Tensor
    squared_deviations: torch.Tensor

    @property
    def mean(self) -> torch.Tensor:
        return self.origin + self.offset

    def merge(self, other: Moments) -> Moments:
        """Return the moments of both sets of observations. No added squares are negative, so no digits cancel."""
        total = self.n_observations + other.n_observations
        difference = (other.origin - self.origin) + (other.offset - self.offset)
        weight = self.n_observations * other.n_observations / total
        return Moments(
            n_observations=total,
            origin=self.origin,
            offset=self.offset + difference * (other.n_observations / total),
            squared_deviations=self.squared_deviations + other.squared_deviations + difference.square() * weight,
        )

    def std(self) -> torch.Tensor:
        """Return the standard deviation with divisor n - 1. Raises ValueError for fewer than two observations."""
        if self.n_observations < 2:
            raise ValueError(f"a standard deviation needs 2 observations or more, got {self.n_observations}")
        return (self.squared_deviations / (self.n_observations - 1)).sqrt()


class Sums:
    """Sums over observations of one shape, element by element, in float64.

    The terms are deviations from the first observation, and their squares, which is half the work of running means. A
    mean that is large against the spread costs no digits, and an element that never varies has a std of exactly 0.
    Squares cancel only if the first of n observations lies far outside all others, by a factor of n at most.
    """

    def __init__(self) -> None:
        self.n_observations = 0

    def add(self, observations: torch.Tensor, scratch: torch.Tensor | None = None) -> None:
        """Add `observations` [observation, ...], at least one.

        scratch  float64 of the same shape, to be overwritten: on a CPU, new memory costs more time than the sums
        """
        if self.n_observations == 0:
            self._first = observations[0].to(torch.float64, copy=True)  # a view would keep all observations in memory
            self._sum = torch.zeros_like(self._first)
            self._squares = torch.zeros_like(self._first)
        deviations = torch.sub(observations, self._first, out=scratch)  # [observation, ...]
        self._sum += deviations.sum(0)  # [...], of one observation
        self._squares += deviations.square_().sum(0)
        self.n_observations += len(observations)

    def moments(self) -> Moments:
        """Return the moments of all observations so far; there must be at least one."""
        shift = self._sum / self.n_observations
        return Moments(self.n_observations, self._first, shift, self._squares - self._sum * shift)
