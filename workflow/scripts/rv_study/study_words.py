"""What was studied, in words for the page."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.storage.measurement_attributes import Extent
from rv_study.caption_facts import RunFacts

ANY_ANGLE = 180  # degrees to either side


def describe_images(extent: Extent) -> str:
    """Say which images of a dataset were measured: "360 test images of 10 classes"."""
    of_all = "" if extent.n_samples == extent.n_test else f" (of {extent.n_test:,})"
    return f"{extent.n_samples:,} test images{of_all} of {extent.n_classes} classes"


def describe_angles(extent: Extent) -> str:
    """Say at which angles: "16 over the full circle", or "7 from -45 to 45 degrees"."""
    angles = np.sort(np.array(extent.angles_degrees) % 360)
    if np.allclose(np.diff([*angles, angles[0] + 360]), 360 / len(angles)):
        return f"{len(angles)} over the full circle"
    return f"{len(angles)} from {min(extent.angles_degrees):g} to {max(extent.angles_degrees):g} degrees"


def describe_training(runs: Sequence[RunFacts]) -> str:
    """Say what a training did, for each dataset where that differs: "not rotated, ..., 10 epochs"."""
    by_dataset = {each.run["dataset"]: _numbers(each.training) for each in runs}
    texts = {text: [name for name in by_dataset if by_dataset[name] == text] for text in by_dataset.values()}
    if len(texts) == 1:
        return next(iter(texts))
    return "; ".join(f"on {', '.join(names)}: {text}" for text, names in texts.items())


def _numbers(training: dict) -> str:
    epochs, rotate = training.get("epochs", 0), training.get("rotate", 0)
    if epochs == 0:
        return "none: the weights as they were drawn"
    turned = "by any angle" if rotate == ANY_ANGLE else f"by up to {rotate:g} degrees to either side"
    parts = [f"rotated {turned}" if rotate else "not rotated"]
    parts += [f"shifted by up to {training['shift']} pixels"] if training.get("shift") else []
    parts += ["mirrored as often as not"] if training.get("flip") else []
    return f"images {', '.join(parts)}; {epochs} epoch{'s' if epochs > 1 else ''}"
