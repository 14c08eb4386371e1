"""The three sentences that tell what the runs of a study found."""

import pytest

from helpers.tabulated import FOUR, NAN, RUN, TWO, UNROTATED, UNTRAINED
from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.findings import findings

ONE = {"rotated": FOUR["rotated"]}


def accuracy_of(run, upright, rotated):
    return run | {"accuracy_upright": upright, "accuracy_rotated": rotated}


def depth_of(run, last, holds=True):
    of_max = run | {"aggregation": "max", "last": 9.0, "holds": False}
    return [run | {"aggregation": "mean", "last": last, "holds": holds}, of_max]


def global_of(run, m):
    columns = {f"{name}_{of}": m for name in ("mean", "max") for of in ("all", "stratified")}
    published = {f"published_{name}": NAN for name in columns}
    return run | {"measure": "normalized_variance", "layers": "published"} | columns | published


def outputs_of(run, n_lowest, n_units=10):
    return run | {"n_lowest": n_lowest, "n_units": n_units}


def say(runs, trainings=TWO):
    """Return the findings of {run: (upright, rotated, M of the last layers, whether depth holds, lowest outputs)}."""
    rows = [
        (accuracy_of(run, upright, rotated), global_of(run, last), outputs_of(run, lowest), depth_of(run, last, holds))
        for run, upright, rotated, last, holds, lowest in runs
    ]
    accuracy, of_networks, outputs, depth = zip(*rows, strict=True)
    labels = {run["dataset"]: run["dataset"].upper() for run, *_ in runs}
    return findings(accuracy, of_networks, outputs, [row for of_run in depth for row in of_run], trainings, labels)


FIRST = (UNROTATED, 0.99, 0.40, 1.02, True, 1)
SECOND = (RUN, 0.98, 0.97, 0.31, False, 9)


def of_model(name, *runs):
    return [(run | {"model": name}, *values) for run, *values in runs]


def test_a_study_of_two_trainings():
    assert say([FIRST, SECOND]) == [
        "Accuracy on upright and rotated test images: on MNIST (one model), 99.0% and 40.0% (unrotated training), "
        "98.0% and 97.0% (rotated training).",
        "M in the last third of the layers (mean of feature maps; 0 is invariant, 1 or more is not): on MNIST (one "
        "model), 1.02 (unrotated training), 0.31 (rotated training).",
        "What was claimed, and how often it holds: training on rotated images lowers M, in 4 of 4 comparisons; each "
        "output is the most invariant for its own class, in 1 of 10 units (unrotated training) and 9 of 10 "
        "(rotated training); the layers near the input are the most invariant, in 1 of 1 runs by mean "
        "(unrotated training), 0 of 1 by mean (rotated training) and 0 of 2 by max (published: true by mean, false "
        "by max).",
    ]


def test_models_are_averaged_and_datasets_told_apart():
    vgg16 = of_model("vgg16", (UNROTATED, 0.95, 0.30, 1.00, True, 1), (RUN, 0.94, 0.93, 0.21, True, 9))
    on_digits = [({**run, "dataset": "digits"}, *values) for run, *values in (FIRST, SECOND)]
    accuracy, last, _ = say([FIRST, SECOND, *vgg16, *on_digits])
    assert accuracy.endswith(
        "on MNIST (mean of 2 models), 97.0% and 35.0% (unrotated training), 96.0% and 95.0% (rotated "
        "training); on DIGITS (one model), 99.0% and 40.0% (unrotated training), 98.0% and 97.0% (rotated training)."
    )
    assert "1.01 (unrotated training), 0.26 (rotated training); on DIGITS (one model), 1.02" in last


def test_many_datasets_are_told_of_together():
    runs = [({**run, "dataset": name}, *values) for name in "abcd" for run, *values in (FIRST, SECOND)]
    assert "on 4 datasets (mean of 4 networks), 99.0% and 40.0%" in say(runs)[0]


def test_seeds_are_averaged_and_those_at_chance_left_out():
    other = (RUN | {"seed": 1}, 0.90, 0.91, 0.51, False, 7)
    chance = (RUN | {"seed": 2, "at_chance": True}, 0.10, 0.10, 9.0, True, 0)
    accuracy, last, claims = say([FIRST, SECOND, other, chance])
    assert "94.0% and 94.0% (rotated training)" in accuracy
    assert "0.41 (rotated training)" in last
    assert "16 of 20 (rotated training)" in claims


