"""Shift and mirror training images by random amounts, each image by its own; no image is turned here."""

import torch
import torch.nn.functional as F

from rotational_variance.torch_setup.device import send


def random_offsets(n: int, limit: int, generator: torch.Generator) -> torch.Tensor:
    """Draw offsets for `n` images, whole pixels from -limit to limit: int64 [n, (down, right)], on the CPU."""
    return torch.randint(-limit, limit + 1, (n, 2), generator=generator)


def random_flips(n: int, generator: torch.Generator) -> torch.Tensor:
    """Draw for each of `n` images whether it is mirrored, as often as not: bool [n], on the CPU."""
    return torch.rand(n, generator=generator) < 0.5


def shift(images: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Move each image by its own offset; the pixels that come in from outside are 0 (black).

    images   [sample, channel, height, width]
    offsets  int64 [sample, (down, right)], in pixels
    returns  [sample, channel, height, width]
    """
    limit = int(offsets.abs().max())
    height, width = images.shape[2:]
    windows = F.pad(images, [limit] * 4).unfold(2, height, 1).unfold(3, width, 1)  # [..., down, right, height, width]
    down, right = send(limit - offsets, images.device).unbind(1)
    return windows[torch.arange(len(images), device=images.device), :, down, right]


def mirror(images: torch.Tensor, flips: torch.Tensor) -> torch.Tensor:
    """Swap left and right in the images [sample, channel, height, width] for which `flips` [sample] is True."""
    return torch.where(send(flips, images.device)[:, None, None, None], images.flip(3), images)
