"""Read the variance file (HDF5)."""

from pathlib import Path

import h5py
import numpy as np

from rotational_variance.measures.measurement import Layer, Measurement
from rotational_variance.storage.hdf5 import open_hdf5
from rotational_variance.storage.measurement_attributes import check_attributes
from rotational_variance.storage.measurement_layout import AXES, FORMAT


def read_measurement(path: str | Path, run: dict | None = None) -> Measurement:
    """Read a variance file.

    Raises ValueError if the file is broken, if its axes do not fit, if it holds impossible numbers (not finite or
    negative), or if it belongs to another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measurement") as file:
        attributes = check_attributes(dict(file.attrs), run)
        aggregations = file["aggregation"].asstr()[:].tolist()
        sample_sets = file["sample_set"].asstr()[:].tolist()
        angles_degrees, n_samples, accuracy = (file[name][:] for name in ("angle", "n_samples", "accuracy"))
        if not np.isfinite(angles_degrees).all():
            raise ValueError(f"angle: got {angles_degrees}, expected finite numbers")
        if n_samples.shape != (len(sample_sets),):
            raise ValueError(f"n_samples: got {n_samples.shape} numbers for {len(sample_sets)} sample sets")
        if accuracy.shape != (len(sample_sets), len(angles_degrees)) or not ((accuracy >= 0) & (accuracy <= 1)).all():
            raise ValueError(f"accuracy: got {accuracy.shape} numbers, expected shares for each sample set and angle")
        return Measurement(
            layers=[_read_layer(file["layers"][name], aggregations, sample_sets) for name in sorted(file["layers"])],
            angles_degrees=angles_degrees,
            aggregations=aggregations,
            sample_sets=sample_sets,
            n_samples=n_samples,
            accuracy=accuracy,
            attributes=attributes,
        )


def _read_layer(group: h5py.Group, aggregations: list[str], sample_sets: list[str]) -> Layer:
    expected = len(aggregations), len(sample_sets), len(group["unit"])
    statistics = {}
    for name in ("transformation_std", "sample_std"):
        axes = [axis.label for axis in group[name].dims]
        statistics[name] = values = group[name][:]
        if axes != list(AXES) or values.shape != expected:
            raise ValueError(
                f"{group.name.strip('/')}/{name}: got axes {axes} of {values.shape}, "
                f"expected {list(AXES)} of {expected}"
            )
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{group.name.strip('/')}/{name}: holds numbers that are not finite, or below 0")
    return Layer(name=group.attrs["name"], kind=group.attrs["kind"], **statistics)
