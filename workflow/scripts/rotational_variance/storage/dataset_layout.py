"""The layout of the dataset file (HDF5)."""

FORMAT = "rotational-variance dataset 1"
