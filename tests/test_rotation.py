import pytest
import torch

from rotational_variance.rotation import angle_grid, rotate
from rotational_variance.vision import torchvision

BILINEAR = torchvision.transforms.InterpolationMode.BILINEAR


@pytest.fixture
def images():
    return torch.rand(5, 3, 28, 28, generator=torch.Generator().manual_seed(0))


def test_angle_grid_covers_the_circle_once():
    assert angle_grid(4) == [-180, -90, 0, 90]
    grid = angle_grid(16)
    assert len(grid) == 16
    assert grid[0] == -180
    assert max(grid) == 180 - 22.5


def test_angle_grid_refuses_no_angles():
    with pytest.raises(ValueError, match="n_angles: got 0"):
        angle_grid(0)


@pytest.mark.parametrize("quarter", range(-4, 5))
def test_quarter_turns_move_pixels_exactly(images, quarter):
    expected = torch.rot90(images, quarter, dims=(2, 3))
    assert torch.equal(rotate(images, 90.0 * quarter), expected)
    assert torch.equal(rotate(images, torch.full((5,), 90.0 * quarter)), expected)


@pytest.mark.parametrize("degrees", [-170.5, -90, -33.3, 1, 45, 90, 120, 179.9])
@pytest.mark.parametrize("size", [(28, 28), (32, 32), (9, 9), (20, 28)])
def test_agrees_with_torchvision(degrees, size):
    images = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(1))
    expected = torchvision.transforms.functional.rotate(images, degrees, BILINEAR)
    torch.testing.assert_close(rotate(images, degrees), expected, rtol=0, atol=1e-5)


def test_positive_angles_turn_counter_clockwise():
    image = torch.zeros(1, 1, 9, 9)
    image[..., 4, 8] = 1  # right
    turned = rotate(image, 90)
    assert turned[0, 0, 0, 4] == 1  # top
    assert turned.sum() == 1


def test_each_sample_by_its_own_angle(images):
    degrees = torch.tensor([0.0, 90.0, -31.0, 180.0, 77.7], dtype=torch.float64)
    expected = torch.cat([rotate(images[i : i + 1], float(degrees[i])) for i in range(5)])
    torch.testing.assert_close(rotate(images, degrees), expected, rtol=0, atol=1e-5)


def test_corners_are_black():
    turned = rotate(torch.ones(1, 1, 28, 28), 45)
    assert turned[0, 0, 0, 0] == 0
    assert turned[0, 0, 14, 14] == 1


def test_leaves_its_input_alone(images):
    before = images.clone()
    rotate(images, torch.tensor([90.0, 10, 20, 30, 180]))
    assert torch.equal(images, before)


def test_refuses_other_shapes(images):
    with pytest.raises(ValueError, match="expected \\[sample, channel, height, width\\]"):
        rotate(images[0], 10)
    with pytest.raises(ValueError, match="expected one angle or \\[5\\]"):
        rotate(images, torch.zeros(4))
