"""Where datasets come from: torchvision's downloads, scikit-learn's bundled digits, a folder or a zip of images.

`read(dataset, source, ...)` reads a Dataset from its source. A new source is one new function here.
"""

import socket
from pathlib import Path

import numpy as np
from PIL import Image

from rotational_variance.samples.image_dataset import Dataset
from rotational_variance.samples.image_files.read_images import read_images

TORCHVISION_FILES = {  # the files to put below `root` by hand if there is no network
    "MNIST": "MNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz (four files)",
    "FashionMNIST": "FashionMNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz (four files)",
    "CIFAR10": "cifar-10-python.tar.gz",
}


def read(dataset: str, source: str, **options) -> Dataset:
    """Read the dataset named `dataset` from its source, `torchvision`, `scikit-learn` or `images`.

    Raises ValueError for a dataset that the source does not offer or files that are not as expected, OSError for files
    that cannot be read or downloaded.
    """
    readers = {"torchvision": read_torchvision, "scikit-learn": read_scikit_learn, "images": read_images}
    if source not in readers:
        raise ValueError(f"dataset {dataset}: got source {source!r}, expected one of {', '.join(readers)}")
    return readers[source](dataset, **options)


def read_torchvision(dataset: str, *, name: str, root: str) -> Dataset:
    """Read torchvision's dataset class `name`; download missing files to `root`, checked by torchvision's checksums."""
    from rotational_variance.torch_setup.torchvision_import import torchvision

    if name not in TORCHVISION_FILES:
        raise ValueError(f"dataset {dataset}: got name {name!r}, expected one of {', '.join(TORCHVISION_FILES)}")
    source = getattr(torchvision.datasets, name)
    root = Path(root).expanduser().resolve()
    former = [root / name / "processed" / file for file in ("training.pt", "test.pt")]
    socket.setdefaulttimeout(60)  # seconds; torchvision sets no limit, and would wait for a silent server for ever
    try:
        train, test = (source(root, train=is_train, download=True) for is_train in (True, False))
        arrays = [array for part in (train, test) for array in _torchvision_arrays(part)]
        return Dataset(dataset, _torchvision_class_names(train), *arrays)
    except Exception as error:  # torchvision raises many types for downloads that fail and files that are damaged
        if all(file.is_file() for file in former):
            raise OSError(
                f"dataset {dataset}: {former[0].parent} holds files of an old torchvision, which are read before all "
                "others, and are damaged; delete that folder"
            ) from error
        raise OSError(
            f"dataset {dataset}: {name} could not be read from {root}, nor downloaded into it "
            f"({' '.join(str(error).split()) or type(error).__name__}). "
            f"Put it there by hand: {TORCHVISION_FILES[name]}; torchvision's documentation of {name} names its site. "
            "If files are there already, they are damaged: move them away."
        ) from error


def _torchvision_class_names(part) -> list[str]:
    # MNIST's names are "0 - zero" and so on; the digit is enough.
    return [name.split(" - ")[0] for name in part.classes]


def _torchvision_arrays(part) -> tuple[np.ndarray, np.ndarray]:
    images = np.asarray(part.data, dtype=np.uint8)
    if images.ndim == 3:  # grey: no axis for the channel yet
        images = images[..., np.newaxis]
    return images, np.asarray(part.targets, dtype=np.int64)


def read_scikit_learn(dataset: str, *, name: str, size: int, test_fraction: float, split_seed: int) -> Dataset:
    """Read scikit-learn's bundled digits (1,797 real images of 8 x 8 pixels), enlarged to `size` x `size` pixels.

    A stratified, seeded split sets `test_fraction` of them apart as the test set. Source: Alpaydin and Kaynak 1998, UCI
    "Optical recognition of handwritten digits".
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    if name != "digits":
        raise ValueError(f"dataset {dataset}: got name {name!r}, expected digits")
    digits = load_digits()
    grey = np.round(digits.images * (255 / 16)).astype(np.uint8)  # 17 levels, 0 to 16
    enlarged = [Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR) for image in grey]
    images = np.stack([np.asarray(image) for image in enlarged])[..., np.newaxis]
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, digits.target.astype(np.int64), test_size=test_fraction, random_state=split_seed, stratify=digits.target
    )
    class_names = [str(target) for target in digits.target_names]
    return Dataset(dataset, class_names, train_images, train_labels, test_images, test_labels)
