"""How many images a dataset has, and of what shape: by its file, or by its source before there is one."""

import math
from pathlib import Path

from rv_study.costs import Images

OF_TORCHVISION = {  # as its pages say
    "MNIST": Images(1, 28, 10, 60_000, 10_000),
    "FashionMNIST": Images(1, 28, 10, 60_000, 10_000),
    "CIFAR10": Images(3, 32, 10, 50_000, 10_000),
}
N_DIGITS = 1797  # in scikit-learn


def count_images(file: Path, source: dict) -> Images | None:
    """Count the images of a dataset; None if only reading them would tell."""
    import h5py  # here, as every start of Snakemake reads this module, and few count

    try:
        with h5py.File(file, "r", locking=False) as stored:
            n_train, size, _, n_channels = stored["train/images"].shape
            return Images(n_channels, size, len(stored["class_names"]), n_train, len(stored["test/images"]))
    except (OSError, KeyError, ValueError):  # not there yet, or damaged: the job that reads it will say so
        pass
    if source["source"] == "torchvision":
        return OF_TORCHVISION[source["name"]]
    if source["source"] == "scikit-learn":
        n_test = math.ceil(N_DIGITS * source["test_fraction"])
        return Images(1, source["size"], 10, N_DIGITS - n_test, n_test)
    return None
