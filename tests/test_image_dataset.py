import re

import numpy as np
import pytest

from rotational_variance.samples.channel_statistics import channel_statistics
from rotational_variance.samples.class_check import check_classes
from rotational_variance.samples.image_dataset import Dataset


def random_images(n, size=4, n_channels=1, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, size, size, n_channels), dtype=np.uint8)


def make(**changes):
    """Make a sound dataset of six and three images of two classes, but for `changes`."""
    parts = {
        "name": "toy",
        "class_names": ["cat", "dog"],
        "train_images": random_images(6),
        "train_labels": np.array([0, 1, 0, 1, 0, 1]),
        "test_images": random_images(3, seed=1),
        "test_labels": np.array([1, 0, 1]),
    }
    return Dataset(**{**parts, **changes})


@pytest.mark.parametrize(("size", "n_channels"), [(4, 1), (7, 3)])
def test_tells_its_size_channels_and_parts(size, n_channels):
    train, test = random_images(6, size, n_channels), random_images(3, size, n_channels, seed=1)
    dataset = make(train_images=train, test_images=test)
    assert dataset.image_size == size
    assert dataset.n_channels == n_channels
    assert [name for name, _, _ in dataset.parts()] == ["training", "test"]
    assert [images for _, images, _ in dataset.parts()] == [train, test]
    assert [labels.tolist() for _, _, labels in dataset.parts()] == [[0, 1, 0, 1, 0, 1], [1, 0, 1]]


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"images": np.zeros((6, 4, 4), np.uint8)},
            r"got images of shape \(6, 4, 4\) and type uint8, expected uint8 \[sample, height, width, channel\]",
        ),
        ({"images": np.zeros((6, 4, 4, 1), np.float32)}, r"shape \(6, 4, 4, 1\) and type float32, expected uint8"),
        ({"images": np.zeros((0, 4, 4, 1), np.uint8), "labels": np.zeros(0, int)}, "holds no images"),
        ({"images": np.zeros((6, 4, 5, 1), np.uint8)}, "got 4 x 5 pixels, expected square images"),
        ({"images": np.zeros((6, 4, 4, 2), np.uint8)}, r"got 2 channels, expected 1 \(grey\) or 3 \(RGB\)"),
        ({"images": random_images(6), "labels": np.zeros(7, int)}, r"got \(7,\) labels for 6 images"),
        ({"images": random_images(6), "labels": np.zeros((6, 1), int)}, r"got \(6, 1\) labels for 6 images"),
        ({"images": random_images(2), "labels": np.array([-1, 1])}, "got labels from -1 to 1, expected 0 to 1"),
        ({"images": random_images(2), "labels": np.array([0, 2])}, "got labels from 0 to 2, expected 0 to 1"),
    ],
    ids=["dimensions", "type", "empty", "oblong", "channels", "count", "label shape", "negative", "beyond"],
)
def test_refuses_a_part_that_is_not_sound(part, changes, message):
    name = {"train": "training", "test": "test"}[part]
    with pytest.raises(ValueError, match=f"^dataset toy, {name} set: .*{message}"):
        make(**{f"{part}_{key}": value for key, value in changes.items()})


@pytest.mark.parametrize(("size", "n_channels"), [(5, 1), (4, 3)])
def test_refuses_parts_that_differ_in_size_or_channels(size, n_channels):
    message = rf"toy: training images are \(4, 4, 1\), test images \({size}, {size}, {n_channels}\); expected the same"
    with pytest.raises(ValueError, match=message):
        make(test_images=random_images(3, size, n_channels))


@pytest.mark.parametrize("value", [0, 77])
def test_refuses_a_training_set_of_one_colour(value):
    with pytest.raises(ValueError, match=f"dataset toy: channel 0 of all training images is {value} everywhere"):
        make(train_images=np.full((6, 4, 4, 1), value, np.uint8))


def test_refuses_a_channel_that_never_varies():
    images = random_images(6, n_channels=3)
    images[..., 1] = 9
    with pytest.raises(ValueError, match="dataset toy: channel 1 of all training images is 9 everywhere"):
        make(train_images=images, test_images=random_images(3, n_channels=3))


def test_accepts_a_test_set_of_one_colour():
    assert make(test_images=np.zeros((3, 4, 4, 1), np.uint8)).image_size == 4


@pytest.mark.parametrize("n_channels", [1, 3])
def test_channel_statistics_agree_with_numpy(n_channels):
    images = random_images(40, 9, n_channels, seed=2) // np.arange(1, n_channels + 1, dtype=np.uint8)
    mean, std = channel_statistics(images)
    assert mean.dtype == std.dtype == np.float64
    assert mean.shape == std.shape == (n_channels,)
    np.testing.assert_allclose(mean, (images / 255).mean((0, 1, 2)), rtol=1e-13)
    np.testing.assert_allclose(std, (images / 255).std((0, 1, 2)), rtol=1e-13)


def test_channel_statistics_of_black_and_white():
    images = np.zeros((2, 3, 3, 1), np.uint8)
    images[0] = 255
    mean, std = channel_statistics(images)
    assert mean.tolist() == [0.5]
    assert std.tolist() == [0.5]


def with_classes(names, test_labels):
    labels = np.arange(6) % len(names)
    return make(
        class_names=names,
        train_labels=labels,
        test_images=random_images(len(test_labels)),
        test_labels=np.array(test_labels),
    )


def test_classes_that_can_be_measured_pass():
    check_classes(with_classes(["cat", "dog"], [0, 0, 1, 1]))


def test_a_class_with_too_few_test_images_is_named():
    with pytest.raises(ValueError, match="class dog has 3 training and 1 test images, expected 1 and 2 or more"):
        check_classes(with_classes(["cat", "dog"], [0, 0, 1]))


@pytest.mark.parametrize("name", ["all", "stratified"])
def test_a_class_named_like_a_sample_set_is_refused(name):
    with pytest.raises(ValueError, match=f"a class cannot be called {name}"):
        check_classes(with_classes([name, "dog"], [0, 0, 1, 1]))


@pytest.mark.parametrize("name", ["a\nb", "a\u2028b", "cat\u202e", "\u200b", "\u200d \ufeff"])
def test_a_name_that_cannot_be_printed_is_refused(name):
    with pytest.raises(ValueError, match=f"the name of class {re.escape(ascii(name))} has control characters, or noth"):
        check_classes(with_classes([name, "dog"], [0, 0, 1, 1]))


def test_joined_and_marked_characters_may_be_printed():
    check_classes(with_classes(["\U0001f468\u200d\U0001f467", "\u05d0\u200f"], [0, 0, 1, 1]))


def test_a_single_class_is_refused():
    with pytest.raises(ValueError, match="has one class, cat; expected two or more"):
        check_classes(with_classes(["cat"], [0, 0, 0]))
