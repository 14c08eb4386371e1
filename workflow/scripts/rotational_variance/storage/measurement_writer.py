"""Write the variance file (HDF5)."""

import json
from pathlib import Path

import h5py
import numpy as np

from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.storage.dimension_scales import DimensionScales
from rotational_variance.storage.hdf5 import STRING, writing_hdf5
from rotational_variance.storage.measurement_layout import (
    DERIVED,
    FORMAT,
    NOISE,
    NOISE_AXES,
    OF_RUN,
    OF_UNIT,
    STATISTICS,
    group_names,
    name_attributes,
)


def write_measurement(path: str | Path, measurement: Measurement) -> None:
    """Write a variance file. Its axes are HDF5 dimension scales of the same name, as in netCDF: xarray opens it.

    /angle [angle] in degrees, /sample_set [sample_set], /aggregation [aggregation], /{n_samples,n_test} [sample_set],
    /accuracy [sample_set, angle], and per layer, with the attributes name, kind and unit_axis, in float64,
    /layers/<order>_<name>/{transformation_std,sample_std,normalized_variance} [aggregation, sample_set, unit] and
    /layers/<order>_<name>/rounding_noise [aggregation, unit]. M is NaN for units below precision.
    """
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        for name, value in measurement.attributes.items():
            file.attrs[name] = json.dumps(value, sort_keys=True) if isinstance(value, dict) else value
        scales = DimensionScales()
        shared = {
            "angle": scales.make(file, "angle", measurement.angles_degrees),
            "sample_set": scales.make(file, "sample_set", measurement.sample_sets, dtype=STRING),
            "aggregation": scales.make(file, "aggregation", measurement.aggregations, dtype=STRING),
        }
        shared["angle"].attrs["units"] = "degrees"
        for name, axes in OF_RUN.items():
            values = file.create_dataset(name, data=getattr(measurement, name))
            scales.attach(values, {axis: shared[axis] for axis in axes})
        names = group_names([layer.name for layer in measurement.layers])
        for name, layer in zip(names, measurement.layers, strict=True):
            _write_layer(file.create_group(f"layers/{name}"), layer, scales, shared)
        scales.finish()


def _write_layer(group: h5py.Group, layer: Layer, scales: DimensionScales, shared: dict[str, h5py.Dataset]) -> None:
    for name, value in (name_attributes(layer.name) | {"kind": layer.kind, "unit_axis": layer.unit_axis}).items():
        group.attrs[name] = value
    of_axis = shared | {"unit": scales.make(group, "unit", np.arange(layer.n_units))}
    of_unit = {name: layer.statistics[name] for name in STATISTICS} | {DERIVED: layer.normalized_variance}
    with_axes = {name: (values, OF_UNIT) for name, values in of_unit.items()}
    for name, (values, axes) in (with_axes | {NOISE: (layer.rounding_noise, NOISE_AXES)}).items():
        scales.attach(group.create_dataset(name, data=values), {axis: of_axis[axis] for axis in axes})
