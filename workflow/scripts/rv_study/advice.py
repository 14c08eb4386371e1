"""Tell a user what to do about an error. No advice here loses anything that cannot be made again."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from rotational_variance.storage.file_errors import DamagedFileError, OtherFormatError, OtherRunError, UnwritableError
from rotational_variance.storage.history_layout import COLUMNS

MADE_BY = {  # the rule that makes each kind of file
    "dataset": "dataset",
    "checkpoint": "train",
    "history": "train",
    "measurement": "measure",
    "figure": "plot",
    "models figure": "plot_models",
    "example": "example",
    "example figure": "plot_example",
    "table": "tables",
}
_HDF5, _PNG = b"\x89HDF\r\n\x1a\n", b"\x89PNG\r\n\x1a\n"
FIRST_BYTES = {  # of each kind of file, as only this project writes it; tables may be anybody's
    "dataset": _HDF5,
    "checkpoint": b"PK\x03\x04",
    "history": f"{','.join(COLUMNS)}\n".encode(),
    "measurement": _HDF5,
    "figure": _PNG,
    "models figure": _PNG,
    "example": _HDF5,
    "example figure": _PNG,
}
TO_WRITE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "allow larger files",
    errno.EACCES: "get the right to write there",
    errno.EPERM: "get the right to write there",
    errno.EROFS: "get the right to write there",
}
LOCKED = {errno.EAGAIN, errno.EWOULDBLOCK}
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP}


def remake_advice(rule: str) -> str:
    """Return how to make a damaged file of this project again."""
    return f"delete it, rule {rule} makes it again"


def move_advice(rule: str) -> str:
    """Return how to make a file again if the one in its place may be worth keeping."""
    return f"move it away, rule {rule} makes it again"


def is_users(error: BaseException) -> bool:
    """Tell whether an error is a user's, who is helped by one line; others are bugs, and need their traceback."""
    if isinstance(error, ModuleNotFoundError):
        return (error.name or "").partition(".")[0] not in ("rotational_variance", "rv_study")
    return isinstance(error, ValueError | OSError)


def explain(error: BaseException) -> str:
    """Return the text of an error, with what to do about it."""
    if isinstance(error, UnwritableError):
        return f"{error}; {TO_WRITE[error.errno]}, then run the same command again"
    if isinstance(error, DamagedFileError):
        return _explain_damaged(error)
    if isinstance(error, ModuleNotFoundError) or isinstance(error.__cause__, ModuleNotFoundError):
        return f"{error}; install it (`make setup` installs all that the project itself needs)"
    return str(error)


def _explain_damaged(error: DamagedFileError) -> str:
    """Advise to delete only a file of this project that was read; nobody else's, and none that could not be opened."""
    causes = list(_causes(error))
    unopened = next((cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno), None)
    if unopened in LOCKED:
        return f"{error.path}: is locked by another program; close that program, then run the same command again"
    if unopened in NO_LOCKS:
        return (
            f"{error.path}: its file system has no locks; set HDF5_USE_FILE_LOCKING=FALSE, then run the command again"
        )
    if unopened:
        return (
            f"{error.path}: cannot be opened ({os.strerror(unopened)}); correct that, then run the same command again"
        )
    rule = MADE_BY[error.kind]
    is_sound = any(isinstance(cause, OtherFormatError | OtherRunError) for cause in causes)
    is_foreign = is_sound or not _is_ours(error.path, error.kind)
    return f"{error}; {move_advice(rule) if is_foreign else remake_advice(rule)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that an error was raised from, the nearest first."""
    while error.__cause__ is not None:
        error = error.__cause__
        yield error


def _is_ours(path: Path, kind: str) -> bool:
    """Say whether a file begins as this project writes such files, or is empty, as after a crash."""
    expected = FIRST_BYTES.get(kind, b"")
    try:
        with open(path, "rb") as file:
            found = file.read(len(expected) or 1)
    except OSError:
        return False
    return expected.startswith(found)
