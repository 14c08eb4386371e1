"""The layout of the variance file (HDF5)."""

from collections.abc import Mapping

FORMAT = "rotational-variance tensor 4"
OF_RUN = {"n_samples": ("sample_set",), "n_test": ("sample_set",), "accuracy": ("sample_set", "angle")}  # with axes
OF_UNIT = ("aggregation", "sample_set", "unit")
STATISTICS = ("transformation_std", "sample_std")  # of each layer, with the axes OF_UNIT
NOISE, NOISE_AXES = "rounding_noise", ("aggregation", "unit")  # of a layer, too
DERIVED = "normalized_variance"  # of a layer, with the axes OF_UNIT; written, but never read
NAME_BYTES = 200  # of a layer's name in its group's name; netCDF's own library takes 256 in all


def group_names(layer_names: list[str]) -> list[str]:
    """Name the groups of the layers by number and name: 000_conv1, 001_bn1, ... All numbers have as many digits.

    Of a layer's name, "_" replaces each character that a name in HDF5 or netCDF does not take, and the end is cut off.
    """
    digits = max(3, len(str(len(layer_names) - 1)))
    return [f"{order:0{digits}d}_{_plain(name)}" for order, name in enumerate(layer_names)]


def _plain(name: str) -> str:
    plain = "".join(character if character.isprintable() and character != "/" else "_" for character in name)
    return plain.encode()[:NAME_BYTES].decode(errors="ignore").rstrip()


def name_attributes(name: str) -> dict[str, str]:
    """Return the attributes that keep a layer's name exactly.

    A string in HDF5 holds neither NUL nor surrogates. A name with these is kept with "?" in their place, and escaped.
    """
    stored = name.encode(errors="replace").decode().replace("\0", "?")
    if stored == name:
        return {"name": name}
    return {"name": stored, "name_escaped": name.encode("unicode_escape").decode()}


def name_in(attributes: Mapping[str, str]) -> str:
    """Return the layer's name that these attributes keep."""
    if "name_escaped" in attributes:
        return attributes["name_escaped"].encode().decode("unicode_escape")
    return attributes["name"]
