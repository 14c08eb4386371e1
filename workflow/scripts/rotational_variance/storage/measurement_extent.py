"""Read from the variance file (HDF5) what was measured, without the statistics."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rotational_variance.storage.hdf5 import open_hdf5
from rotational_variance.storage.measurement_layout import FORMAT


@dataclass(frozen=True)
class Extent:
    """What was measured.

    n_samples, n_test  test images that were measured, and all that there are
    n_of_classes       those that were measured of each class
    angles_degrees     that they were turned by
    """

    n_samples: int
    n_test: int
    n_of_classes: tuple[int, ...]
    angles_degrees: tuple[float, ...]

    @property
    def n_classes(self) -> int:
        return len(self.n_of_classes)

    @property
    def is_part(self) -> bool:
        """Whether only some of the test images were measured."""
        return self.n_samples < self.n_test

    @property
    def is_full_circle(self) -> bool:
        """Whether the angles lie evenly over the full circle."""
        angles = np.sort(np.array(self.angles_degrees) % 360)
        return np.allclose(np.diff([*angles, angles[0] + 360]), 360 / len(angles))


def read_extent(path: str | Path) -> Extent:
    """Read what was measured. Raises ValueError if the file is broken."""
    with open_hdf5(path, FORMAT, "measurement") as file:
        n_all, *n_of_classes = file["n_samples"][:].tolist()
        n_test, angles = file["n_test"][:], file["angle"][:]
        return Extent(n_all, int(n_test[0]), tuple(n_of_classes), tuple(map(float, angles)))
