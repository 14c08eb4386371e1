"""The architectures, one per file. A new model is one new file here with a function `build`.

`build(*, n_channels, image_size, n_classes, ...)` returns a torch.nn.Module that maps normalised images
[sample, channel, height, width] to log-probabilities [sample, class]. Its further keyword arguments (`width`, ...)
become the model's options. A module is imported only when its architecture is built, so that a change to
one architecture reruns that architecture only.
"""

import importlib
from pathlib import Path

from torch import nn


def names() -> list[str]:
    """List the architectures: the names of the files beside this one."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def build(name: str, *, n_channels: int, image_size: int, n_classes: int, **options) -> nn.Module:
    """Build the architecture `name` with freshly drawn weights, for images of `image_size` x `image_size` pixels.

    Raises ValueError for an unknown name, or options that the architecture does not take.
    """
    if name not in names():
        raise ValueError(f"model: got {name!r}, expected one of {', '.join(names())}")
    architecture = importlib.import_module(f"{__name__}.{name}")
    return architecture.build(n_channels=n_channels, image_size=image_size, n_classes=n_classes, **options)
