"""Read the variance file (HDF5)."""

from pathlib import Path

import h5py
import numpy as np

from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.storage.hdf5 import open_hdf5
from rotational_variance.storage.measurement_attributes import check_attributes
from rotational_variance.storage.measurement_layout import FORMAT, NOISE, NOISE_AXES, OF_UNIT, STATISTICS, name_in


def read_measurement(path: str | Path, run: dict | None = None) -> Measurement:
    """Read a variance file.

    Raises ValueError if the file is broken, if its axes do not fit, if it holds impossible numbers (not finite or
    negative), or if it belongs to another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measurement") as file:
        attributes = check_attributes(dict(file.attrs), run)
        aggregations = file["aggregation"].asstr()[:].tolist()
        sample_sets = file["sample_set"].asstr()[:].tolist()
        angles_degrees, accuracy = file["angle"][:], file["accuracy"][:]
        n_samples, n_test = _read_counts(file, len(sample_sets))
        if not np.isfinite(angles_degrees).all():
            raise ValueError(f"angle: got {angles_degrees}, expected finite numbers")
        if accuracy.shape != (len(sample_sets), len(angles_degrees)) or not ((accuracy >= 0) & (accuracy <= 1)).all():
            raise ValueError(f"accuracy: got {accuracy.shape} numbers, expected shares for each sample set and angle")
        return Measurement(
            layers=[_read_layer(group, aggregations, sample_sets) for group in _layer_groups(file["layers"])],
            angles_degrees=angles_degrees,
            aggregations=aggregations,
            sample_sets=sample_sets,
            n_samples=n_samples,
            n_test=n_test,
            accuracy=accuracy,
            attributes=attributes,
        )


def _read_counts(file: h5py.File, n_sets: int) -> tuple[np.ndarray, np.ndarray]:
    """Read n_samples and n_test [sample_set]. Raises ValueError if more samples were measured than there are."""
    n_samples, n_test = file["n_samples"][:], file["n_test"][:]
    for name, counts in (("n_samples", n_samples), ("n_test", n_test)):
        if counts.shape != (n_sets,):
            raise ValueError(f"{name}: got {counts.shape} numbers for {n_sets} sample sets")
    if not (n_test >= n_samples).all():
        raise ValueError(f"n_test: got {n_test}, expected at least n_samples, {n_samples}")
    return n_samples, n_test


def _layer_groups(layers: h5py.Group) -> list[h5py.Group]:
    """Return the groups of the layers in the order of their numbers. Raises ValueError if these are not 0, 1, ..."""
    groups = {int(name.partition("_")[0]): group for name, group in layers.items()}
    if sorted(groups) != list(range(len(layers))):
        raise ValueError(f"layers: got {len(layers)} layers, but not numbers from 0 to {len(layers) - 1}")
    return [groups[number] for number in range(len(layers))]


def _read_layer(group: h5py.Group, aggregations: list[str], sample_sets: list[str]) -> Layer:
    unit_axis = group.attrs["unit_axis"]
    if not isinstance(unit_axis, np.integer) or unit_axis < 0:
        raise ValueError(f"{group.name.strip('/')}: unit_axis: got {unit_axis}, expected a whole number, 0 or more")
    lengths = {"aggregation": len(aggregations), "sample_set": len(sample_sets), "unit": len(group["unit"])}
    of_unit = {axis: lengths[axis] for axis in OF_UNIT}
    return Layer(
        name=name_in(group.attrs),
        kind=group.attrs["kind"],
        statistics={name: _read_statistic(group[name], of_unit) for name in STATISTICS},
        rounding_noise=_read_statistic(group[NOISE], {axis: lengths[axis] for axis in NOISE_AXES}),
        unit_axis=int(unit_axis),
    )


def _read_statistic(dataset: h5py.Dataset, expected: dict[str, int]) -> np.ndarray:
    """Read it. Raises ValueError if they are impossible, or if their axes are not those expected, {name: length}."""
    axes = list(dataset.attrs.get("DIMENSION_LABELS", []))
    values = dataset[:]
    if axes != list(expected) or values.shape != tuple(expected.values()):
        raise ValueError(
            f"{dataset.name.strip('/')}: got axes {axes} of {values.shape}, "
            f"expected {list(expected)} of {tuple(expected.values())}"
        )
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError(f"{dataset.name.strip('/')}: holds numbers that are not finite, or below 0")
    return values
