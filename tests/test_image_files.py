import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.image_trees import TREE, assert_same, encode, noise, plain, write_folder, write_zip
from rotational_variance.samples.image_files.read_images import read_images

CIFAR10_ZIP = Path(__file__).parents[2] / "shared" / "data" / "cifar10-jpeg.zip"


@pytest.fixture(params=["folder", "zip"])
def write(request, tmp_path):
    """Return a function that writes files by name into a folder or a zip, and returns its path."""
    if request.param == "folder":
        return lambda files: write_folder(tmp_path / "pets", files)
    return lambda files: write_zip(tmp_path / "pets.zip", files)


def test_reads_grey_images_in_alphabetical_order(write):
    dataset = read_images("pets", path=write(TREE))
    assert dataset.name == "pets"
    assert dataset.class_names == ["cat", "dog"]
    np.testing.assert_array_equal(dataset.train_images[..., 0], [noise(seed, 8, 8) for seed in (2, 1, 0)])
    np.testing.assert_array_equal(dataset.test_images[..., 0], [noise(seed, 8, 8) for seed in (4, 3)])
    assert dataset.train_labels.tolist() == [0, 0, 1]
    assert dataset.test_labels.tolist() == [0, 1]
    assert dataset.train_labels.dtype == np.int64


def test_a_folder_and_a_zip_are_the_same_dataset(tmp_path):
    files = {**TREE, "train/dog/puppies/0.png": encode(noise(5, 8, 8, 3))}
    folder, archive = write_folder(tmp_path / "pets", files), write_zip(tmp_path / "pets.zip", files)
    assert_same(read_images("pets", path=folder), read_images("pets", path=archive))


def test_a_class_comes_before_those_that_its_name_begins(write):
    files = {
        f"{part}/{name}/0.png": plain(value) for part in ("train", "test") for value, name in enumerate(["a-2", "a"])
    }
    dataset = read_images("pets", path=write(files))
    assert dataset.class_names == ["a", "a-2"]
    assert dataset.train_images[:, 0, 0, 0].tolist() == dataset.test_images[:, 0, 0, 0].tolist() == [1, 0]
    assert dataset.train_labels.tolist() == dataset.test_labels.tolist() == [0, 1]


def test_reads_rgb_images(write):
    colours = {name: noise(seed, 8, 8, 3) for seed, name in enumerate(TREE)}
    dataset = read_images("pets", path=write({name: encode(image) for name, image in colours.items()}))
    for images, names in (
        (dataset.train_images, ["train/cat/0.png", "train/cat/1.png", "train/dog/0.png"]),
        (dataset.test_images, ["test/cat/0.png", "test/dog/0.png"]),
    ):
        np.testing.assert_array_equal(images, [colours[name] for name in names])


def test_one_image_in_colour_makes_all_rgb(write):
    colour = noise(9, 8, 8, 3)
    dataset = read_images("pets", path=write({**TREE, "test/dog/0.png": encode(colour)}))
    np.testing.assert_array_equal(dataset.test_images[1], colour)
    np.testing.assert_array_equal(dataset.train_images, np.stack([[noise(s, 8, 8) for s in (2, 1, 0)]] * 3, axis=-1))


@pytest.mark.parametrize(
    ("mode", "n_channels"), [("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGB", 3), ("RGBA", 3), ("CMYK", 3)]
)
def test_the_mode_decides_the_channels(mode, n_channels, tmp_path):
    kind = "TIFF" if mode == "CMYK" else "PNG"
    files = {name: encode(noise(seed, 8, 8, 3), kind, mode) for seed, name in enumerate(TREE)}
    assert read_images("pets", path=write_zip(tmp_path / "pets.zip", files)).n_channels == n_channels


def test_size_resizes_every_image(write):
    files = {
        "train/a/0.png": plain(10, 8, 8),
        "train/a/1.png": plain(20, 12, 12),
        "test/a/0.png": plain(30, 3, 3),
    }
    dataset = read_images("pets", path=write(files), size=6)
    assert dataset.image_size == 6
    assert np.unique(dataset.train_images[0]) == [10]
    assert np.unique(dataset.train_images[1]) == [20]
    assert np.unique(dataset.test_images) == [30]


