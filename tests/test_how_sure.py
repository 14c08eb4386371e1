"""How sure the page says that findings are."""

import pytest

from rotational_variance.storage.measurement_extent import Extent
from rv_study.caption_facts import RunFacts
from rv_study.how_sure import how_sure

LABELS = {"digits": "digits", "mnist": "MNIST"}
UNROTATED = {"epochs": 10, "rotate": 0, "shift": 2, "flip": False}


def run_of(training=UNROTATED, name="unrotated", dataset="digits", seed=0, n_test=360, model="resnet", fewest=10):
    run = {"model": model, "dataset": dataset, "training": name, "seed": seed}
    return RunFacts(run, {"spec": {"training": training}}, Extent(36, n_test, (36, fewest, 40), (0.0,)), False, [])


def rotated(**changes):
    return run_of(UNROTATED | {"rotate": 180} | changes, "rotated")


def test_one_seed_says_nothing_of_another():
    seeds, images, comparisons = how_sure([run_of(), rotated()], LABELS)
    assert seeds.startswith("One network for each model, dataset and training (seed 0): how much another seed")
    # 1.96 * sqrt(0.5 * 0.5 / 360) = 0.0517
    assert images.startswith(
        "The number of test images leaves an accuracy uncertain by up to 5.2 points (360 on digits),"
    )
    assert comparisons == "Comparisons of the same network are not independent of each other."


def test_seeds_are_counted_and_datasets_told_apart():
    seeds, images, _ = how_sure([run_of(), run_of(seed=3), run_of(dataset="mnist", n_test=10_000)], LABELS)
    assert seeds == "Means over 2 seeds."
    assert "up to 5.2 points (360 on digits) and 1.0 points (10,000 on MNIST), by less" in images


def test_it_says_where_classes_have_few_images():
    _, _, classes, _ = how_sure([run_of(fewest=2), run_of(dataset="mnist"), run_of()], LABELS)
    assert classes == (
        "Some classes were measured on few test images (2 on digits): M of these classes, and stratified M, are "
        "uncertain, and too high on average."
    )


@pytest.mark.parametrize(("runs", "differ"), [
    ([run_of(), rotated(epochs=25, shift=0)], "epochs and shifts"),
    ([run_of(), rotated(flip=True)], "mirroring"),
    ([run_of(), rotated(label_smoothing=0.1)], "label smoothing"),
    ([run_of(), rotated(), rotated(epochs=12), rotated(epochs=0)], "epochs"),
])  # fmt: skip
def test_it_says_in_what_else_trainings_differ(runs, differ):
    assert how_sure(runs, LABELS)[-1] == f"Trainings differ in more than the rotation of their images: in {differ}."


@pytest.mark.parametrize("runs", [
    [run_of(), rotated()], [run_of()], [run_of(), run_of(UNROTATED | {"epochs": 0}, "untrained")],
    [run_of(), run_of(UNROTATED | {"epochs": 20}, model="vgg16")],  # which are not compared
])  # fmt: skip
def test_it_says_so_only_where_they_do(runs):
    assert len(how_sure(runs, LABELS)) == 3
