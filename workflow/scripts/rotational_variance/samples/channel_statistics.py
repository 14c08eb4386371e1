"""The mean and the standard deviation of a dataset's pixels, exactly. numpy only."""

import numpy as np


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of each channel's pixels, on the scale of 0 (black) to 1.

    images  uint8 [sample, height, width, channel]; returns two arrays float64 [channel]

    The function counts how often each of the 256 values occurs, so the result is exact for any number of images. The
    divisor is n, because the pixels are the whole population that inputs are normalised with.
    """
    values = np.arange(256) / 255
    means, stds = [], []
    for channel in range(images.shape[-1]):
        counts = np.bincount(images[..., channel].ravel(), minlength=256)
        mean = np.average(values, weights=counts)
        means.append(mean)
        stds.append(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
    return np.array(means), np.array(stds)
