"""Write the variance file (HDF5)."""

import json
from pathlib import Path

import h5py
import numpy as np

from rotational_variance.measures.measurement import Layer, Measurement
from rotational_variance.storage.hdf5 import STRING, writing_hdf5
from rotational_variance.storage.measurement_layout import AXES, FORMAT


def write_measurement(path: str | Path, measurement: Measurement) -> None:
    """Write a variance file. Its axes are HDF5 dimension scales of the same name, as in netCDF: xarray opens it.

    /angle [angle] in degrees, /sample_set [sample_set], /aggregation [aggregation], /n_samples [sample_set],
    /accuracy [sample_set, angle], and per layer
    /layers/<order>_<name>/{transformation_std,sample_std,normalized} [aggregation, sample_set, unit], float64.
    """
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        for name, value in measurement.attributes.items():
            file.attrs[name] = json.dumps(value, sort_keys=True) if isinstance(value, dict) else value
        file.create_dataset("angle", data=measurement.angles_degrees).make_scale("angle")
        file["angle"].attrs["units"] = "degrees"
        file.create_dataset("sample_set", data=measurement.sample_sets, dtype=STRING).make_scale("sample_set")
        file.create_dataset("aggregation", data=measurement.aggregations, dtype=STRING).make_scale("aggregation")
        for name, axes in (("n_samples", ("sample_set",)), ("accuracy", ("sample_set", "angle"))):
            _attach(file.create_dataset(name, data=getattr(measurement, name)), {axis: file[axis] for axis in axes})
        for order, layer in enumerate(measurement.layers):
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
    """Name the axes of `values`, in order, and attach to each the scale that holds its coordinates."""
    for axis, (name, scale) in enumerate(scales.items()):
        values.dims[axis].label = name
        values.dims[axis].attach_scale(scale)
