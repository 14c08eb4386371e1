"""What the page says of what was studied, and what its captions know."""

from dataclasses import replace

import pytest

from rotational_variance.figures.catalogue import of_models, of_pair
from rotational_variance.storage.measurement_extent import Extent
from rv_study.caption_facts import RunFacts, Shown, caption_facts, shown_by
from rv_study.study_words import describe_angles, describe_images, describe_training

ALL_TESTED = Extent(360, 360, (36,) * 10, (-180.0, -90.0, 0.0, 90.0))
LABELS = {"digits": "digits", "mnist": "mnist", "cifar10": "CIFAR-10"}


def run_of(
    dataset="digits", training=None, extent=ALL_TESTED, model="resnet", seed=0, at_chance=False, name="x", **values
):
    training = {"epochs": 10, "rotate": 0, "shift": 0, "flip": False, "history_samples": "all"} | (training or {})
    run = {"model": model, "dataset": dataset, "training": name, "seed": seed}
    row = {"measure": "normalized_variance", "layers": "published"} | values
    return RunFacts(run, {"spec": {"training": training}}, extent, at_chance, [row])


@pytest.mark.parametrize(("extent", "words"), [
    (ALL_TESTED, "360 test images of 10 classes"),
    (replace(ALL_TESTED, n_samples=2000, n_test=10_000), "2,000 test images (of 10,000) of 10 classes"),
])  # fmt: skip
def test_images(extent, words):
    assert describe_images([run_of(extent=extent)]) == words


def test_images_of_runs_that_measured_others():
    runs = [run_of(), run_of(extent=replace(ALL_TESTED, n_samples=36)), run_of()]
    assert describe_images(runs) == "360 test images of 10 classes or 36 test images (of 360) of 10 classes"


@pytest.mark.parametrize(("angles", "words"), [
    ((-180.0, -90.0, 0.0, 90.0), "4 over the full circle"), ((0.0, 120.0, 240.0), "3 over the full circle"),
    ((-45.0, 0.0, 45.0), "3 from -45 to 45 degrees"), ((0.0, 90.0, 180.0), "3 from 0 to 180 degrees"),
    ((0.0, 180.0), "2 over the full circle"),
])  # fmt: skip
def test_angles(angles, words):
    assert describe_angles(replace(ALL_TESTED, angles_degrees=angles)) == words


@pytest.mark.parametrize(("numbers", "words"), [
    ({}, "images not rotated; 10 epochs"),
    ({"rotate": 180, "epochs": 1}, "images rotated by any angle; 1 epoch"),
    ({"rotate": 22.5, "shift": 2}, "images rotated by up to 22.5 degrees to either side, shifted by up to 2 pixels; 10 epochs"),
    ({"flip": True}, "images not rotated, mirrored as often as not; 10 epochs"),
    ({"epochs": 0, "shift": 2}, "none: the weights as they were drawn"),
])  # fmt: skip
def test_a_training(numbers, words):
    assert describe_training([run_of(training=numbers)], LABELS) == words


def test_a_training_that_differs_between_datasets():
    runs = [run_of(), run_of("mnist"), run_of("cifar10", {"flip": True})]
    assert describe_training(runs, LABELS) == (
        "on digits, mnist: images not rotated; 10 epochs; on CIFAR-10: images not rotated, mirrored as often as not; 10 epochs"
    )


def test_a_training_that_differs_between_models():
    runs = [run_of(), run_of(model="vgg16", training={"epochs": 20}), run_of("mnist")]
    assert describe_training(runs, LABELS) == (
        "resnet on digits, resnet on mnist: images not rotated; 10 epochs; vgg16 on digits: images not rotated; 20 epochs"
    )


ALL_OF_M = Shown("normalized_variance", ("mean", "max"), ("all", "stratified"), "auto")


def test_captions_know_what_their_runs_show():
    quiet = caption_facts([run_of()], "resnet on digits", ALL_OF_M)
    assert quiet.pop("subject") == "resnet on digits"
    assert not any(quiet.values())


