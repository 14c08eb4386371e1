"""Trees of small images, as a folder, a zip or a tar."""

import io
import tarfile
import zipfile

import numpy as np
from PIL import Image


def encode(array, kind="PNG", mode=None):
    file = io.BytesIO()
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(file, kind)
    return file.getvalue()


def noise(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def plain(value, height=8, width=8):
    return encode(np.full((height, width), value, np.uint8))


TREE = {  # in no order
    "train/dog/0.png": encode(noise(0, 8, 8)),
    "train/cat/1.png": encode(noise(1, 8, 8)),
    "train/cat/0.png": encode(noise(2, 8, 8)),
    "test/dog/0.png": encode(noise(3, 8, 8)),
    "test/cat/0.png": encode(noise(4, 8, 8)),
}


def write_folder(path, files):
    for name, content in files.items():
        target = path / name
        if name.endswith("/"):
            target.mkdir(parents=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return str(path)


class RawName(zipfile.ZipInfo):
    """A member whose name has these bytes, and no mark that they are UTF-8, as many programs write them."""

    def __init__(self, content):
        super().__init__("raw")
        self.content = content

    def _encodeFilenameFlags(self):  # noqa: N802 (zipfile's)
        return self.content, 0


def write_zip(path, files, encoding=None):
    """Write a zip; `encoding` of its names, if they are not to be marked as UTF-8."""
    with zipfile.ZipFile(path, "w") as archive:
        for i, (name, content) in enumerate(files.items()):
            info = RawName(name.encode(encoding)) if encoding else name
            if encoding:
                info.filename = f"{i}"  # unlike the others, or zipfile warns
            archive.writestr(info, content)
    return str(path)


def write_tar(path, files, mode="w", encoding="utf-8"):
    with tarfile.open(path, mode, format=tarfile.GNU_FORMAT, encoding=encoding) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return str(path)


def assert_same(dataset, other):
    assert dataset.class_names == other.class_names
    for (_, images, labels), (_, other_images, other_labels) in zip(dataset.parts(), other.parts(), strict=True):
        np.testing.assert_array_equal(images, other_images)
        np.testing.assert_array_equal(labels, other_labels)
