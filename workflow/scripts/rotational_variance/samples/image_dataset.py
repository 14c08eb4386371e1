"""A dataset in memory: images, labels and class names. numpy only."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """Labelled images, split into a training and a test set.

    *_images  uint8 [sample, height, width, channel]; *_labels int64 [sample], an index into class_names
    Raises ValueError if these do not fit together.
    """

    name: str
    class_names: list[str]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self) -> None:
        for part, images, labels in self.parts():
            self._check_images(part, images)
            self._check_labels(part, labels, n_images=len(images))
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise ValueError(
                f"dataset {self.name}: training images are {self.train_images.shape[1:]}, "
                f"test images {self.test_images.shape[1:]}; expected the same size and channels"
            )
        lowest, highest = self.train_images.min((0, 1, 2)), self.train_images.max((0, 1, 2))
        for channel in (lowest == highest).nonzero()[0]:
            raise ValueError(
                f"dataset {self.name}: channel {channel} of all training images is {lowest[channel]} everywhere; "
                "it cannot be normalised"
            )

    def _check_images(self, part: str, images: np.ndarray) -> None:
        if images.ndim != 4 or images.dtype != np.uint8:
            raise ValueError(
                f"dataset {self.name}, {part} set: got images of shape {images.shape} and type {images.dtype}, "
                "expected uint8 [sample, height, width, channel]"
            )
        _, height, width, n_channels = images.shape
        if len(images) == 0:
            raise ValueError(f"dataset {self.name}, {part} set: holds no images")
        if height != width:
            raise ValueError(f"dataset {self.name}, {part} set: got {height} x {width} pixels, expected square images")
        if n_channels not in (1, 3):
            raise ValueError(
                f"dataset {self.name}, {part} set: got {n_channels} channels, expected 1 (grey) or 3 (RGB)"
            )

    def _check_labels(self, part: str, labels: np.ndarray, n_images: int) -> None:
        if labels.shape != (n_images,):
            raise ValueError(f"dataset {self.name}, {part} set: got {labels.shape} labels for {n_images} images")
        if labels.min() < 0 or labels.max() >= len(self.class_names):
            raise ValueError(
                f"dataset {self.name}, {part} set: got labels from {labels.min()} to {labels.max()}, "
                f"expected 0 to {len(self.class_names) - 1}"
            )

    def parts(self) -> list[tuple[str, np.ndarray, np.ndarray]]:
        """Return (name, images, labels) of the training and the test set."""
        return [
            ("training", self.train_images, self.train_labels),
            ("test", self.test_images, self.test_labels),
        ]

    @property
    def image_size(self) -> int:
        return self.train_images.shape[1]

    @property
    def n_channels(self) -> int:
        return self.train_images.shape[3]
