"""Write the dataset file (HDF5)."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from rotational_variance.samples.channel_statistics import channel_statistics
from rotational_variance.samples.image_dataset import Dataset
from rotational_variance.storage.dataset_layout import FORMAT
from rotational_variance.storage.hdf5 import STRING, writing_hdf5


def write_dataset(path: str | Path, dataset: Dataset, conversions: Mapping[str, int] = MappingProxyType({})) -> None:
    """Write a dataset: {train,test}/{images,labels}, class_names, and the training set's mean and std [channel].

    conversions  {what was done to the pixels of image files, in words: to how many}; written only if there are any
    """
    mean, std = channel_statistics(dataset.train_images)
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["name"] = dataset.name
        if conversions:
            file.attrs["conversions"] = json.dumps(dict(conversions))
        file.create_dataset("class_names", data=dataset.class_names, dtype=STRING)
        for part in ("train", "test"):
            images = file.create_dataset(f"{part}/images", data=getattr(dataset, f"{part}_images"))
            for axis, label in enumerate(("sample", "height", "width", "channel")):
                images.dims[axis].label = label
            file.create_dataset(f"{part}/labels", data=getattr(dataset, f"{part}_labels")).dims[0].label = "sample"
        for name, values in (("mean", mean), ("std", std)):
            file.create_dataset(name, data=values).dims[0].label = "channel"
