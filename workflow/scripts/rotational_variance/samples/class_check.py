"""Check that every class of a dataset can be measured."""

import unicodedata

from rotational_variance.samples.image_dataset import Dataset

_OVERRIDES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # of the direction of text that follows
RESERVED = ("all", "stratified")  # names of the sample sets that are not classes


def check_classes(dataset: Dataset) -> None:
    """Check that every class can be measured, before hours of training.

    Raises ValueError for a single class; naming the class, for a reserved name, one with control characters, such as
    line breaks, or without visible ones, and for fewer than one training or two test images.
    """
    if len(dataset.class_names) < 2:
        raise ValueError(f"dataset {dataset.name}: has one class, {dataset.class_names[0]}; expected two or more")
    for label, class_name in enumerate(dataset.class_names):
        if class_name in RESERVED:
            raise ValueError(
                f"dataset {dataset.name}: a class cannot be called {class_name}, as results for all classes are; "
                "rename it"
            )
        if not _is_printable(class_name):
            raise ValueError(
                f"dataset {dataset.name}: the name of class {class_name!a} has control characters, or nothing to "
                "be seen; rename it"
            )
        n_train, n_test = ((labels == label).sum() for labels in (dataset.train_labels, dataset.test_labels))
        if n_train < 1 or n_test < 2:
            raise ValueError(
                f"dataset {dataset.name}: class {class_name} has {n_train} training and {n_test} test images, expected "
                "1 and 2 or more: fewer test images have no spread to be measured"
            )


def _is_printable(name: str) -> bool:
    """Tell whether a name can be seen, and leaves alone what is printed beside it."""
    kinds = {unicodedata.category(character) for character in name}
    overrides = any(unicodedata.bidirectional(character) in _OVERRIDES for character in name)
    return not (kinds & {"Cc", "Zl", "Zp"} or overrides) and not kinds <= {"Cf", "Zs"}
