"""Check that every class of a dataset can be measured."""

import unicodedata

from rotational_variance.samples.image_dataset import Dataset

RESERVED = ("all", "stratified")  # names of the sample sets that are not classes


def check_classes(dataset: Dataset) -> None:
    """Check that every class can be measured, before hours of training.

    Raises ValueError, naming the class, for a reserved name, one with control characters, such as line breaks, and for
    fewer than one training or two test images.
    """
    for label, class_name in enumerate(dataset.class_names):
        if class_name in RESERVED:
            raise ValueError(f"dataset {dataset.name}: a class cannot be called {class_name}; rename it")
        if any(unicodedata.category(character) == "Cc" for character in class_name):
            raise ValueError(
                f"dataset {dataset.name}: the name of class {class_name!r} has control characters; rename it"
            )
        n_train, n_test = ((labels == label).sum() for labels in (dataset.train_labels, dataset.test_labels))
        if n_train < 1 or n_test < 2:
            raise ValueError(
                f"dataset {dataset.name}: class {class_name} has {n_train} training and {n_test} test images, expected "
                "1 and 2 or more: fewer test images have no spread to be measured"
            )
