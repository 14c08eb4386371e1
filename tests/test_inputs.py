import numpy as np
import pytest
import torch

from rotational_variance.samples.inputs import to_samples
from rotational_variance.samples.rotation import rotate
from rotational_variance.samples.subset import balanced_subset

CPU = torch.device("cpu")


def make(images, mean=0.0, std=1.0):
    n_channels = images.shape[-1]
    labels = np.arange(len(images))
    return to_samples(images, labels, np.full(n_channels, mean), np.full(n_channels, std), CPU)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_stores_uint8_with_channels_first(images, n_channels):
    images = images[..., :n_channels]
    samples = make(images, 0.25, 0.5)
    assert samples.images.dtype == torch.uint8
    np.testing.assert_array_equal(samples.images.numpy(), images.transpose(0, 3, 1, 2))
    assert samples.labels.tolist() == [0, 1, 2, 3, 4]
    assert samples.mean.shape == samples.std.shape == (n_channels, 1, 1)
    assert samples.mean.dtype == samples.std.dtype == torch.float32
    assert len(samples) == 5


def test_inputs_are_scaled_to_one(images):
    inputs = make(images).inputs(slice(None))
    assert inputs.dtype == torch.float32
    assert inputs.shape == (5, 3, 8, 8)
    np.testing.assert_allclose(inputs.numpy(), images.transpose(0, 3, 1, 2) / 255, rtol=1e-6)


