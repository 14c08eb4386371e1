"""Errors about files, with messages that name the file. No change to this module changes a result."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "allow larger files",
    errno.EACCES: "get the right to write there",
    errno.EPERM: "get the right to write there",
    errno.EROFS: "get the right to write there",
}


class DamagedFileError(ValueError):
    """A file of this study is damaged or of another kind; `reason` says why it cannot be used.

    kind  the expected content: dataset, checkpoint, history, measurement, figure, models figure or table
    """

    def __init__(self, path: str | Path, kind: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.kind = kind


class OtherFormatError(ValueError):
    """A file is sound, but holds something else than expected."""


@contextmanager
def naming_path(path: str | Path) -> Iterator[None]:
    """Re-raise an OSError with the path that could not be written, and what to do about it."""
    try:
        yield
    except OSError as error:
        advice = ADVICE.get(error.errno)
        if advice is None:
            raise
        raise OSError(
            f"{path}: cannot be written ({error.strerror}); {advice}, then run the same command again"
        ) from error
