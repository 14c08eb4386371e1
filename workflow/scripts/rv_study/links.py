"""Put a file in a second place: as a hard link, which takes no space, or as a copy where there are none."""

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rotational_variance.storage.file_errors import naming_path

# Of os.link, where a copy would fail, too, or hide a mistake.
NOT_FOR_COPIES = {errno.ENOENT, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR}


def link(source: Path, target: Path) -> bool:
    """Link `target` to the file `source`, replacing what is there; return False if it had to be copied.

    `target` is either as before or whole. Raises UnwritableError, naming `target`, if it cannot be written.
    """
    try:
        _put(os.link, source, target)
    except OSError as error:
        if error.errno in NOT_FOR_COPIES:
            raise
        copy(source, target)
        return False
    return True


def copy(source: Path, target: Path) -> None:
    """Copy the file `source` to `target`, replacing what is there, as `link` does."""
    _put(_copy, source, target)


def _put(put: Callable[[Path, Path], None], source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with naming_path(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            put(source, temporary)
            os.replace(temporary, target)
    finally:
        with suppress(OSError):
            # Also after success: a rename between two links to one file leaves both.
            temporary.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())
