"""The variance tensor's file (HDF5)."""

import json
from pathlib import Path

import h5py
import numpy as np

from rotational_variance.normalized import Layer, VarianceTensor
from rotational_variance.storage.files import STRING, open_hdf5, writing_hdf5

FORMAT = "rotational-variance tensor 2"
ATTRIBUTES = ("model", "dataset", "training", "seed", "spec", "activations", "computed_on", "versions",
              "dataset_sha256", "checkpoint_sha256")  # fmt: skip
JSON_ATTRIBUTES = ("spec", "activations", "computed_on", "versions")
AXES = ("aggregation", "sample_set", "unit")


def write_variance(path: str | Path, tensor: VarianceTensor) -> None:
    """Write a variance tensor; axes are HDF5 dimension scales of the same name, as netCDF's are: it opens in xarray.

    /angle [angle] in degrees, /sample_set [sample_set], /aggregation [aggregation], /n_samples [sample_set],
    /accuracy [sample_set, angle], and by layer
    /layers/<order>_<name>/{transformation_std,sample_std,normalized} [aggregation, sample_set, unit], float64.
    """
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        for name, value in tensor.attributes.items():
            file.attrs[name] = json.dumps(value, sort_keys=True) if isinstance(value, dict) else value
        file.create_dataset("angle", data=tensor.angles_degrees).make_scale("angle")
        file["angle"].attrs["units"] = "degrees"
        file.create_dataset("sample_set", data=tensor.sample_sets, dtype=STRING).make_scale("sample_set")
        file.create_dataset("aggregation", data=tensor.aggregations, dtype=STRING).make_scale("aggregation")
        for name, axes in (("n_samples", ("sample_set",)), ("accuracy", ("sample_set", "angle"))):
            _attach(file.create_dataset(name, data=getattr(tensor, name)), {axis: file[axis] for axis in axes})
        for order, layer in enumerate(tensor.layers):
            _write_layer(file, f"layers/{order:03d}_{layer.name}", layer)


def _write_layer(file: h5py.File, name: str, layer: Layer) -> None:
    group = file.create_group(name)
    group.attrs["name"] = layer.name
    group.attrs["kind"] = layer.kind
    group.create_dataset("unit", data=np.arange(layer.n_units)).make_scale("unit")
    for statistic in ("transformation_std", "sample_std", "normalized"):
        values = group.create_dataset(statistic, data=getattr(layer, statistic))
        _attach(values, {axis: (group if axis == "unit" else file)[axis] for axis in AXES})


def _attach(values: h5py.Dataset, scales: dict[str, h5py.Dataset]) -> None:
    """Name the axes of `values`, in order, and say which scale holds the coordinates of each."""
    for axis, (name, scale) in enumerate(scales.items()):
        values.dims[axis].label = name
        values.dims[axis].attach_scale(scale)


def read_variance(path: str | Path, run: dict | None = None) -> VarianceTensor:
    """Read a variance tensor.

    Raises ValueError for a file that is broken, whose axes do not fit, which holds what no measurement gives (numbers
    that are not finite or below 0), or which is that of another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measure") as file:
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
        return VarianceTensor(
            layers=[_read_layer(file["layers"][name], aggregations, sample_sets) for name in sorted(file["layers"])],
            angles_degrees=angles_degrees,
            aggregations=aggregations,
            sample_sets=sample_sets,
            n_samples=n_samples,
            accuracy=accuracy,
            attributes=attributes,
        )


def read_attributes(path: str | Path, run: dict | None = None) -> dict:
    """Read what made a variance tensor, without its numbers.

    Raises ValueError for a file that is broken, or that of another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measure") as file:
        return _read_attributes(file, run)


def _read_attributes(file: h5py.File, run: dict | None) -> dict:
    attributes = dict(file.attrs)
    _check_attributes(attributes, run)
    return {
        name: _read_json(name, attributes[name]) if name in JSON_ATTRIBUTES else attributes[name] for name in ATTRIBUTES
    }


def _read_json(name: str, text: str) -> dict:
    """Read an attribute that holds names and values. Raises ValueError where it does not."""
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
            raise ValueError(f"{name}: got {attributes[name]}, expected {expected}")


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
