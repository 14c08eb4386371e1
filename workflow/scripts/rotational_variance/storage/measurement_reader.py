"""Read the variance file (HDF5)."""

import json
from pathlib import Path

import h5py
import numpy as np

from rotational_variance.measures.measurement import Layer, Measurement
from rotational_variance.storage.file_errors import OtherRunError
from rotational_variance.storage.hdf5 import open_hdf5
from rotational_variance.storage.measurement_writer import AXES, FORMAT

ATTRIBUTES = ("model", "dataset", "training", "seed", "spec", "activations", "computed_on", "versions",
              "dataset_sha256", "checkpoint_sha256")  # fmt: skip
JSON_ATTRIBUTES = ("spec", "activations", "computed_on", "versions")


def read_measurement(path: str | Path, run: dict | None = None) -> Measurement:
    """Read a variance file.

    Raises ValueError if the file is broken, if its axes do not fit, if it holds impossible numbers (not finite or
    negative), or if it belongs to another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measurement") as file:
        attributes = _read_attributes(file, run)
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


def read_attributes(path: str | Path, run: dict | None = None) -> dict:
    """Read the attributes of a variance file, which tell its origin, without the statistics.

    Raises ValueError if the file is broken, or if it belongs to another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measurement") as file:
        return _read_attributes(file, run)


def _read_attributes(file: h5py.File, run: dict | None) -> dict:
    attributes = dict(file.attrs)
    _check_attributes(attributes, run)
    return {
        name: _read_json(name, attributes[name]) if name in JSON_ATTRIBUTES else attributes[name] for name in ATTRIBUTES
    }


def _read_json(name: str, text: str) -> dict:
    """Parse an attribute of names and values. Raises ValueError if it holds anything else."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"attribute {name} is no JSON ({error})") from error
    if not isinstance(value, dict):
        raise ValueError(f"attribute {name}: got {value!r}, expected names and values")
    return value


def _check_attributes(attributes: dict, run: dict | None) -> None:
    missing = [name for name in ATTRIBUTES if name not in attributes]
    if missing:
        raise ValueError(f"attribute {missing[0]} is missing")
    for name, expected in (run or {}).items():
        if attributes[name] != expected:
            raise OtherRunError(f"{name}: got {attributes[name]}, expected {expected}")


def _read_layer(group: h5py.Group, aggregations: list[str], sample_sets: list[str]) -> Layer:
    expected = len(aggregations), len(sample_sets), len(group["unit"])
    statistics = {}
    for name in ("transformation_std", "sample_std"):
        what = f"{group.name.strip('/')}/{name}"
        labels = [axis.label for axis in group[name].dims]
        statistics[name] = values = group[name][:]
        if labels != list(AXES) or values.shape != expected:
            raise ValueError(f"{what}: got axes {labels} of {values.shape}, expected {list(AXES)} of {expected}")
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{what}: holds numbers that are not finite, or below 0")
    return Layer(name=group.attrs["name"], kind=group.attrs["kind"], **statistics)
