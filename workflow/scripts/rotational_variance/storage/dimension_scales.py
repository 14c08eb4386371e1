"""Attach dimension scales to the axes of any number of datasets (HDF5)."""

import h5py
import numpy as np

from rotational_variance.storage.hdf5 import STRING

REFERENCE = np.dtype([("dataset", h5py.ref_dtype), ("dimension", np.int32)])


class DimensionScales:
    """Makes dimension scales in a file, and attaches them to datasets. At the end, call `finish`.

    Each scale lists the datasets that it is attached to. HDF5's own function writes the list anew at each attachment,
    which takes minutes for thousands of them, and fails where the list is above 64 KiB. Here, lists of any length are
    written once, at the end. Source of the attributes: The HDF Group, HDF5 Dimension Scale Specification.
    """

    def __init__(self):
        self._attached: dict[h5py.Dataset, list[tuple[h5py.Reference, int]]] = {}

    def make(self, group: h5py.Group, name: str, values: np.ndarray | list, dtype=None) -> h5py.Dataset:
        """Write a dimension scale of this name, and return it."""
        # An attribute above 64 KiB needs an object of HDF5's newer form, which tracking the attributes' order brings.
        scale = group.create_dataset(name, data=values, dtype=dtype, track_order=True)
        scale.make_scale(name)
        self._attached[scale] = []
        return scale

    def attach(self, values: h5py.Dataset, scales: dict[str, h5py.Dataset]) -> None:
        """Name the axes of `values`, in order, and attach to each the scale that holds its coordinates."""
        references = np.empty(len(scales), dtype=object)
        for axis, scale in enumerate(scales.values()):
            references[axis] = np.array([scale.ref], dtype=h5py.ref_dtype)
            self._attached[scale].append((values.ref, axis))
        values.attrs.create("DIMENSION_LABELS", list(scales), dtype=STRING)
        values.attrs.create("DIMENSION_LIST", references, dtype=h5py.vlen_dtype(h5py.ref_dtype))

    def finish(self) -> None:
        """Write into each scale what it is attached to."""
        for scale, attached in self._attached.items():
            if attached:
                scale.attrs.create("REFERENCE_LIST", np.array(attached, dtype=REFERENCE))
