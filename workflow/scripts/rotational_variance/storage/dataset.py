"""The dataset file (HDF5)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rotational_variance.datasets import Dataset, channel_statistics
from rotational_variance.storage.files import STRING, open_hdf5, writing_hdf5

FORMAT = "rotational-variance dataset 1"


def write_dataset(path: str | Path, dataset: Dataset) -> None:
    """Write a dataset: {train,test}/{images,labels}, class_names, and the training set's mean and std [channel]."""
    mean, std = channel_statistics(dataset.train_images)
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["name"] = dataset.name
        file.create_dataset("class_names", data=dataset.class_names, dtype=STRING)
        for part in ("train", "test"):
            images = file.create_dataset(f"{part}/images", data=getattr(dataset, f"{part}_images"))
            for axis, label in enumerate(("sample", "height", "width", "channel")):
                images.dims[axis].label = label
            file.create_dataset(f"{part}/labels", data=getattr(dataset, f"{part}_labels")).dims[0].label = "sample"
        for name, values in (("mean", mean), ("std", std)):
            file.create_dataset(name, data=values).dims[0].label = "channel"


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
