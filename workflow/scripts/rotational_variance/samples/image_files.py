"""Read a dataset from image files: a folder or a zip of `train/<class>/*` and `test/<class>/*`."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from rotational_variance.samples.image_dataset import Dataset

PARTS = ("train", "test")
GREY_MODES = {"1", "L", "LA"}


class MissingSourceError(FileNotFoundError):
    """There is no folder or zip of images at the path."""


class MixedSizesError(ValueError):
    """The images have different sizes, and no size to resize them to is given."""


def read_images(dataset: str, *, path: str, size: int | None = None) -> Dataset:
    """Read a folder or a zip of `train/<class>/*` and `test/<class>/*` (a zip is not unpacked).

    path  the folder or the zip
    size  every image is resized to `size` x `size` pixels (bilinear); None: sizes are kept, and must all be equal

    The images are grey only if every file is grey. Classes and files come in alphabetical order; hidden files are
    ignored. Raises ValueError, naming the file, for a broken zip, a file that is not an image, mixed sizes, an empty
    class, or a class of the test set that the training set lacks.
    """
    with _open_tree(Path(path)) as (names, read_bytes):
        files = {part: _files_by_class(path, names, part) for part in PARTS}
        class_names = list(files["train"])
        unknown = [class_name for class_name in files["test"] if class_name not in files["train"]]
        if unknown:
            raise ValueError(
                f"{path}: test/{unknown[0]} is a class that train/ lacks; it holds {', '.join(class_names)}"
            )
        images = {
            part: [_decode(path, name, read_bytes, size) for of_class in files[part].values() for name in of_class]
            for part in PARTS
        }
    _check_sizes(path, files, images)
    is_grey = all(image.ndim == 2 for part in PARTS for image in images[part])
    arrays = []
    for part in PARTS:
        arrays.append(np.stack([_with_channels(image, is_grey) for image in images[part]]))
        labels = [class_names.index(class_name) for class_name, of_class in files[part].items() for _ in of_class]
        arrays.append(np.array(labels, dtype=np.int64))
    return Dataset(dataset, class_names, *arrays)


@contextmanager
def _open_tree(path: Path) -> Iterator[tuple[list[str], Callable[[str], bytes]]]:
    """Yield the names in a folder or a zip (names of folders end in a slash), and a function that reads one file."""
    if path.is_dir():
        yield sorted(_walk(path)), lambda name: (path / name).read_bytes()
        return
    if not path.exists():
        raise MissingSourceError(f"{path}: no such folder or zip")
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(archive.namelist())
            for name in names:
                if name.startswith("/") or ".." in PurePosixPath(name).parts:
                    raise ValueError(f"{path}: member {name} points outside the zip; such a zip is not read")
            yield names, archive.read
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path}: not a whole zip file ({error}); copy or download it again") from error


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, followlinks=True):
        base = Path(parent).relative_to(folder)
        yield from ((base / name).as_posix() for name in files)
        yield from (f"{(base / name).as_posix()}/" for name in folders)


def _files_by_class(path: str, names: list[str], part: str) -> dict[str, list[str]]:
    """List the files of each class of one part; each folder directly below the part is a class."""
    classes: dict[str, list[str]] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        if parts[:1] != (part,) or len(parts) < 2 or any(p.startswith((".", "__MACOSX")) for p in parts):
            continue
        if len(parts) == 2 and not name.endswith("/"):
            raise ValueError(f"{path}: {name} lies beside the classes; expected {part}/<class>/<image>")
        files = classes.setdefault(parts[1], [])
        if not name.endswith("/"):
            files.append(name)
    if not classes:
        raise ValueError(f"{path}: no folder {part}/<class> in it; expected train/<class>/* and test/<class>/*")
    for class_name, files in classes.items():
        if not files:
            raise ValueError(f"{path}: {part}/{class_name} holds no images")
    return dict(sorted(classes.items()))


def _decode(path: str, name: str, read_bytes: Callable[[str], bytes], size: int | None) -> np.ndarray:
    """Decode one image: uint8 [height, width] if it is grey, else [height, width, 3]."""
    try:
        with Image.open(io.BytesIO(read_bytes(name))) as image:
            if image.mode.startswith(("I", "F")):
                raise ValueError(f"more than 8 bits a channel (mode {image.mode})")
            converted = image.convert("L" if image.mode in GREY_MODES else "RGB")
            if size is not None:
                converted = converted.resize((size, size), Image.Resampling.BILINEAR)
            return np.asarray(converted)
    except Exception as error:  # decoders and zipfile raise many types for broken files
        raise ValueError(f"{path}: {name} cannot be read as an image: {error}") from error


def _check_sizes(path: str, files: dict[str, dict[str, list[str]]], images: dict[str, list[np.ndarray]]) -> None:
    expected = images["train"][0].shape[:2]
    for part in PARTS:
        names = [name for of_class in files[part].values() for name in of_class]
        for name, image in zip(names, images[part], strict=True):
            if image.shape[:2] != expected:
                raise MixedSizesError(
                    f"{path}: {name} has {image.shape[1]} x {image.shape[0]} pixels, the first image "
                    f"{expected[1]} x {expected[0]}; make them equal, or set `size` to resize all"
                )


def _with_channels(image: np.ndarray, is_grey: bool) -> np.ndarray:
    if is_grey:
        return image[..., np.newaxis]
    return image if image.ndim == 3 else np.repeat(image[..., np.newaxis], 3, axis=2)
