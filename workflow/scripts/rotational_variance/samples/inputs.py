"""Turn a dataset's pixels into a network's inputs, on the device: scale, rotate, normalise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from rotational_variance.samples.rotation import rotate


@dataclass(frozen=True)
class Samples:
    """Labelled images that stay on one device as uint8; a batch becomes floating point only when `inputs` returns it.

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
        dtype          of the result; the computation uses float32 or more bits
        memory_format  oneDNN's convolutions are up to twice as fast on channels-last batches
        """
        # uint8 -> floating point from 0 to 1: [sample, channel, height, width], and so to the end
        images = self.images[index].to(torch.promote_types(dtype, torch.float32)).div_(255)
        inputs = rotate(images, degrees).sub(self.mean).div_(self.std)
        return inputs.to(dtype).contiguous(memory_format=memory_format)


def to_samples(
    images: np.ndarray, labels: np.ndarray, mean: np.ndarray, std: np.ndarray, device: torch.device
) -> Samples:
    """Move images uint8 [sample, height, width, channel], labels [sample], mean and std [channel] to a device."""
    return Samples(
        images=torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().to(device),
        labels=torch.from_numpy(labels).to(device),
        mean=torch.from_numpy(mean).float().view(-1, 1, 1).to(device),
        std=torch.from_numpy(std).float().view(-1, 1, 1).to(device),
    )
