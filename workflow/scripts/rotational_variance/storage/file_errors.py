"""Errors about files, each with the file's path. No change here changes a result."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}


class DamagedFileError(ValueError):
    """A file that a stage wrote cannot be used; the error that this one is raised from says why.

    kind  what the file should hold: dataset, checkpoint, history, measurement, figure, models figure or table
    """

    def __init__(self, path: str | Path, kind: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = Path(path)
        self.kind = kind


class OtherFormatError(ValueError):
    """A file is sound, but has another format than expected."""


class OtherRunError(ValueError):
    """A file is sound, but belongs to another run than expected."""


class UnwritableError(OSError):
    """A file cannot be written, for one of the reasons in UNWRITABLE."""

    def __init__(self, path: str | Path, error: OSError) -> None:
        super().__init__(f"{path}: cannot be written ({error.strerror})")
        self.errno = error.errno


@contextmanager
def naming_path(path: str | Path) -> Iterator[None]:
    """Re-raise an OSError as an UnwritableError with the path that could not be written."""
    try:
        yield
    except UnwritableError:
        raise
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise UnwritableError(path, error) from error
