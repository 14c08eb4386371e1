"""What was studied, in words for the page."""

from collections.abc import Mapping, Sequence

from rotational_variance.storage.measurement_extent import Extent
from rv_study.caption_facts import RunFacts

ANY_ANGLE = 180  # degrees to either side


def describe_images(runs: Sequence[RunFacts]) -> str:
    """Say which images of a dataset were measured: "360 test images of 10 classes"."""
    return " or ".join(dict.fromkeys(_images(each.extent) for each in runs))


def _images(extent: Extent) -> str:
    of_all = f" (of {extent.n_test:,})" if extent.is_part else ""
    return f"{extent.n_samples:,} test images{of_all} of {extent.n_classes} classes"


def describe_angles(extent: Extent) -> str:
    """Say at which angles: "16 over the full circle", or "7 from -45 to 45 degrees"."""
    n = len(extent.angles_degrees)
    if extent.is_full_circle:
        return f"{n} over the full circle"
    return f"{n} from {min(extent.angles_degrees):g} to {max(extent.angles_degrees):g} degrees"


def describe_training(runs: Sequence[RunFacts], labels: Mapping[str, str]) -> str:
    """Say what a training did, for each dataset, or model on a dataset, where that differs.

    labels  what to call the datasets
    """
    texts = {(labels[each.run["dataset"]], each.run["model"]): _numbers(each.training) for each in runs}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    of_datasets = {name: {text for (dataset, _), text in texts.items() if dataset == name} for name, _ in texts}
    if all(len(found) == 1 for found in of_datasets.values()):
        return _by_text({name: text for name, (text,) in of_datasets.items()}, "on ")
    return _by_text({f"{model} on {dataset}": text for (dataset, model), text in texts.items()})


def _by_text(texts: dict[str, str], before: str = "") -> str:
    """Write {name: text}, names of the same text together."""
    names = {text: [name for name in texts if texts[name] == text] for text in texts.values()}
    return "; ".join(f"{before}{', '.join(of_text)}: {text}" for text, of_text in names.items())


def _numbers(training: dict) -> str:
    epochs, rotate = training.get("epochs", 0), training.get("rotate", 0)
    if epochs == 0:
        return "none: the weights as they were drawn"
    turned = "by any angle" if rotate == ANY_ANGLE else f"by up to {rotate:g} degrees to either side"
    parts = [f"rotated {turned}" if rotate else "not rotated"]
    parts += [f"shifted by up to {training['shift']} pixels"] if training.get("shift") else []
    parts += ["mirrored as often as not"] if training.get("flip") else []
    return f"images {', '.join(parts)}; {epochs} epoch{'s' if epochs > 1 else ''}"
