import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from helpers.raw_files import write_raw
from rotational_variance.samples.channel_statistics import channel_statistics
from rotational_variance.samples.sources import read

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
DIGITS = {"name": "digits", "size": 28, "test_fraction": 0.2, "split_seed": 0}


@pytest.fixture(scope="module")
def digits():
    return read("toy", "scikit-learn", **DIGITS)


def test_refuses_an_unknown_source():
    message = "dataset toy: got source 'ftp', expected one of torchvision, scikit-learn, images"
    with pytest.raises(ValueError, match=message):
        read("toy", "ftp", name="x")


def test_images_are_a_source(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read("toy", "images", path=str(tmp_path / "nowhere"))


def test_digits_are_all_of_scikit_learns(digits):
    assert digits.name == "toy"
    assert digits.class_names == [str(digit) for digit in range(10)]
    assert len(digits.train_images) + len(digits.test_images) == 1797
    assert len(digits.test_images) == 360
    for _, images, labels in digits.parts():
        assert images.shape[1:] == (28, 28, 1)
        assert images.dtype == np.uint8
        assert labels.dtype == np.int64
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 255


def test_digits_are_split_by_class(digits):
    n_test = np.bincount(digits.test_labels, minlength=10)
    n_all = n_test + np.bincount(digits.train_labels, minlength=10)
    assert n_all.tolist() == np.bincount(load_digits().target).tolist()
    assert (np.abs(n_test - n_all * 0.2) < 1).all()


def test_digits_keep_their_labels_and_pixels():
    dataset = read("toy", "scikit-learn", **{**DIGITS, "size": 8})
    original = load_digits()
    expected = {(np.round(i * 255 / 16).tobytes(), t) for i, t in zip(original.images, original.target, strict=True)}
    found = {
        (image[..., 0].astype(float).tobytes(), label)
        for _, images, labels in dataset.parts()
        for image, label in zip(images, labels, strict=True)
    }
    assert found == expected


def test_digits_depend_on_the_split_seed_only(digits):
    again = read("toy", "scikit-learn", **DIGITS)
    for (_, images, labels), (_, other_images, other_labels) in zip(digits.parts(), again.parts(), strict=True):
        np.testing.assert_array_equal(images, other_images)
        np.testing.assert_array_equal(labels, other_labels)
    other = read("toy", "scikit-learn", **{**DIGITS, "split_seed": 1})
    assert not np.array_equal(digits.test_images, other.test_images)


def test_scikit_learn_refuses_an_unknown_name():
    with pytest.raises(ValueError, match="dataset toy: got name 'iris', expected digits"):
        read("toy", "scikit-learn", **{**DIGITS, "name": "iris"})


@pytest.mark.parametrize("name", ["ImageNet", "utils"])
def test_torchvision_refuses_an_unknown_name(name, tmp_path):
    with pytest.raises(ValueError, match=f"got name '{name}', expected one of MNIST, FashionMNIST, CIFAR10"):
        read("toy", "torchvision", name=name, root=str(tmp_path))


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("MNIST", "MNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz"),
        ("FashionMNIST", "FashionMNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz"),
        ("CIFAR10", "cifar-10-python.tar.gz"),
    ],
)
def test_a_failed_download_says_what_to_put_where(name, files, tmp_path, no_network):
    with pytest.raises(
        OSError, match=f"^dataset toy: {name} could not be read from {re.escape(str(tmp_path))}"
    ) as caught:
        read("toy", "torchvision", name=name, root=str(tmp_path))
    assert caught.type is OSError
    assert f"Put it there by hand: {files}" in str(caught.value)
    assert "no network here" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "first_class", "last_class"), [("MNIST", "0", "9"), ("FashionMNIST", "T-shirt/top", "Ankle boot")]
)
def test_torchvision_reads_what_is_there_without_network(name, first_class, last_class, tmp_path, no_network):
    expected = write_raw(tmp_path, name)
    dataset = read("toy", "torchvision", name=name, root=str(tmp_path))
    found = [array for _, images, labels in dataset.parts() for array in (images, labels)]
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, other)
    assert [array.dtype for array in found] == [np.uint8, np.int64] * 2
    assert len(dataset.class_names) == 10
    assert (dataset.class_names[0], dataset.class_names[-1]) == (first_class, last_class)


@pytest.mark.data
def test_reads_the_real_mnist():
    if not (SHARED_DATA / "MNIST" / "raw" / "train-images-idx3-ubyte").exists():
        pytest.skip(f"no MNIST in {SHARED_DATA}")
    mnist = read("mnist", "torchvision", name="MNIST", root=str(SHARED_DATA))
    assert mnist.train_images.shape == (60000, 28, 28, 1)
    assert mnist.test_images.shape == (10000, 28, 28, 1)
    assert mnist.class_names == [str(digit) for digit in range(10)]
    assert set(mnist.test_labels) == set(range(10))
    mean, std = channel_statistics(mnist.train_images)
    assert mean[0] == pytest.approx(0.1307, abs=5e-5)
    assert std[0] == pytest.approx(0.3081, abs=5e-5)
