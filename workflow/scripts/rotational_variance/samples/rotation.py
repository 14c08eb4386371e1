"""Rotate batches of images.

Positive angles turn counter-clockwise about the image's centre. Interpolation is bilinear, and pixels from outside the
image are 0 (black, if images are not yet normalised). These are the conventions of torchvision's `rotate`.
"""

import math

import torch
import torch.nn.functional as F

from rotational_variance.torch_setup.device import send


def rotate(images: torch.Tensor, degrees: float | torch.Tensor) -> torch.Tensor:
    """Rotate all images by one angle, or each image by its own angle.

    images   [sample, channel, height, width], floating point
    degrees  a number, or a tensor [sample] (best kept on the CPU: its values decide what is computed)
    returns  [sample, channel, height, width]

    Multiples of 90 degrees move pixels without interpolation (odd multiples do so for square images only).
    Raises ValueError if the shapes do not fit.
    """
    if images.dim() != 4:
        raise ValueError(f"images: got shape {tuple(images.shape)}, expected [sample, channel, height, width]")
    degrees = torch.as_tensor(degrees, dtype=torch.float64)
    if degrees.dim() == 0:
        quarters = _quarter_turns(degrees.view(1), images)
        if quarters[0] >= 0:
            return torch.rot90(images, int(quarters[0]), dims=(2, 3))
        # Samples become channels of one image, so that the grid and the interpolation weights are computed once.
        n_samples, n_channels, height, width = images.shape
        flat = images.reshape(1, n_samples * n_channels, height, width)  # [1, sample x channel, height, width]
        return _resample(flat, degrees.view(1)).view(images.shape)  # [sample, channel, height, width]
    if degrees.shape != (len(images),):
        raise ValueError(f"degrees: got shape {tuple(degrees.shape)}, expected one angle or [{len(images)}]")
    rotated = _resample(images, degrees)  # [sample, channel, height, width]
    quarters = _quarter_turns(degrees, images)  # [sample]
    for quarter in quarters[quarters >= 0].unique().tolist():
        chosen = (quarters == quarter).nonzero().flatten().to(images.device)  # [chosen]
        rotated[chosen] = torch.rot90(images[chosen], quarter, dims=(2, 3))
    return rotated


def _quarter_turns(degrees: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Count the quarter turns (0 to 3) of each angle that is an exact multiple of 90 degrees; -1 for the others."""
    turns = degrees % 360 / 90
    exact = turns == turns.round()
    if images.shape[2] != images.shape[3]:
        exact &= turns % 2 == 0  # odd turns of a rectangle do not land on its pixels
    return torch.where(exact, turns.round(), -1).long()


def _resample(images: torch.Tensor, degrees: torch.Tensor) -> torch.Tensor:
    n_samples, _, height, width = images.shape
    radians = degrees * (math.pi / 180)
    cos, sin = radians.cos(), radians.sin()  # [sample]
    # grid_sample's coordinates run from -1 to 1 along either side, so a turn also rescales by the sides' ratio.
    inverse = torch.zeros(n_samples, 2, 3, dtype=torch.float64)  # [sample, (x, y), (x, y, 1)]
    inverse[:, 0, 0], inverse[:, 0, 1] = cos, -sin * height / width
    inverse[:, 1, 0], inverse[:, 1, 1] = sin * width / height, cos
    sent = send(inverse.to(images.dtype), images.device)
    grid = F.affine_grid(sent, list(images.shape), align_corners=False)  # [sample, height, width, (x, y)]
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