def test_each_channel_is_normalised_by_its_own_statistics(images):
    mean, std = np.array([0.1, 0.5, 0.9]), np.array([0.2, 0.3, 0.4])
    inputs = to_samples(images, np.arange(5), mean, std, CPU).inputs(slice(None))
    expected = ((images / 255 - mean) / std).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(inputs.numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("index", [slice(1, 4), torch.tensor([1, 2, 3])], ids=["slice", "tensor"])
def test_only_the_chosen_samples_come(images, index):
    samples = make(images)
    assert torch.equal(samples.inputs(index), samples.inputs(slice(None))[1:4])


def test_samples_come_in_the_order_asked_for(images):
    samples = make(images)
    assert torch.equal(samples.inputs(torch.tensor([3, 0, 3])), samples.inputs(slice(None))[[3, 0, 3]])


@pytest.mark.parametrize("degrees", [45.0, torch.tensor([45.0, -135.0])], ids=["one", "each"])
def test_corners_are_black_before_normalisation(degrees):
    white = np.full((2, 28, 28, 1), 255, np.uint8)
    inputs = make(white, 0.25, 0.5).inputs(slice(None), degrees)
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert inputs[:, 0, row, column].tolist() == [(0 - 0.25) / 0.5] * 2
    assert inputs[:, 0, 14, 14].tolist() == pytest.approx([(1 - 0.25) / 0.5] * 2)


def test_a_quarter_turn_moves_pixels_exactly(images):
    samples = make(images, 0.25, 0.5)
    assert torch.equal(samples.inputs(slice(None), 90.0), samples.inputs(slice(None)).rot90(1, dims=(2, 3)))


def test_each_sample_turns_by_its_own_angle(images):
    samples = make(images, 0.25, 0.5)
    degrees = torch.tensor([0.0, 30.0, 90.0, -77.7])
    chosen = torch.tensor([4, 0, 2, 1])
    expected = [samples.inputs(chosen[i : i + 1], float(degrees[i])) for i in range(4)]
    torch.testing.assert_close(samples.inputs(chosen, degrees), torch.cat(expected), rtol=0, atol=1e-4)


@pytest.mark.parametrize("degrees", [0.0, 90.0, 33.0, torch.tensor([0.0, 90, 180, 33, -5])])
def test_the_stored_images_stay_as_they_are(images, degrees):
    samples = make(images, 0.25, 0.5)
    before = samples.images.clone()
    samples.inputs(slice(None), degrees).zero_()
    assert samples.images.dtype == torch.uint8
    assert torch.equal(samples.images, before)


@pytest.mark.parametrize("degrees", [0.0, 90.0, 33.0, torch.tensor([0.0, 90, 180, 33, -5])])
def test_double_precision_is_computed_in_double(images, degrees):
    samples = make(images, 0.25, 0.5)
    inputs = samples.inputs(slice(None), degrees, dtype=torch.float64)
    assert inputs.dtype == torch.float64
    exact = (rotate(torch.from_numpy(images.transpose(0, 3, 1, 2) / 255), degrees) - 0.25) / 0.5
    torch.testing.assert_close(inputs, exact, rtol=0, atol=1e-14)


@pytest.mark.parametrize("degrees", [0.0, 33.0, torch.tensor([0.0, 90, 180, 33, -5])])
def test_low_precision_is_rounded_only_at_the_end(images, degrees):
    samples = make(images, 0.25, 0.3)
    inputs = samples.inputs(slice(None), degrees, dtype=torch.bfloat16)
    assert torch.equal(inputs, samples.inputs(slice(None), degrees).to(torch.bfloat16))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("degrees", [0.0, 90.0, 33.0, torch.tensor([0.0, 90, 180, 33, -5])])
def test_either_memory_format_holds_the_same_values(images, degrees, dtype):
    samples = make(images, 0.25, 0.5)
    formats = torch.channels_last, torch.contiguous_format
    one, other = (samples.inputs(slice(None), degrees, dtype=dtype, memory_format=layout) for layout in formats)
    assert one.is_contiguous(memory_format=torch.channels_last)
    assert other.is_contiguous()
    assert torch.equal(one, other)


def test_a_subset_has_the_chosen_images_and_labels_and_the_same_normalisation(images):
    samples = make(images, 0.25, 0.5)
    chosen = torch.tensor([4, 1, 2])
    subset = samples.subset(chosen)
    assert subset.labels.tolist() == [4, 1, 2]
    assert torch.equal(subset.inputs(slice(None)), samples.inputs(chosen))
    assert len(samples) == 5


def shuffled_labels(*counts):
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


@pytest.mark.parametrize(("counts", "n_samples", "expected"), [
    ((10, 10, 10), 12, [4, 4, 4]),
    ((10, 10, 10), 30, [10, 10, 10]),
    ((10, 10, 10), 10, [3, 3, 4]),  # which class gets the odd one is drawn
    ((10, 10, 10), 2, [0, 1, 1]),
    ((100, 3, 50), 30, [3, 13, 14]),  # a class with fewer than its share gives all
    ((2, 20, 3), 15, [2, 3, 10]),
    ((9, 0, 9), 8, [0, 4, 4]),
])  # fmt: skip
def test_a_subset_is_drawn_as_equally_from_each_class_as_there_are(counts, n_samples, expected):
    labels = shuffled_labels(*counts)
    chosen = balanced_subset(labels, n_samples, seed=0)
    assert sorted(np.bincount(labels[chosen], minlength=3)) == expected
    assert (np.diff(chosen) > 0).all()  # in order, none twice
    assert 0 <= chosen[0] <= chosen[-1] < len(labels)


def test_a_subset_is_the_same_for_the_same_seed_only():
    labels = shuffled_labels(30, 30, 30)
    drawn = [balanced_subset(labels, 20, seed).tolist() for seed in (0, 0, 1, 2)]
    assert drawn[0] == drawn[1]
    assert len({tuple(chosen) for chosen in drawn}) == 3


def test_every_sample_and_every_class_has_its_chance():
    labels = shuffled_labels(6, 6)
    drawn = [balanced_subset(labels, 3, seed) for seed in range(60)]
    assert set(np.concatenate(drawn)) == set(range(12))
    assert {int(labels[chosen].sum()) for chosen in drawn} == {1, 2}  # the odd one is of either class


def test_more_samples_than_there_are_are_refused():
    with pytest.raises(ValueError, match="n_samples: got 7, expected 6 or fewer"):
        balanced_subset(shuffled_labels(3, 3), 7, seed=0)
