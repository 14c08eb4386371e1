"""The variance tensor's file (HDF5)."""

import json
from pathlib import Path

import h5py
import numpy as np

from rotational_variance.normalized import Layer, VarianceTensor
from rotational_variance.storage.files import STRING, open_hdf5, replacing

FORMAT = "rotational-variance tensor 1"


def write_variance(path: str | Path, tensor: VarianceTensor) -> None:
    """Write a variance tensor; axes carry their names as HDF5 dimension scales, so that it opens in xarray, too.

    /angles_degrees [angle], /samples [sample_set], /aggregation [aggregation], /n_samples [sample_set], and by layer
    /layers/<order>_<name>/{transformation_std,sample_std,normalized} [aggregation, sample_set, unit], float64.
    """
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["format"] = FORMAT
        for name, value in tensor.attributes.items():
            file.attrs[name] = json.dumps(value, sort_keys=True) if isinstance(value, dict) else value
        file.create_dataset("angles_degrees", data=tensor.angles_degrees).make_scale("angle")
        file.create_dataset("samples", data=tensor.sample_sets, dtype=STRING).make_scale("sample_set")
        file.create_dataset("aggregation", data=tensor.aggregations, dtype=STRING).make_scale("aggregation")
        counts = file.create_dataset("n_samples", data=tensor.n_samples)
        counts.dims[0].label = "sample_set"
        counts.dims[0].attach_scale(file["samples"])
        for order, layer in enumerate(tensor.layers):
            _write_layer(file, f"layers/{order:03d}_{layer.name}", layer)


def _write_layer(file: h5py.File, name: str, layer: Layer) -> None:
    group = file.create_group(name)
    group.attrs["name"] = layer.name
    group.attrs["kind"] = layer.kind
    group.create_dataset("unit", data=np.arange(layer.n_units)).make_scale("unit")
    for statistic in ("transformation_std", "sample_std", "normalized"):
        values = group.create_dataset(statistic, data=getattr(layer, statistic))
        for axis, (label, scale) in enumerate(
            (("aggregation", file["aggregation"]), ("sample_set", file["samples"]), ("unit", group["unit"]))
        ):
            values.dims[axis].label = label
            values.dims[axis].attach_scale(scale)


def read_variance(path: str | Path) -> VarianceTensor:
    """Read a variance tensor. Raises ValueError for a file that is broken, or whose axes do not fit."""
    with open_hdf5(path, FORMAT, "rule measure") as file:
        aggregations = file["aggregation"].asstr()[:].tolist()
        sample_sets = file["samples"].asstr()[:].tolist()
        layers = []
        for name in sorted(file["layers"]):
            group = file["layers"][name]
            layer = Layer(
                name=group.attrs["name"],
                kind=group.attrs["kind"],
                transformation_std=group["transformation_std"][:],
                sample_std=group["sample_std"][:],
            )
            for statistic in (layer.transformation_std, layer.sample_std):
                if statistic.shape != (len(aggregations), len(sample_sets), len(group["unit"])):
                    raise ValueError(
                        f"layers/{name}: got axes {statistic.shape}, expected [{len(aggregations)} aggregations, "
                        f"{len(sample_sets)} sample sets, {len(group['unit'])} units]"
                    )
            layers.append(layer)
        return VarianceTensor(
            layers=layers,
            angles_degrees=file["angles_degrees"][:],
            aggregations=aggregations,
            sample_sets=sample_sets,
            n_samples=file["n_samples"][:],
            attributes=dict(file.attrs),
        )
