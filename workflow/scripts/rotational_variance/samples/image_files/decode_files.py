"""Read and decode the image files of a tree, each by its size before it is read."""

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from rotational_variance.samples.image_files.archive_tree import Member
from rotational_variance.samples.image_files.pixels import FORMATS, NotAnImageError, Pixels, decode
from rotational_variance.samples.image_files.squares import SizeError, to_square
from rotational_variance.samples.image_files.tree_names import printable

MAX_FILE_BYTES = 2**28  # of one image file, unpacked; the largest photos of phones have a tenth of it
FULL_RANGE = 64  # of 255: 14 bits in a file of 16 reach 63, 12 bits 15


@dataclass(frozen=True)
class Form:
    """The form that images get; arguments as those of `read_images`."""

    size: int | None
    fit: str | None
    background: str


def decode_files(
    path: Path, files: Mapping[str, str | Member], names: Iterable[str], form: Form
) -> tuple[dict[str, np.ndarray], Counter[str]]:
    """Decode files of a tree at `path`, in the order in which they lie in an archive; count what was converted.

    files  {name: path, or member of an archive}
    Returns {name: uint8 [height, width] of a grey image, [height, width, 3] of another}, {what was done: to how many}.
    Raises ValueError, naming the file, for one that is not an image or does not fit to the others.
    """
    pixels: dict[str, np.ndarray] = {}
    conversions: Counter[str] = Counter()
    brightest = []  # pixel of each image of 16 bits
    for name in sorted(names, key=lambda name: _position(files[name])):
        decoded = _decode(path, name, files, form.background)
        try:
            image, made_square = to_square(decoded.image, form.size, form.fit)
        except SizeError as error:
            raise SizeError(f"{path}: {printable(name)} {error}") from error
        pixels[name] = np.asarray(image)
        _check_same_size(path, name, pixels)
        conversions.update([*decoded.conversions, *made_square])
        if decoded.brightest is not None:
            brightest.append(decoded.brightest)
    n_dark = sum(value < FULL_RANGE for value in brightest)
    if n_dark and n_dark == len(brightest):
        raise ValueError(
            f"{path}: no pixel of its images of 16 bits ({n_dark}) is brighter than {max(brightest)} of 255, as if "
            "they used a part of the bits only; scale their values to the full range, or save them with 8 bits"
        )
    if n_dark:  # they may be 12 bits beside a file that uses 16, or dark: a person has to look
        conversions[f"of 16 bits without a pixel above {FULL_RANGE - 1} of 255"] = n_dark
    return pixels, conversions


def _decode(path: Path, name: str, files: Mapping[str, str | Member], background: str) -> Pixels:
    try:
        return decode(_read(files[name]), background)
    except Exception as error:  # decoders and archives raise many types for broken files
        advice = "" if isinstance(error, ValueError) else "; copy it again, or take it out"
        if isinstance(error, NotAnImageError):
            advice = _count_kind(name, files)
        raise ValueError(f"{path}: {printable(name)} cannot be read as an image: {error}{advice}") from error


def _count_kind(name: str, files: Iterable[str]) -> str:
    """Say how many files end like one that is not an image, such as films beside photos: they can go together."""
    end = PurePosixPath(name).suffix.lower()
    is_counted = end and Image.EXTENSION.get(end) not in FORMATS  # others may well be images
    n_files = sum(other.lower().endswith(end) for other in files) if is_counted else 0
    return f" ({n_files} files end in {end})" if n_files > 1 else ""


def _check_same_size(path: Path, name: str, pixels: Mapping[str, np.ndarray]) -> None:
    first = next(iter(pixels))
    side, expected = len(pixels[name]), len(pixels[first])
    if side != expected:
        raise SizeError(
            f"{path}: {printable(name)} has {side} x {side} pixels, {printable(first)} {expected} x {expected}; "
            "make them equal, or set `size` to resize all"
        )


def _position(file: str | Member) -> int:
    return file.position if isinstance(file, Member) else 0


def _read(file: str | Member) -> bytes:
    """Read a file, unless it is larger than any image: a small member of an archive can unpack to gigabytes."""
    if isinstance(file, Member):
        _check_bytes(file.n_bytes)
        content = file.read(MAX_FILE_BYTES + 1)
        _check_bytes(len(content))  # of a link in a tar, or a zip that lies
        return content
    try:
        status = os.stat(file)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ELOOP) or not os.path.islink(file):
            raise
        raise ValueError(f"it is a link to {printable(os.readlink(file))}, which is missing; take it out") from error
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("not a file")  # reading would wait for a pipe
    _check_bytes(status.st_size)
    return Path(file).read_bytes()


def _check_bytes(n_bytes: int) -> None:
    if n_bytes > MAX_FILE_BYTES:
        raise ValueError(f"it holds {n_bytes:,} bytes or more, expected {MAX_FILE_BYTES:,} or fewer; take it out")
