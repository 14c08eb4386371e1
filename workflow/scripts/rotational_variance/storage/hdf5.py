"""Write HDF5 files whole or not at all; open only files of the expected format."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from rotational_variance.storage.file_errors import DamagedFileError, OtherFormatError
from rotational_variance.storage.files import replacing

STRING = h5py.string_dtype("utf-8")


@contextmanager
def writing_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Yield a new HDF5 file; if the block ends without an error, write the file to `path`, whole or not at all.

    The file is built in memory, because libhdf5 crashes the process if the disk is full.
    """
    with h5py.File(Path(path).name, "w", driver="core", backing_store=False) as file:
        yield file
        file.flush()
        image = file.id.get_file_image()
    with replacing(path) as temporary:
        temporary.write_bytes(image)


@contextmanager
def open_hdf5(path: str | Path, expected_format: str, kind: str) -> Iterator[h5py.File]:
    """Open an HDF5 file of this study for reading.

    kind  the expected content, as in DamagedFileError
    Raises DamagedFileError, a ValueError that names `path`, if the file is broken or holds something else, and for any
    error of the block that reads the file.
    """
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format", "no format")
            if found != expected_format:
                raise OtherFormatError(f"got {found!r}, expected {expected_format!r}")
            yield file
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # damaged files raise many types
        raise DamagedFileError(
            path, kind, f"not a whole file of this study ({' '.join(str(error).split()) or type(error).__name__})"
        ) from error