def test_a_model_at_chance_is_left_out_with_its_other_training():
    chance = of_model("vgg16", FIRST, (RUN | {"at_chance": True}, 0.1, 0.1, 9.0, True, 0))
    accuracy, _, _ = say([FIRST, SECOND, *chance])
    assert "on MNIST (one model, 1 with a training at chance left out), 99.0% and 40.0%" in accuracy


def test_a_dataset_at_chance_is_named():
    on_digits = [({**run, "dataset": "digits", "at_chance": True}, *values) for run, *values in (FIRST, SECOND)]
    accuracy, last, _ = say([FIRST, SECOND, *on_digits])
    for sentence in (accuracy, last):
        assert sentence.endswith("; on DIGITS, each model has a training at chance.")


def test_a_study_at_chance_has_no_numbers():
    runs = [(run | {"at_chance": True}, *values) for run, *values in (FIRST, SECOND)]
    assert say(runs) == [
        "Accuracy on upright and rotated test images: not told, as each model has a training at chance.",
        "M in the last third of the layers (mean of feature maps; 0 is invariant, 1 or more is not): not told, as each "
        "model has a training at chance.",
        "What was claimed, and how often it holds: training on rotated images lowers M: not tested; each output is the "
        "most invariant for its own class: not tested; the layers near the input are the most invariant: not tested "
        "(published: true by mean, false by max).",
    ]


def test_one_training_is_compared_with_none():
    accuracy, last, claims = say([SECOND], ONE)
    assert accuracy.endswith("on MNIST (one model), 98.0% and 97.0% (rotated training).")
    assert last.endswith("0.31 (rotated training).")
    assert "training on rotated images lowers M: not tested; each output" in claims
    assert "9 of 10 units (rotated training); " in claims


def test_untrained_networks_are_no_evidence_but_have_an_m():
    untrained = (UNTRAINED | {"at_chance": True}, 0.10, 0.10, 0.95, True, 3)
    accuracy, last, claims = say([SECOND, untrained], {name: FOUR[name] for name in ("rotated", "untrained")})
    assert "98.0% and 97.0% (rotated training), 10.0% and 10.0% (untrained)" in accuracy
    assert "0.31 (rotated training), 0.95 (untrained)" in last
    assert "lowers M: not tested" in claims
    assert "in 0 of 1 runs by mean" in claims


def test_more_trainings_than_two_count_for_the_claims():
    within = RUN | {"training": "within45", "rotate_degrees": 45}
    runs = [FIRST, SECOND, (within, 0.98, 0.8, 1.5, True, 2)]
    accuracy, _, claims = say(runs, {name: FOUR[name] for name in ("unrotated", "rotated", "within45")})
    assert "within" not in accuracy
    assert "in 4 of 8 comparisons" in claims
    assert "1 of 10 units (unrotated training), 9 of 10 (rotated training) and 2 of 10" in claims


def test_a_training_at_chance_that_is_not_told_of_hides_nothing():
    within = RUN | {"training": "within45", "rotate_degrees": 45, "at_chance": True}
    runs = [FIRST, SECOND, (within, 0.1, 0.1, 9.0, True, 0)]
    accuracy, last, _ = say(runs, {name: FOUR[name] for name in ("unrotated", "rotated", "within45")})
    assert "99.0% and 40.0% (unrotated training), 98.0% and 97.0% (rotated training)" in accuracy
    assert "1.02 (unrotated training), 0.31 (rotated training)" in last


def test_means_are_over_the_same_models():
    vgg16 = of_model("vgg16", (UNROTATED, 0.95, 0.30, 1.00, True, 1), (RUN, 0.94, 0.93, NAN, None, 9))
    accuracy, last, _ = say([FIRST, SECOND, *vgg16])
    assert "(mean of 2 models), 97.0%" in accuracy
    assert "(one model, 1 without a value left out), 1.02 (unrotated training), 0.31 (rotated training)" in last


@pytest.mark.parametrize("value", [NAN, float("inf")])
def test_no_value_is_said_to_be_none(value):
    assert "no value (rotated training)" in say([FIRST, (RUN, 0.98, 0.97, value, None, 9)])[1]


def test_a_label_may_be_any_text():
    trainings = {"unrotated": TWO["unrotated"], "rotated": Training("rotated", "r", "turned by *90*", 1)}
    assert "98.0% and 97.0% (turned by *90*)" in say([FIRST, SECOND], trainings)[0]
