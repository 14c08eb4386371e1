"""Write files whole or not at all, and hash them."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rotational_variance.storage.file_errors import naming_path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block ends without an error, else remove it.

    Raises OSError, naming `path`, if the file cannot be written.
    """
    path = Path(path)
    temporary = half_of(path)
    try:
        with naming_path(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def half_of(path: Path) -> Path:
    """Return where `replacing` writes a file until it is whole."""
    return path.with_name(f".{path.name}.part")


def sha256(path: str | Path) -> str:
    """Hash a file's bytes: 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
