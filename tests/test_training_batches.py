"""How training samples are changed, and cut into batches."""

from dataclasses import replace

import pytest
import torch

from rotational_variance.samples.inputs import Samples
from rotational_variance.training.augmentation import mirror, random_flips, random_offsets, shift
from rotational_variance.training.training_batches import random_degrees, shuffled_batches
from test_fit import RECIPE


@pytest.mark.parametrize("limit", [45, 180])
def test_angles_are_uniform_to_either_side(limit):
    degrees = random_degrees(20_000, limit, torch.Generator().manual_seed(0))
    assert degrees.min() >= -limit
    assert degrees.max() < limit
    counts = torch.histc(degrees, bins=12, min=-limit, max=limit)
    assert ((counts - 20_000 / 12).abs() < 5 * (20_000 / 12) ** 0.5).all()


def test_offsets_are_uniform_and_flips_fair():
    generator = torch.Generator().manual_seed(0)
    offsets, flips = random_offsets(20_000, 2, generator), random_flips(20_000, generator)
    counts = torch.bincount(5 * (offsets[:, 0] + 2) + offsets[:, 1] + 2, minlength=25)  # of each (down, right)
    assert ((counts - 800).abs() < 5 * 800**0.5).all()
    assert abs(int(flips.sum()) - 10_000) < 5 * 5_000**0.5


@pytest.mark.parametrize("size", [(6, 6), (5, 7)])
def test_an_image_moves_down_and_right_by_its_offset(size):
    images = torch.randint(1, 256, (25, 2, *size), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    offsets = torch.cartesian_prod(torch.arange(-2, 3), torch.arange(-2, 3))
    moved = shift(images, offsets)
    assert moved.dtype == torch.uint8
    for image, result, (down, right) in zip(images, moved, offsets.tolist(), strict=True):
        expected = torch.zeros_like(image)
        for row in range(size[0]):
            for column in range(size[1]):
                if 0 <= row - down < size[0] and 0 <= column - right < size[1]:
                    expected[:, row, column] = image[:, row - down, column - right]
        assert torch.equal(result, expected)


def test_left_and_right_are_swapped_where_asked():
    images = torch.arange(2 * 1 * 2 * 3, dtype=torch.uint8).reshape(2, 1, 2, 3)
    assert mirror(images, torch.tensor([False, True])).tolist() == [
        [[[0, 1, 2], [3, 4, 5]]],
        [[[8, 7, 6], [11, 10, 9]]],
    ]


@pytest.mark.parametrize(("numbers", "angle"), [
    ({}, None),
    ({"rotate": 45}, lambda draws: draws * 90 - 45),
    ({"rotate": 22.5}, lambda draws: draws * 45 - 22.5),
    ({"rotate": 180, "shift": 2, "flip": True}, lambda draws: draws * 360 - 180),
])  # fmt: skip
def test_each_sample_comes_once_with_changes_of_its_own(make_samples, numbers, angle):
    samples, recipe = make_samples(), replace(RECIPE, **numbers)
    n = len(samples)
    batches = list(shuffled_batches(samples, 3, recipe, torch.Generator().manual_seed(7), torch.contiguous_format))
    generator = torch.Generator().manual_seed(7)
    order = torch.randperm(n, generator=generator)
    degrees = angle(torch.rand(n, generator=generator, dtype=torch.float64)) if angle else 0.0
    images = samples.images[order]
    if recipe.shift:
        images = shift(images, torch.randint(-2, 3, (n, 2), generator=generator))
    if recipe.flip:
        images = mirror(images, torch.rand(n, generator=generator) < 0.5)
    expected = replace(samples, images=images).inputs(slice(None), degrees)
    assert torch.equal(torch.cat([labels for _, labels in batches]), samples.labels[order])
    assert torch.allclose(torch.cat([inputs for inputs, _ in batches]), expected, atol=1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_batches_are_made_without_waiting_for_the_gpu(make_samples):
    samples = make_samples()
    on_gpu = Samples(*(values.cuda() for values in vars(samples).values()))
    recipe = replace(RECIPE, rotate=45, shift=2, flip=True)
    made, expected = (
        shuffled_batches(images, 4, recipe, torch.Generator().manual_seed(0), torch.channels_last)
        for images in (on_gpu, samples)
    )
    next(made), next(expected)  # the order of an epoch's samples is sent once, before its first batch
    torch.cuda.set_sync_debug_mode("error")
    try:
        inputs, labels = next(made)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    expected_inputs, expected_labels = next(expected)
    assert torch.equal(labels.cpu(), expected_labels)
    assert torch.allclose(inputs.cpu(), expected_inputs, atol=1e-4)
