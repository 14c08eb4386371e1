"""Batches of training samples in a random order: shifted, mirrored and turned at random, as the recipe says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from rotational_variance.samples.inputs import Samples
from rotational_variance.training.augmentation import mirror, random_flips, random_offsets, shift
from rotational_variance.training.recipe import Recipe


def random_degrees(n: int, limit: float, generator: torch.Generator) -> torch.Tensor:
    """Draw `n` angles from U(-limit, limit) degrees: float64 [n], on the CPU (the same on every device)."""
    return torch.rand(n, generator=generator, dtype=torch.float64) * (2 * limit) - limit


@dataclass(frozen=True)
class Changes:
    """How each sample of an epoch is changed, in their order: drawn on the CPU, the same on every device.

    What the recipe leaves as it is stays None, and draws no numbers.
    """

    degrees: torch.Tensor | None
    offsets: torch.Tensor | None
    flips: torch.Tensor | None

    def of(self, part: slice) -> "Changes":
        """Return those of some samples."""
        return Changes(*(None if values is None else values[part] for values in vars(self).values()))


def draw_changes(n: int, recipe: Recipe, generator: torch.Generator) -> Changes:
    """Draw how each of `n` samples is changed."""
    return Changes(
        degrees=random_degrees(n, recipe.rotate, generator) if recipe.rotate > 0 else None,
        offsets=random_offsets(n, recipe.shift, generator) if recipe.shift > 0 else None,
        flips=random_flips(n, generator) if recipe.flip else None,
    )


def shuffled_batches(
    train: Samples, n_batches: int, recipe: Recipe, generator: torch.Generator, memory_format: torch.memory_format
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield (inputs, labels) of all samples, in a new order and with new changes, in nearly equal batches."""
    order = torch.randperm(len(train), generator=generator)
    changes = draw_changes(len(train), recipe, generator)
    start = 0
    for index in order.to(train.labels.device).tensor_split(n_batches):
        part = slice(start, start + len(index))
        yield _inputs(train.subset(index), changes.of(part), memory_format)
        start = part.stop


def _inputs(
    samples: Samples, changes: Changes, memory_format: torch.memory_format
) -> tuple[torch.Tensor, torch.Tensor]:
    images = samples.images
    if changes.offsets is not None:
        images = shift(images, changes.offsets)
    if changes.flips is not None:
        images = mirror(images, changes.flips)
    degrees = 0.0 if changes.degrees is None else changes.degrees
    changed = replace(samples, images=images)
    return changed.inputs(slice(None), degrees, memory_format=memory_format), samples.labels
