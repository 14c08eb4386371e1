"""Small real data: the first digits of each class that come with scikit-learn, as images of 12 x 12 pixels."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


def tiny_images(n_train: int = 6, n_test: int = 4) -> dict[str, bytes]:
    """Return PNGs by name, `train/<class>/<n>.png` and `test/<class>/<n>.png`."""
    digits = load_digits()
    files = {}
    for label in range(10):
        images = digits.images[digits.target == label][: n_train + n_test]
        for i, image in enumerate(images):
            png = io.BytesIO()
            Image.fromarray(np.uint8(image * 255 / 16)).resize((12, 12)).save(png, format="png")
            files[f"{'train' if i < n_train else 'test'}/{label}/{i}.png"] = png.getvalue()
    return files


def write_zip(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def write_folder(path: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
