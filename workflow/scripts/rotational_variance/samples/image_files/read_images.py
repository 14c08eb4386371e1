"""Read a dataset from image files: a folder, a zip or a tar of `train/<class>/*` and `test/<class>/*`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rotational_variance.samples.image_dataset import Dataset
from rotational_variance.samples.image_files.archive_tree import ArchiveTree, guess_readings, open_archive
from rotational_variance.samples.image_files.class_folders import ClassNameError, shorten, sort_into_classes
from rotational_variance.samples.image_files.decode_files import Form, decode_files
from rotational_variance.samples.image_files.folder_tree import FolderTree, locate, look_through, tell_missing
from rotational_variance.samples.image_files.pixels import laid_on
from rotational_variance.samples.image_files.tree_names import PARTS


class MissingSourceError(FileNotFoundError):
    """There is no folder or archive of images at the path."""


@dataclass(frozen=True)
class ImageFiles(Dataset):
    """A dataset that was read from image files.

    conversions  {what was done to images, in words: to how many}; empty if all pixels are those of the files
    passed_over  names of what was left out: hidden and system files, links back to a folder that holds them, and what
                 lies beside the training and the test set
    """

    conversions: dict[str, int] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)


def read_images(
    dataset: str,
    *,
    path: str,
    size: int | None = None,
    fit: str | None = None,
    background: str = "white",
    encoding: str | None = None,
) -> ImageFiles:
    """Read a folder, or a zip or tar, which is not unpacked, of `train/<class>/*` and `test/<class>/*`.

    path        the folder or the archive; both may hold one folder that holds all
    size        every image is resized to `size` x `size` pixels (bilinear); None: all have to be squares of one size
    fit         what becomes of images that are not square, before they are resized: squash, crop or pad (with black)
    background  white or black: what transparent images are laid on
    encoding    of names in an archive that are not marked as UTF-8, such as gbk

    Images are turned as EXIF says, and scaled to 8 bits. They are grey only if every file is grey. Classes and files
    come in the order of their names. Raises ValueError, naming the file, for a damaged archive, a file that is not an
    image, sizes that do not fit, an empty class, or a class of the test set that the training set lacks.
    """
    where = locate(path)
    if encoding is not None:
        _check_encoding(where, encoding)
    with _open_tree(where, encoding) as tree:
        classes = _sort(where, tree)
        names = {part: [name for of_class in classes[part].values() for name in of_class] for part in PARTS}
        every = [name for part in PARTS for name in names[part]]
        pixels, conversions = decode_files(where, tree.files, every, Form(size, fit, background))
    is_grey = all(image.ndim == 2 for image in pixels.values())
    numbers = {class_name: label for label, class_name in enumerate(classes["train"])}
    arrays = []
    for part in PARTS:
        arrays.append(np.stack([_with_channels(pixels[name], is_grey) for name in names[part]]))
        labels = [numbers[class_name] for class_name, of_class in classes[part].items() for _ in of_class]
        arrays.append(np.array(labels, dtype=np.int64))
    _check_ink(where, arrays[0], conversions, background)
    return ImageFiles(
        dataset,
        list(numbers),
        *arrays,
        conversions=dict(sorted(conversions.items())),
        passed_over=[*sorted(tree.passed_over), *_beside(tree)],
    )


def _check_encoding(path: Path, encoding: str) -> None:
    try:
        "".encode(encoding)
    except (LookupError, ValueError) as error:  # or of one that is for bytes, such as base64
        raise ValueError(f"{path}: `encoding` is {encoding}, which there is not; one of many is gbk") from error


def _beside(tree: FolderTree | ArchiveTree) -> list[str]:
    """Name what lies beside the training and the test set, such as a validation set."""
    return [f"{name} (beside train/ and test/)" for name in tree.content if name.rstrip("/") not in PARTS]


@contextmanager
def _open_tree(path: Path, encoding: str | None) -> Iterator[FolderTree | ArchiveTree]:
    if path.is_dir():
        yield look_through(path)
    elif path.is_file():
        with open_archive(path, encoding) as tree:
            yield tree
    elif path.exists():
        raise ValueError(f"{path}: is neither a folder nor a file; give the path of one that holds images")
    else:
        raise MissingSourceError(tell_missing(path))


def _sort(path: Path, tree: FolderTree | ArchiveTree) -> dict[str, dict[str, list[str]]]:
    try:
        return sort_into_classes(tree.files, tree.folders, tree.content)
    except ClassNameError as error:
        how = "set `encoding` to the right one" if isinstance(tree, ArchiveTree) else "rename it"
        raise ValueError(
            f"{path}: {error}; {guess_readings(error.name)}; {how}. It holds {shorten(tree.content)}"
        ) from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _check_ink(path: Path, images: np.ndarray, conversions: Counter[str], background: str) -> None:
    """Refuse images that vanish on their background. images: uint8 [sample, height, width, channel]"""
    if conversions[laid_on(background)] and images.min() == images.max():
        other = "black" if background == "white" else "white"
        raise ValueError(
            f"{path}: all pixels of the training images are {images.min()} once the transparent ones are laid on "
            f"{background}; set `background` to {other}"
        )


def _with_channels(image: np.ndarray, is_grey: bool) -> np.ndarray:
    """Return an image [height, width] or [height, width, 3] as [height, width, channel]."""
    if is_grey:
        return image[..., np.newaxis]
    return image if image.ndim == 3 else np.repeat(image[..., np.newaxis], 3, axis=2)
