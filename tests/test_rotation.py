import pytest
import torch

from rotational_variance.samples.rotation import rotate
from rotational_variance.torch_setup.torchvision_import import torchvision

BILINEAR = torchvision.transforms.InterpolationMode.BILINEAR


@pytest.fixture
def images():
    return torch.rand(5, 3, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("quarter", range(-5, 6))
def test_quarter_turns_move_pixels_exactly(images, quarter):
    expected = torch.rot90(images, quarter, dims=(2, 3))
    assert torch.equal(rotate(images, 90.0 * quarter), expected)
    assert torch.equal(rotate(images, torch.full((5,), 90.0 * quarter)), expected)


def test_quarter_turns_among_other_angles_are_exact_as_well(images):
    degrees = torch.tensor([-180.0, 270, 33, -90, 450])
    rotated = rotate(images, degrees)
    for i, quarter in ((0, 2), (1, 3), (3, 3), (4, 1)):
        assert torch.equal(rotated[i], torch.rot90(images[i], quarter, dims=(1, 2)))


@pytest.mark.parametrize("half", [-360, -180, 0, 180, 540])
def test_half_turns_of_rectangles_are_exact(images, half):
    images = images[..., :20]
    expected = torch.rot90(images, half // 90, dims=(2, 3))
    assert torch.equal(rotate(images, half), expected)
    assert torch.equal(rotate(images, torch.full((5,), float(half))), expected)


# With torchvision's default fill. Given a fill, even 0, it weighs the pixels along the border by their coverage twice.
# At multiples of 90 degrees it interpolates, so that only ours is exact.
@pytest.mark.parametrize("degrees", [-180, -170.5, -90, -33.3, 1, 45, 90, 120, 179.9, 270, 450])
@pytest.mark.parametrize("size", [(28, 28), (9, 9), (20, 28), (9, 4)])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_direction_centre_and_fill_are_those_of_torchvision(degrees, size, dtype, tolerance):
    images = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(1), dtype=dtype)
    expected = torchvision.transforms.functional.rotate(images, degrees, BILINEAR)
    torch.testing.assert_close(rotate(images, degrees), expected, rtol=0, atol=tolerance)


def test_positive_angles_turn_counter_clockwise():
    image = torch.zeros(1, 1, 9, 9)
    image[..., 4, 8] = 1  # right
    turned = rotate(image, 90)
    assert turned[0, 0, 0, 4] == 1  # top
    assert turned.sum() == 1


@pytest.mark.parametrize("size", [(28, 28), (9, 9), (20, 28)])
def test_an_angle_for_all_is_the_same_as_that_angle_for_each(size):
    images = torch.rand(6, 3, *size, generator=torch.Generator().manual_seed(2))
    degrees = torch.tensor([0.0, 90.0, -31.0, 180.0, 77.7, -31.0], dtype=torch.float64)
    expected = torch.cat([rotate(images[i : i + 1], float(degrees[i])) for i in range(6)])
    torch.testing.assert_close(rotate(images, degrees), expected, rtol=0, atol=1e-6)
    together = rotate(images, -31.0)
    torch.testing.assert_close(together[[2, 5]], expected[[2, 5]], rtol=0, atol=1e-6)


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
