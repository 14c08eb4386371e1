"""Write files whole or not at all, hash them, and open HDF5 files with one clear message for a broken one."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py

STRING = h5py.string_dtype("utf-8")


ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "allow larger files",
    errno.EACCES: "get the right to write there",
    errno.EPERM: "get the right to write there",
    errno.EROFS: "get the right to write there",
}


@contextmanager
def explaining(path: str | Path) -> Iterator[None]:
    """Say of an OSError that it was `path` that could not be written, and what to do."""
    try:
        yield
    except OSError as error:
        advice = ADVICE.get(error.errno)
        if advice is None:
            raise
        raise OSError(
            f"{path}: cannot be written ({error.strerror}); {advice}, then run the same command again"
        ) from error


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` when all went well, remove it when not.

    Raises OSError, naming `path` and what to do, where it cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with explaining(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def writing_hdf5(path: str | Path) -> Iterator[h5py.File]:
    """Yield a new HDF5 file, and write it to `path`, whole or not at all, when all went well.

    It is built in memory, because libhdf5 crashes the process where the disk is full.
    """
    with h5py.File(Path(path).name, "w", driver="core", backing_store=False) as file:
        yield file
        file.flush()
        image = file.id.get_file_image()
    with replacing(path) as temporary:
        temporary.write_bytes(image)


def again(rule: str) -> str:
    """Say what to do about a file that cannot be used."""
    return f"delete it, rule {rule} makes it again"


def sha256(path: str | Path) -> str:
    """Hash a file's bytes: 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_hdf5(path: str | Path, expected_format: str, rule: str) -> Iterator[h5py.File]:
    """Open an HDF5 file of ours. Raises ValueError, naming it, for one that is broken or holds something else."""
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format", "no format")
            if found != expected_format:
                raise ValueError(f"got {found!r}, expected {expected_format!r}")
            yield file
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # damaged files raise many types
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path}: not a whole file of this study ({reason}); {again(rule)}") from error
