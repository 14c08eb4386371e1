"""Read the dataset file (HDF5)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rotational_variance.samples.image_dataset import Dataset
from rotational_variance.storage.dataset_layout import FORMAT
from rotational_variance.storage.hdf5 import open_hdf5


@dataclass(frozen=True)
class StoredDataset:
    """A dataset file's content; mean and std float64 [channel] of the training set, on the scale of 0 to 1."""

    dataset: Dataset
    mean: np.ndarray
    std: np.ndarray


def read_dataset(path: str | Path) -> StoredDataset:
    """Read a dataset file whole. Raises ValueError for one that is broken or whose parts do not fit together."""
    with open_hdf5(path, FORMAT, "dataset") as file:
        dataset = Dataset(
            name=file.attrs["name"],
            class_names=file["class_names"].asstr()[:].tolist(),
            train_images=file["train/images"][:],
            train_labels=file["train/labels"][:],
            test_images=file["test/images"][:],
            test_labels=file["test/labels"][:],
        )
        stored = StoredDataset(dataset, mean=file["mean"][:], std=file["std"][:])
        for name, values in (("mean", stored.mean), ("std", stored.std)):
            if values.shape != (dataset.n_channels,) or not np.isfinite(values).all() or (values < 0).any():
                raise ValueError(f"{name}: got {values}, expected a number for each of {dataset.n_channels} channels")
        return stored
