"""The layout of the variance file (HDF5)."""

FORMAT = "rotational-variance tensor 2"
AXES = ("aggregation", "sample_set", "unit")