@pytest.mark.parametrize(("runs", "said"), [
    ([run_of(), run_of(seed=1)], {"several_seeds"}),
    ([run_of(), run_of(model="vgg16")], {"several_models"}),
    ([run_of(), run_of(model="vgg16", at_chance=True)], {"at_chance", "left_out"}),
    ([run_of(), run_of(seed=1, at_chance=True)], {"at_chance", "several_seeds"}),  # the other seed tells of it
    ([run_of(at_chance=True)], {"at_chance"}),  # which is then all that there is to show
    ([run_of(name=name, model=model, at_chance=name == "y") for model in ("a", "b") for name in "xy"],
     {"at_chance", "several_models"}),  # in each model
    ([run_of(name=name, model=model, at_chance=name == "z" and model == "b") for model in ("a", "b") for name in "xyz"],
     {"at_chance", "several_models"}),  # in a training that sentences do not tell of
    ([run_of(extent=replace(ALL_TESTED, n_samples=36))], {"some_measured"}),
    ([run_of(extent=replace(ALL_TESTED, angles_degrees=(-45.0, 0.0, 45.0)))], {"part_of_circle"}),
    ([run_of(), run_of(at_chance=True, training={"epochs": 0})], {"at_chance", "untrained"}),
    ([run_of(training={"epochs": 0})], {"untrained"}),
    ([run_of(training={"history_samples": 200})], {"some_tested"}),
    ([run_of(training={"history_samples": 2000})], set()),  # more than there are
    ([run_of(training={"history_samples": 200, "epochs": 1})], set()),  # the last epoch is tested on all
    ([run_of(published_mean_all="0.5", published_max_all="")], {"published"}),
    ([run_of(model="vgg16", published_mean_all="0.5")], {"published", "vgg16"}),
    ([run_of(model="vgg16", published_mean_all="")], set()),
    ([run_of(n_dead_mean_all="0", n_dead_max_all="2", n_infinite_mean_all="0")], {"dead"}),
    ([run_of(n_infinite_max_stratified="1")], {"infinite"}),
    ([run_of(n_below_precision_mean_all="3")], {"below_precision"}),
])  # fmt: skip
def test_captions_know_what_occurs(runs, said):
    facts = caption_facts(runs, "x", ALL_OF_M)
    assert {name for name, value in facts.items() if value is True} == said


@pytest.mark.parametrize(("changes", "values", "said"), [
    ({"aggregations": ("mean",)}, {"n_infinite_max_all": "1"}, set()),
    ({"aggregations": ("max",)}, {"n_infinite_max_all": "1"}, {"infinite"}),
    ({"sample_sets": ("all",)}, {"n_infinite_max_stratified": "1"}, set()),
    ({"measure": "sample_std"}, {"n_dead_mean_all": "1", "published_mean_all": "0.5"}, set()),
    ({"layers": "all"}, {"n_dead_mean_all": "1", "published_mean_all": "0.5"}, set()),  # nothing was published of all
    ({"layers": "published"}, {"n_dead_mean_all": "1", "published_mean_all": "0.5"}, {"dead", "published"}),
])  # fmt: skip
def test_captions_know_what_their_own_figure_shows(changes, values, said):
    facts = caption_facts([run_of(**values)], "x", replace(ALL_OF_M, **changes))
    assert {name for name, value in facts.items() if value is True} == said


def test_captions_know_the_settings_and_the_seed_of_their_figure():
    runs = [run_of(), run_of(seed=1, n_infinite_max_all="1")]
    assert caption_facts(runs, "x", ALL_OF_M)["infinite"]
    assert not caption_facts(runs, "x", replace(ALL_OF_M, first_seed=True))["infinite"]
    assert caption_facts(runs, "x", replace(ALL_OF_M, units_sorted=False))["unsorted"]


def test_a_figure_shows_its_measure_aggregation_and_samples():
    settings = {"layers": "auto", "sort_units": True}
    drawings = (*of_pair(["sample_std"]), *of_models(["sample_std"]))
    found = {drawing.name: shown_by(drawing, settings) for drawing in drawings}
    assert found["curves_mean_sample_std"] == Shown("sample_std", ("mean",), ("all", "stratified"), "auto")
    of_dead = Shown("sample_std", ("max",), ("all",), "auto", first_seed=True)
    assert found["dead_units_max_sample_std"] == of_dead
    assert found["global_sample_std"] == Shown("sample_std", ("mean", "max"), ("all", "stratified"), "auto")
    of_units = Shown("sample_std", ("mean",), ("all",), "auto", first_seed=True)
    assert found["headline_mean_sample_std"] == of_units
    assert found["accuracy"].measure == ""
