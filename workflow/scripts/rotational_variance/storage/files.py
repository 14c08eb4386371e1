"""Write files whole or not at all, hash them, and open HDF5 files with one clear message for a broken one."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

STRING = h5py.string_dtype("utf-8")


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` when all went well, remove it when not."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: str | Path) -> str:
    """Hash a file's bytes: 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_hdf5(path: str | Path, expected_format: str, made_by: str) -> Iterator[h5py.File]:
    """Open an HDF5 file of ours. Raises ValueError, naming it, for one that is broken or holds something else."""
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format", "no format")
            if found != expected_format:
                raise ValueError(f"got {found!r}, expected {expected_format!r}")
            yield file
    except (FileNotFoundError, PermissionError):
        raise
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path}: not a whole file of this study ({error}); delete it, {made_by} makes it again"
        ) from error
