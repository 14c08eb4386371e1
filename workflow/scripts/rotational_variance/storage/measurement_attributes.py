"""Read the attributes of the variance file (HDF5), which tell its origin."""

import json
from pathlib import Path

from rotational_variance.storage.file_errors import OtherRunError
from rotational_variance.storage.hdf5 import open_hdf5
from rotational_variance.storage.measurement_layout import FORMAT

ATTRIBUTES = ("model", "dataset", "training", "seed", "spec", "activations", "computed_on", "versions",
              "dataset_sha256", "checkpoint_sha256")  # fmt: skip
JSON_ATTRIBUTES = ("spec", "activations", "computed_on", "versions")


def read_attributes(path: str | Path, run: dict | None = None) -> dict:
    """Read the attributes of a variance file, without the statistics.

    Raises ValueError if the file is broken, or if it belongs to another run than `run`.
    """
    with open_hdf5(path, FORMAT, "measurement") as file:
        return check_attributes(dict(file.attrs), run)


def check_attributes(attributes: dict, run: dict | None = None) -> dict:
    """Return the attributes as they were written. Raises ValueError if one is missing, damaged or of another run."""
    missing = [name for name in ATTRIBUTES if name not in attributes]
    if missing:
        raise ValueError(f"attribute {missing[0]} is missing")
    for name, expected in (run or {}).items():
        if attributes[name] != expected:
            raise OtherRunError(f"{name}: got {attributes[name]}, expected {expected}")
    return {
        name: _read_json(name, attributes[name]) if name in JSON_ATTRIBUTES else attributes[name] for name in ATTRIBUTES
    }


def _read_json(name: str, text: str) -> dict:
    """Parse an attribute of names and values. Raises ValueError if it holds anything else."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"attribute {name} is not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise ValueError(f"attribute {name}: got {value!r}, expected names and values")
    return value
