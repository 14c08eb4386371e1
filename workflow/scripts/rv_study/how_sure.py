"""How sure a study's findings are, in sentences for the page: what these runs can tell, and what they cannot."""

import math
from collections.abc import Mapping, Sequence

from rotational_variance.tables.text import join_words
from rv_study.caption_facts import RunFacts

Z_95 = 1.96  # the normal distribution's central 95 %
FEW = 10  # test images of a class
NAMES = {"shift": "shifts", "flip": "mirroring"}  # of numbers of training, where their keys are not their words
TOLD_APART = {"rotate"}  # what trainings are compared for


def how_sure(runs: Sequence[RunFacts], labels: Mapping[str, str]) -> list[str]:
    """Say what the findings hinge on: seeds, the number of test images, and what else trainings differ in.

    labels  what to call the datasets
    """
    return [
        _of_seeds(runs), _of_images(runs, labels), *_of_classes(runs, labels), _of_comparisons(), *_of_trainings(runs)
    ]  # fmt: skip


def _of_seeds(runs: Sequence[RunFacts]) -> str:
    first, *others = dict.fromkeys(each.run["seed"] for each in runs)
    if others:
        return f"Means over {len(others) + 1} seeds."
    return (
        f"One network for each model, dataset and training (seed {first}): how much another seed would change these "
        "numbers is not known here."
    )


def _of_images(runs: Sequence[RunFacts], labels: Mapping[str, str]) -> str:
    """Tell the error of an accuracy of one half, which is the largest: the share of as many independent images."""
    n_test = {labels[each.run["dataset"]]: each.extent.n_test for each in runs}
    parts = [f"{100 * Z_95 * math.sqrt(0.25 / n):.1f} points ({n:,} on {label})" for label, n in n_test.items()]
    return (
        f"The number of test images leaves an accuracy uncertain by up to {join_words(parts)}, by less the closer it "
        "is to 0 or 100% (95% interval)."
    )


def _of_classes(runs: Sequence[RunFacts], labels: Mapping[str, str]) -> list[str]:
    """Tell where a class has so few images that the spread over them, by which M is divided, is hardly known."""
    fewest: dict[str, int] = {}
    for each in runs:
        label = labels[each.run["dataset"]]
        fewest[label] = min(*each.extent.n_of_classes, fewest.get(label, FEW))
    parts = [f"{n} on {label}" for label, n in fewest.items() if n < FEW]
    if not parts:
        return []
    return [
        f"Some classes were measured on few test images ({join_words(parts)}): M of these classes, and stratified M, "
        "are uncertain, and too high on average."
    ]


def _of_comparisons() -> str:
    return "Comparisons of the same network are not independent of each other."


def _of_trainings(runs: Sequence[RunFacts]) -> list[str]:
    """Tell in what networks of the same model and dataset were trained differently, beside the rotation."""
    trained = [each for each in runs if each.training.get("epochs", 0) > 0]
    of_pairs: dict[tuple, list[dict]] = {}
    for each in trained:
        of_pairs.setdefault((each.run["model"], each.run["dataset"]), []).append(each.training)
    keys = dict.fromkeys(key for each in trained for key in each.training if key not in TOLD_APART)
    differ = [key for key in keys if any(_differ(key, of_pair) for of_pair in of_pairs.values())]
    if not differ:
        return []
    words = join_words([NAMES.get(key, key.replace("_", " ")) for key in differ])
    return [f"Trainings differ in more than the rotation of their images: in {words}."]


def _differ(key: str, trainings: Sequence[dict]) -> bool:
    return any(training.get(key) != trainings[0].get(key) for training in trainings)
