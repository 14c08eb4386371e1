"""From a dataset's pixels to a network's inputs, on the device: scale, rotate, normalise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from rotational_variance.rotation import rotate


@dataclass(frozen=True)
class Samples:
    """Labelled images that stay on one device as uint8; a batch becomes floating point only when it is asked for.

    images     uint8 [sample, channel, height, width]
    labels     int64 [sample]
    mean, std  float32 [channel, 1, 1], of the training set, on the scale of 0 (black) to 1
    """

    images: torch.Tensor
    labels: torch.Tensor
    mean: torch.Tensor
    std: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, index: torch.Tensor) -> Samples:
        """Return the chosen samples."""
        return replace(self, images=self.images[index], labels=self.labels[index])

    def inputs(
        self,
        index: torch.Tensor | slice,
        degrees: float | torch.Tensor = 0.0,
        *,
        dtype: torch.dtype = torch.float32,
        memory_format: torch.memory_format = torch.channels_last,
    ) -> torch.Tensor:
        """Return the chosen images, rotated and then normalised: [sample, channel, height, width].

        degrees        one angle for all, or a tensor [sample] on the CPU. Corners are black before normalisation.
        dtype          of the result; all is computed in float32 at least
        memory_format  oneDNN's convolutions are up to twice as fast on channels-last batches
        """
        images = self.images[index].to(torch.promote_types(dtype, torch.float32)).div_(255)
        inputs = rotate(images, degrees).sub(self.mean).div_(self.std)
        return inputs.to(dtype).contiguous(memory_format=memory_format)


def to_samples(
    images: np.ndarray, labels: np.ndarray, mean: np.ndarray, std: np.ndarray, device: torch.device
) -> Samples:
    """Move images uint8 [sample, height, width, channel] and what belongs to them to a device."""
    return Samples(
        images=torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().to(device),
        labels=torch.from_numpy(labels).to(device),
        mean=torch.from_numpy(mean).float().view(-1, 1, 1).to(device),
        std=torch.from_numpy(std).float().view(-1, 1, 1).to(device),
    )


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
