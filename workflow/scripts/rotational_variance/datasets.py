"""A dataset in memory: images, labels, class names, and the training set's statistics. numpy only."""

from dataclasses import dataclass

import numpy as np

RESERVED = ("all", "stratified")  # sample sets of their own, beside the classes


@dataclass(frozen=True)
class Dataset:
    """Labelled images, split into a training and a test set.

    *_images  uint8 [sample, height, width, channel]; *_labels int64 [sample], an index into class_names
    Raises ValueError where these do not fit together.
    """

    name: str
    class_names: list[str]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self) -> None:
        for part, images, labels in self.parts():
            what = f"dataset {self.name}, {part} set"
            if images.ndim != 4 or images.dtype != np.uint8:
                raise ValueError(
                    f"{what}: got images of shape {images.shape} and type {images.dtype}, "
                    "expected uint8 [sample, height, width, channel]"
                )
            if len(images) == 0:
                raise ValueError(f"{what}: holds no images")
            if images.shape[1] != images.shape[2]:
                raise ValueError(f"{what}: got {images.shape[1]} x {images.shape[2]} pixels, expected square images")
            if images.shape[3] not in (1, 3):
                raise ValueError(f"{what}: got {images.shape[3]} channels, expected 1 (grey) or 3 (RGB)")
            if labels.shape != (len(images),):
                raise ValueError(f"{what}: got {labels.shape} labels for {len(images)} images")
            if labels.min() < 0 or labels.max() >= len(self.class_names):
                raise ValueError(
                    f"{what}: got labels from {labels.min()} to {labels.max()}, "
                    f"expected 0 to {len(self.class_names) - 1}"
                )
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


def check_classes(dataset: Dataset) -> None:
    """Raise ValueError for a class that could not be measured, naming it, before hours go into training."""
    for label, class_name in enumerate(dataset.class_names):
        if class_name in RESERVED:
            raise ValueError(f"dataset {dataset.name}: a class cannot be called {class_name}; rename it")
        n_train, n_test = ((labels == label).sum() for labels in (dataset.train_labels, dataset.test_labels))
        if n_train < 1 or n_test < 2:
            raise ValueError(
                f"dataset {dataset.name}: class {class_name} has {n_train} training and {n_test} test images, expected "
                "1 and 2 or more: fewer test images have no spread to be measured"
            )


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of each channel's pixels, on the scale of 0 (black) to 1.

    images  uint8 [sample, height, width, channel]; returns two arrays float64 [channel]

    Counts how often each of the 256 values occurs, so the result is exact whatever the number of images. Divisor n: the
    pixels are the whole population that inputs are normalised with.
    """
    values = np.arange(256) / 255
    means, stds = [], []
    for channel in range(images.shape[-1]):
        counts = np.bincount(images[..., channel].ravel(), minlength=256)
        mean = np.average(values, weights=counts)
        means.append(mean)
        stds.append(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
    return np.array(means), np.array(stds)
