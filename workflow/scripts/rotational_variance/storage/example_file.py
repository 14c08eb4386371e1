"""The example file (HDF5): what two units of a network do while images are rotated."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from rotational_variance.storage.hdf5 import open_hdf5, writing_hdf5

FORMAT = "rotational-variance example 1"
ARRAYS = ("images", "values", "angles_degrees", "units", "transformation_std", "sample_std", "normalized_variance")


@dataclass(frozen=True)
class Example:
    """Two units of a layer: the most invariant one, and a variant one.

    images          uint8 [angle, height, width, channel]: one image at each angle
    values          [unit, image, angle]: activations; image 0 is that of `images`
    angles_degrees  [angle]
    units           [unit]: their numbers in the layer
    transformation_std, sample_std, normalized_variance  [unit], of the measurement
    layer           the name of the layer
    aggregation     that of feature maps, or "" for a layer without space
    """

    images: np.ndarray
    values: np.ndarray
    angles_degrees: np.ndarray
    units: np.ndarray
    transformation_std: np.ndarray
    sample_std: np.ndarray
    normalized_variance: np.ndarray
    layer: str
    aggregation: str


def write_example(path: str | Path, example: Example) -> None:
    """Write an example file."""
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        for name, value in asdict(example).items():
            if name in ARRAYS:
                file.create_dataset(name, data=value)
            else:
                file.attrs[name] = value


def read_example(path: str | Path) -> Example:
    """Read an example file. Raises DamagedFileError, a ValueError, for a broken one."""
    with open_hdf5(path, FORMAT, "example") as file:
        texts = {name: str(file.attrs[name]) for name in ("layer", "aggregation")}
        example = Example(**{name: file[name][:] for name in ARRAYS}, **texts)
        n_units, _, n_angles = example.values.shape
        if len(example.images) != n_angles or len(example.angles_degrees) != n_angles or n_units != len(example.units):
            raise ValueError(f"values: got shape {example.values.shape}, which does not fit the angles or the units")
    return example
