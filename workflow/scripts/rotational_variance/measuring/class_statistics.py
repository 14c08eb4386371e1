"""Statistics of the samples of one class, gathered batch by batch."""

import math
from collections import defaultdict

import torch

from rotational_variance.activations.description import ActivationInfo
from rotational_variance.measuring.moments import Moments, Sums
from rotational_variance.measuring.statistics import OVER_ANGLES


class Scratch:
    """Reusable memory for two float64 arrays of any shape."""

    def __init__(self) -> None:
        self._memory = torch.empty(0, dtype=torch.float64)

    def two(self, shape: tuple[int, ...], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """Return two arrays of one shape with arbitrary content, valid until the next call."""
        size = math.prod(shape)
        if len(self._memory) < 2 * size:
            self._memory = torch.empty(2 * size, dtype=torch.float64, device=device)
        return self._memory[:size].view(shape), self._memory[size : 2 * size].view(shape)


class ClassStatistics:
    """Statistics of the samples of one class, by layer; arrays are [..., aggregation, unit]."""

    def __init__(self, layers: list[ActivationInfo], scratch: Scratch) -> None:
        self._layers = layers
        self._scratch = scratch
        self._received: list[list[torch.Tensor]] = [[] for _ in layers]  # values at each angle of the group so far
        self._over_samples: list[dict[int, Sums]] = [defaultdict(Sums) for _ in layers]  # by group of angles
        self._over_angles = [Sums() for _ in layers]
        self._n_samples = 0
        self._totals: list[dict[str, torch.Tensor | float]] = [dict.fromkeys(OVER_ANGLES, 0.0) for _ in layers]

    def receive(self, layer: int, values: torch.Tensor) -> None:
        """Keep the values of a layer [sample, aggregation, unit], for one batch at one angle, until `add_group`."""
        self._received[layer].append(values)

    def add_group(self, group: int) -> None:
        """Add a batch's values at all angles of the group in one sum, which is faster than one per pass."""
        for i, received in enumerate(self._received):
            # values, other: [angle, sample, aggregation, unit]; received: [angle][sample, aggregation, unit]
            values, other = self._scratch.two((len(received), *received[0].shape), received[0].device)
            for at_angle, of_pass in zip(values, received, strict=True):
                at_angle.copy_(of_pass)
            received.clear()
            self._over_angles[i].add(values, other)  # sums are [sample, aggregation, unit]
            # [sample, angle, aggregation, unit]; sums are [angle, aggregation, unit]
            self._over_samples[i][group].add(values.transpose(0, 1), other.transpose(0, 1))

    def finish_batch(self, n_samples: int) -> None:
        """Add the statistics over the angles of a batch of `n_samples` samples, after its last angle."""
        self._n_samples += n_samples
        for totals, over_angles in zip(self._totals, self._over_angles, strict=True):
            moments = over_angles.moments()  # [sample, aggregation, unit]
            for name, statistic in OVER_ANGLES.items():
                totals[name] += statistic(moments).sum(0)  # [aggregation, unit]
        self._check_finite()
        self._over_angles = [Sums() for _ in self._layers]

    def _check_finite(self) -> None:
        for info, totals in zip(self._layers, self._totals, strict=True):
            for total in totals.values():
                finite = torch.isfinite(total).all(dim=0)  # [aggregation, unit] -> [unit]
                if not finite.all():
                    unit = int((~finite).nonzero()[0])
                    raise ValueError(
                        f"layer {info.name}: unit {unit} is infinite or not a number; nothing can be measured"
                    )

    def over_angles(self) -> list[dict[str, torch.Tensor]]:
        """Return, by layer, the means over the samples of OVER_ANGLES: {name: [aggregation, unit]}."""
        return [{name: total / self._n_samples for name, total in totals.items()} for totals in self._totals]

    def over_samples(self) -> list[Moments]:
        """Return, by layer, the moments over the samples at each angle: [angle, aggregation, unit]."""
        return [_concatenate([sums.moments() for sums in of_layer.values()]) for of_layer in self._over_samples]


def _concatenate(moments: list[Moments]) -> Moments:
    """Concatenate moments with equal counts along the first axis."""
    return Moments(
        moments[0].n_observations,
        torch.cat([one.origin for one in moments]),
        torch.cat([one.offset for one in moments]),
        torch.cat([one.squared_deviations for one in moments]),
    )
