"""Small files in MNIST's format."""

import struct

import numpy as np


def write_idx(path, array):
    """Write an idx file: a magic number (type 8 is a byte), the sizes, the bytes."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


def write_raw(folder, name, n_train=7, n_test=4):
    """Write a small dataset of MNIST's format; return its images and labels by part."""
    raw = folder / name / "raw"
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    arrays = []
    for part, n in (("train", n_train), ("t10k", n_test)):
        images, labels = random.integers(0, 256, (n, 6, 6)), random.integers(0, 10, n)
        write_idx(raw / f"{part}-images-idx3-ubyte", images)
        write_idx(raw / f"{part}-labels-idx1-ubyte", labels)
        arrays += [images[..., np.newaxis], labels]
    return arrays
