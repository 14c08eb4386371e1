"""The networks of the study, untrained, and random images that are rotated beforehand."""

from dataclasses import dataclass

import torch
from torch import nn

from rotational_variance import models
from rotational_variance.measuring.batches import MEMORY_FORMATS, class_batches
from rotational_variance.samples.angles import angle_grid
from rotational_variance.samples.inputs import Samples

N_CLASSES = 10


@dataclass(frozen=True)
class Network:
    """A network, with its options and the shape of its images."""

    label: str
    name: str
    options: dict
    n_channels: int
    image_size: int

    def build(self) -> nn.Module:
        torch.manual_seed(0)
        shape = {"n_channels": self.n_channels, "image_size": self.image_size, "n_classes": N_CLASSES}
        return models.build(self.name, **shape, **self.options).eval()

    def samples(self, n: int, n_classes: int = N_CLASSES, device: str | torch.device = "cpu") -> Samples:
        """Return `n` random images, as many of each class; the same on every device."""
        generator = torch.Generator().manual_seed(0)
        shape = (n, self.n_channels, self.image_size, self.image_size)
        return Samples(
            images=torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8).to(device),
            labels=torch.arange(n, device=device) % n_classes,
            mean=torch.full((self.n_channels, 1, 1), 0.5, device=device),
            std=torch.full((self.n_channels, 1, 1), 0.3, device=device),
        )


SIMPLE_CONV = Network("simple_conv on MNIST", "simple_conv", {"width": 32, "hidden": 64}, 1, 28)
ALL_CONVOLUTIONAL = Network("all_convolutional on CIFAR-10", "all_convolutional", {"width": 64}, 3, 32)
VGG16 = Network("vgg16 on CIFAR-10", "vgg16", {"width": 64}, 3, 32)
RESNET18 = Network("resnet-18 on CIFAR-10", "resnet", {"width": 64, "depth": 18}, 3, 32)
RESNET50 = Network("resnet-50 on CIFAR-10", "resnet", {"width": 64, "depth": 50}, 3, 32)


class RotatedSamples(Samples):
    """Samples whose rotated inputs are kept, so that neither contender spends time on rotations."""

    def keep(self, n_classes: int, angles_degrees: list[float], batch_size: int, memory_format: str, dtype) -> list:
        """Make all inputs that a measurement will ask for; return them in the order of the passes."""
        kept = {}
        for label in range(n_classes):
            for index in class_batches(self.labels, label, batch_size):
                for degrees in angles_degrees:
                    kept[int(index[0]), degrees] = super().inputs(
                        index, degrees, dtype=dtype, memory_format=MEMORY_FORMATS[memory_format]
                    )
        object.__setattr__(self, "kept", kept)
        return list(kept.values())

    def inputs(self, index, degrees=0.0, **layout):
        return self.kept[int(index[0]), degrees]


def rotated(
    network: Network,
    n: int,
    n_classes: int,
    n_angles: int,
    batch_size: int,
    memory_format: str,
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = "cpu",
) -> tuple[RotatedSamples, list[float], list[torch.Tensor]]:
    """Return (samples, angles, inputs of all passes) of `n` images of `n_classes` classes."""
    plain = network.samples(n, n_classes, device)
    samples = RotatedSamples(plain.images, plain.labels, plain.mean, plain.std)
    angles = angle_grid(n_angles)
    return samples, angles, samples.keep(n_classes, angles, batch_size, memory_format, dtype)