def test_size_is_bilinear(write):
    image = np.repeat(np.array([[0, 100]], np.uint8), 2, axis=0)
    dataset = read_images("pets", path=write({"train/a/0.png": encode(image), "test/a/0.png": encode(image)}), size=4)
    assert dataset.test_images[0, 0, :, 0].tolist() == [0, 25, 75, 100]


def test_what_lies_beside_train_and_test_is_passed_over(write, tmp_path):
    expected = read_images("pets", path=write_folder(tmp_path / "expected", TREE))
    assert_same(read_images("pets", path=write({**TREE, "README.txt": b"hi", "extra/cat/0.png": b"junk"})), expected)


def test_a_class_may_be_missing_from_the_test_set(write):
    dataset = read_images("pets", path=write({**TREE, "train/bird/0.png": plain(1)}))
    assert dataset.class_names == ["bird", "cat", "dog"]
    assert dataset.test_labels.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train/dog/0.png": plain(1, 8, 9)},
            "train/dog/0.png has 9 x 8 pixels (width x height), expected a square; to make squares of all, set `size`, "
            "the pixels of a side, and `fit`: squash, crop, pad",
        ),
        ({"test/cat/0.png": plain(1, 9, 9)}, "test/cat/0.png has 9 x 9 pixels, train/"),
        (
            {"train/cat/2.png": b"no image"},
            "train/cat/2.png cannot be read as an image: not an image, or of a kind that is not read here; take the "
            "file out, or save it as PNG or JPEG",
        ),
        ({"train/cat/2.png": b""}, "train/cat/2.png cannot be read as an image"),
        ({"test/dog/1.jpg": encode(noise(0, 64, 64), "JPEG")[:600]}, "test/dog/1.jpg cannot be read as an image"),
        ({"test/dog/1.png": encode(noise(0, 64, 64))[:600]}, "test/dog/1.png cannot be read as an image"),
        ({"train/notes.txt": b"hi"}, "train/notes.txt lies beside the classes; expected train/<class>/<image>"),
        ({"test/0.png": plain(1)}, "test/0.png lies beside the classes; expected test/<class>/<image>"),
        ({"train/bird/": b""}, "train/bird holds no images"),
        ({"test/bird/0.png": plain(1)}, "test/bird is a class that train/ lacks; it holds cat, dog"),
    ],
    ids=[
        "oblong", "size in test", "no image", "empty file", "truncated JPEG", "truncated PNG",
        "text beside classes", "image beside classes", "empty class", "unknown class",
    ],
)  # fmt: skip
def test_refuses_and_names_the_file(changes, message, write):
    path = write({**TREE, **changes})
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {message}')}"):
        read_images("pets", path=path)


@pytest.mark.parametrize("part", ["train", "test"])
def test_refuses_a_tree_without_one_part(part, write):
    path = write({name: content for name, content in TREE.items() if not name.startswith(part)})
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: no folder {part}/<class> in it"):
        read_images("pets", path=path)


@pytest.mark.data
def test_reads_some_of_the_real_cifar10(tmp_path):
    if not CIFAR10_ZIP.exists():
        pytest.skip(f"no {CIFAR10_ZIP}")
    chosen = {}
    with zipfile.ZipFile(CIFAR10_ZIP) as archive:
        for name in archive.namelist():
            of_class = chosen.setdefault(name.rpartition("/")[0], {})
            if len(of_class) < 20:
                of_class[name] = archive.read(name)
    files = {name: content for of_class in chosen.values() for name, content in of_class.items()}
    dataset = read_images("cifar10", path=write_zip(tmp_path / "some.zip", files))
    assert dataset.train_images.shape == dataset.test_images.shape == (200, 32, 32, 3)
    assert " ".join(dataset.class_names) == "airplane automobile bird cat deer dog frog horse ship truck"
    for part, images, labels in (
        ("train", dataset.train_images, dataset.train_labels),
        ("test", dataset.test_images, dataset.test_labels),
    ):
        assert np.bincount(labels).tolist() == [20] * 10
        for label, class_name in enumerate(dataset.class_names):
            first = min(chosen[f"{part}/{class_name}"])
            with Image.open(io.BytesIO(files[first])) as image:
                np.testing.assert_array_equal(images[labels == label][0], np.asarray(image))
