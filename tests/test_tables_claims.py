"""The published claims: each held to hand-made networks for which it is true, false, or cannot be tested."""

import numpy as np
import pytest

from helpers.tabulated import (
    BELOW,
    FOUR,
    NAN,
    RUN,
    TWO,
    UNROTATED,
    UNTRAINED,
    WITHIN_45,
    layer,
    measurement_of,
    same,
    tables_in,
    verdicts_in,
)
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measures.sample_std import MEASURE as SAMPLE_STD
from rotational_variance.statistics.chance import binomial_tail
from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.claim_depth import depth_rows
from rotational_variance.tables.claim_outputs import output_row, outputs_section
from rotational_variance.tables.claim_training import training_rows, training_section
from rotational_variance.tables.claims import claims_markdown
from rotational_variance.tables.global_table import global_rows
from rotational_variance.tables.run_cells import count_left_out
from rotational_variance.tables.verdicts import verdict

UNROTATED_TRAINING, ROTATED_TRAINING = TWO.values()


@pytest.mark.parametrize(("held", "expected"), [
    ([True] * 15 + [False], "**Supported in 15 of 16 runs.**"),
    ([True, None], "**Supported in 1 of 1 runs.**"),
    ([True, False], "**Undecided, as it holds in 1 of 2 runs.**"),
    ([True, False, False], "**Refuted in 2 of 3 runs.**"),
    ([False], "**Refuted in 1 of 1 runs.**"),
    ([None], "**Not tested, as it needs more.**"),
    ([], "**Not tested, as it needs more.**"),
])  # fmt: skip
def test_verdicts(held, expected):
    assert verdict(held, "runs", "it needs more") == expected


@pytest.mark.parametrize(("held", "published", "expected"), [
    ([True], True, "**Supported in 1 of 1 runs, as published.**"), ([True], False, "**Supported in 1 of 1 runs.**"),
    ([False], False, "**Refuted in 1 of 1 runs, as published.**"), ([False], True, "**Refuted in 1 of 1 runs.**"),
    ([True, False], True, "**Undecided, as it holds in 1 of 2 runs.**"),
    ([], False, "**Not tested, as it needs more.**"),
])  # fmt: skip
def test_verdicts_say_what_is_as_published(held, published, expected):
    assert verdict(held, "runs", "it needs more", published=published) == expected


@pytest.mark.parametrize(("n", "words"), [(1, "1 run at chance left out"), (2, "2 runs at chance left out")])
def test_verdicts_count_the_runs_that_are_left_out(n, words):
    rows = [RUN | {"seed": seed, "at_chance": seed < n} for seed in range(3) for _ in range(2)]  # two rows a run
    left_out = count_left_out(rows)
    assert verdict([True], "runs", "it needs more", left_out=left_out) == f"**Supported in 1 of 1 runs ({words}).**"
    assert (
        verdict([], "runs", "it needs more", "By max", left_out)
        == f"**By max: not tested, as it needs more ({words}).**"
    )


def test_verdicts_count_untrained_runs_if_these_are_left_out_too():
    rows = [UNTRAINED | {"seed": seed} for seed in range(2)] + [RUN, RUN | {"seed": 1, "at_chance": True}]
    assert count_left_out(rows) == " (1 run at chance left out)"
    assert count_left_out(rows, untrained=True) == " (1 run at chance and 2 untrained runs left out)"
    assert count_left_out(rows[1:3], untrained=True) == " (1 untrained run left out)"
    assert count_left_out(rows[2:3], untrained=True) == ""


# ---- 1. training on rotated images lowers M


def global_rows_of(run, mean, maximum, published=(), **layers):
    measurement = measurement_of(layers | {"fc": same([mean, maximum])})
    return global_rows(run, measurement, [SAMPLE_STD, M], dict(published))


def compare(rows, first=UNROTATED_TRAINING, other=ROTATED_TRAINING):
    return training_rows(rows, first, other)


def test_rotated_training_is_compared_over_the_published_layers():
    unrotated, rotated = ({"normalized_variance_mean_all": value} for value in (0.9, 0.6))
    rows = global_rows_of(UNROTATED, 0.75, 0.5, unrotated) + global_rows_of(RUN, 0.5, 0.5, rotated, shortcut=same(9))
    found = compare(rows)
    assert [(row["aggregation"], row["sample_set"], row["difference"], row["holds"]) for row in found] == [
        ("mean", "all", -0.25, True), ("mean", "stratified", -0.25, True),
        ("max", "all", 0, False), ("max", "stratified", 0, False),
    ]  # fmt: skip
    assert found[0]["published_difference"] == pytest.approx(-0.3)
    text = training_section(rows, TWO)
    assert verdicts_in(text) == ["**Undecided, as it holds in 2 of 4 comparisons.**"]
    (table,) = tables_in(text)
    assert table[0] == ["dataset", "model", "aggregation", "samples", "unrotated", "rotated", "difference", "lower"]
    assert table[1] == ["mnist", "resnet", "mean", "all", "0.750 (0.900)", "0.500 (0.600)", "-0.250 (-0.300)", "yes"]
    assert table[3] == ["mnist", "resnet", "max", "all", "0.500", "0.500", "+0.000", "no"]


def test_seeds_are_averaged_first():
    rows = [row for seed, mean in enumerate((1.0, 3.0)) for row in global_rows_of(UNROTATED | {"seed": seed}, mean, 1)]
    rows += [row for seed, mean in enumerate((2.0, 1.5)) for row in global_rows_of(RUN | {"seed": seed}, mean, 2)]
    found = compare(rows)
    assert [row["difference"] for row in found] == [-0.25, -0.25, 1, 1]
    assert (found[0]["first"], found[0]["other"]) == (2, 1.75)


def test_pairs_stay_together_and_those_with_one_training_are_left_out():
    runs = [
        (UNROTATED, 1),
        (RUN, 0.5),
        (RUN | {"model": "vgg16"}, 2),
        (RUN | {"dataset": "d"}, 2),
        (UNROTATED | {"dataset": "d"}, 1),
    ]
    rows = [row for run, value in runs for row in global_rows_of(run, value, value)]
    found = compare(rows)
    assert [row["dataset"] for row in found] == ["mnist"] * 4 + ["d"] * 4
    assert [row["holds"] for row in found] == [True] * 4 + [False] * 4


def test_no_value_is_no_test():
    text = training_section(global_rows_of(RUN, np.inf, np.inf) + global_rows_of(UNROTATED, 1, 1), TWO)
    assert verdicts_in(text) == ["**Not tested, as it needs an M of both trainings of a model on a dataset.**"]
    assert tables_in(text)[0][1][4:] == ["1.000", "n/a", "n/a", "n/a"]


def test_all_layers_count_of_a_model_that_was_not_published():
    my_net = {"model": "my_net"}
    rows = global_rows_of(UNROTATED | my_net, 1, 1, shortcut=same(3)) + global_rows_of(RUN | my_net, 1.5, 1)
    assert [row["difference"] for row in compare(rows)] == [-0.5, -0.5, -1, -1]


def test_trainings_test_the_claim_by_what_they_do():
    rotated, upright = RUN | {"training": "unrotated"}, UNROTATED | {"training": "rotated"}  # free names
    rows = global_rows_of(rotated, 0.5, 2) + global_rows_of(upright, 0.75, 0.75)
    found = compare(rows)
    assert [(row["difference"], row["holds"]) for row in found] == [(0.25, True)] * 2 + [(-1.25, False)] * 2


@pytest.mark.parametrize(("first", "other", "reason"), [
    (UNROTATED, UNTRAINED, "untrained networks were not trained on any images"),
    (UNTRAINED, RUN, "untrained networks were not trained on any images"),
    (RUN, WITHIN_45, "both trainings were on rotated images"),
    (UNROTATED, UNROTATED | {"training": "within45", "n_epochs": 99}, "both trainings were on upright images"),
])  # fmt: skip
def test_other_comparisons_are_shown_and_test_nothing(first, other, reason):
    rows = global_rows_of(first, 0.75, 2) + global_rows_of(other, 0.5, 1)
    trainings = {name: FOUR[name] for name in (first["training"], other["training"])}
    text = training_section(rows, trainings)
    assert verdicts_in(text) == [f"**No test of the claim, as {reason}.**"]
    (table,) = tables_in(text)
    assert table[0][4:] == [training.cell for training in trainings.values()] + ["difference"]
    assert table[1][4:] == ["0.750", "0.500", "-0.250"]


def test_three_and_four_trainings_are_compared_with_the_first():
    values = {
        "unrotated": (UNROTATED, 1),
        "rotated": (RUN, 0.5),
        "within45": (WITHIN_45, 1.5),
        "untrained": (UNTRAINED, 2),
    }
    rows = [row for run, value in values.values() for row in global_rows_of(run, value, value)]
    text = training_section(rows, FOUR)
    assert verdicts_in(text) == [
        "**Rotated training: supported in 4 of 4 comparisons.**",
        "**Within 45 degrees: refuted in 4 of 4 comparisons.**",
        "**Untrained: no test of the claim, as untrained networks were not trained on any images.**",
    ]
    assert [line for line in text.splitlines() if line.startswith("###")] == [
        "### Rotated training against unrotated training", "### Within 45 degrees against unrotated training",
        "### Untrained against unrotated training",
    ]  # fmt: skip
    assert [table[1][4:7] for table in tables_in(text)] == [
        ["1.000", "0.500", "-0.500"], ["1.000", "1.500", "+0.500"], ["1.000", "2.000", "+1.000"],
    ]  # fmt: skip
    assert "Each other training is compared with the first, unrotated training." in " ".join(text.split())


@pytest.mark.parametrize(
    "cell", ["dataset", "model", "aggregation", "samples", "difference", "lower", "first", "other", "holds"]
)
def test_a_training_may_be_called_like_a_column(cell):
    rows = global_rows_of(UNROTATED, 1, 1) + global_rows_of(RUN, 0.5, 0.5)
    trainings = TWO | {"rotated": Training("rotated", cell, cell, 1)}
    (table,) = tables_in(training_section(rows, trainings))
    assert table[0] == ["dataset", "model", "aggregation", "samples", "unrotated", cell, "difference", "lower"]
    assert table[1] == ["mnist", "resnet", "mean", "all", "1.000", "0.500", "-0.500", "yes"]


def test_a_training_that_does_something_else_on_another_dataset():
    digits = {"dataset": "digits"}
    rows = global_rows_of(UNROTATED, 1, 1) + global_rows_of(RUN, 0.5, 0.5)
    rows += global_rows_of(UNROTATED | digits, 1, 1) + global_rows_of(RUN | digits | {"n_epochs": 0}, 0.5, 0.5)
    text = training_section(rows, TWO)
    assert verdicts_in(text) == [
        "**Supported in 4 of 4 comparisons.**",
        "**No test of the claim in 4 more comparisons, as untrained networks were not trained on any images.**",
    ]
    assert [line[-1] for line in tables_in(text)[0]] == ["lower", *["yes"] * 4, *["n/a"] * 4]


def test_seeds_at_chance_are_left_out_of_the_comparison():
    rows = global_rows_of(UNROTATED, 1, 1) + global_rows_of(RUN, 0.5, 2)
    rows += global_rows_of(RUN | {"seed": 1, "at_chance": True}, 9, 0)
    assert [row["difference"] for row in compare(rows)] == [-0.5, -0.5, 1, 1]
    text = training_section(rows, TWO)
    assert verdicts_in(text) == ["**Undecided, as it holds in 2 of 4 comparisons (1 run at chance left out).**"]
    assert tables_in(text)[0][1][5] == "0.500"


def test_a_training_whose_runs_are_all_at_chance_has_no_value():
    rows = global_rows_of(UNROTATED, 1, 1)
    rows += [row for seed in range(2) for row in global_rows_of(RUN | {"seed": seed, "at_chance": True}, 0.5, 0.5)]
    text = training_section(rows, TWO)
    assert verdicts_in(text) == [
        "**Not tested, as all runs of rotated training are at chance (2 runs at chance left out).**"
    ]
    assert [line[4:] for line in tables_in(text)[0][1:]] == [["1.000", "n/a", "n/a", "n/a"]] * 4


@pytest.mark.parametrize(("at_chance", "verdict_line"), [
    ("ua ub ra", "**Not tested, as all runs of unrotated training are at chance (3 runs at chance left out).**"),
    ("ua ub ra rb", "**Not tested, as all runs of unrotated training and of rotated training are at chance (4 runs at chance left out).**"),
    ("ua rb", "**Not tested, as all runs of a training, on each dataset and model, are at chance (2 runs at chance left out).**"),
    ("ua", "**Supported in 4 of 4 comparisons (1 run at chance left out).**"),
])  # fmt: skip
def test_runs_at_chance_are_the_reason_if_they_are_that_of_each_comparison(at_chance, verdict_line):
    rows = []
    for letter, run, value in (("u", UNROTATED, 1), ("r", RUN, 0.5)):
        for dataset in "ab":
            changes = {"dataset": dataset, "at_chance": letter + dataset in at_chance}
            rows += global_rows_of(run | changes, value, value)
    assert verdicts_in(training_section(rows, TWO)) == [verdict_line]


# ---- 2. class conditional outputs


ROTATED = {"rotated": ROTATED_TRAINING}


def outputs(by_class, class_names=("a", "b", "c")):
    """Make a measurement whose last layer has these M [class, unit]; over all samples, and in another layer, M is 0."""
    by_class = np.array(by_class, dtype=float)
    last = np.broadcast_to(
        np.concatenate([np.zeros((1, by_class.shape[1])), by_class]), (2, 1 + len(by_class), by_class.shape[1])
    )
    before = np.zeros((2, 1 + len(by_class), len(by_class)))
    return measurement_of({"fc": layer(before), "log_softmax": layer(last, "output")}, class_names)


def test_units_that_are_the_most_invariant_for_their_own_class_are_counted():
    row = output_row(RUN, outputs([[0.25, 0.5, 2], [0.5, 0.75, 2.25], [1, 1.25, 1.5]]))  # a: lowest, b: not, c: lowest
    assert (row["layer"], row["n_units"], row["n_classes"], row["n_lowest"]) == ("log_softmax", 3, 3, 2)
    assert row["own_class"] == pytest.approx((0.25 + 0.75 + 1.5) / 3)
    assert row["others"] == pytest.approx((0.5 + 2 + 0.5 + 2.25 + 1 + 1.25) / 6)


def test_ties_and_dead_units_do_not_count_and_infinite_ones_may():
    tie = output_row(RUN, outputs([[0.5, NAN, np.inf], [0.5, NAN, np.inf], [1, NAN, 0.5]]))
    assert tie["n_lowest"] == 1
    assert tie["own_class"] == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert tie["others"] == pytest.approx((0.5 + 1 + 1 + 1) / 4)
    endless = output_row(RUN, outputs(np.full((3, 3), np.inf)))
    assert endless["n_lowest"] == 0
    assert np.isnan([endless["own_class"], endless["others"]]).all()
    assert "n/a" in outputs_section([endless], ROTATED)


def test_a_unit_below_precision_is_no_lowest_and_hides_no_other():
    # a has no M over its own class, b none over class a, c none over the others, d is the lowest without any doubt.
    by_class = [[BELOW, BELOW, BELOW, 2], [1, 0.5, BELOW, 2], [2, 0.75, 0.5, 2], [3, 1, BELOW, 1]]
    row = output_row(RUN, outputs(by_class, ("a", "b", "c", "d")))
    assert row["n_lowest"] == 2
    assert row["own_class"] == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert row["others"] == pytest.approx((1 + 2 + 3 + 0.75 + 1 + 2 + 2 + 2) / 8)
    nowhere = output_row(RUN, outputs(np.full((3, 3), BELOW)))
    assert nowhere["n_lowest"] == 0
    assert tables_in(outputs_section([nowhere], ROTATED))[0][1][6:] == ["n/a", "n/a", "1", "0"]


def test_outputs_of_runs_at_chance_are_not_judged():
    good = output_row(RUN, outputs(1 - np.eye(3)))
    at_chance = output_row(RUN | {"seed": 1, "at_chance": True}, outputs(np.eye(3)))
    text = outputs_section([good, at_chance, at_chance | UNROTATED | {"at_chance": True}], TWO)
    assert verdicts_in(text) == [
        "**Unrotated training: not tested, as all its runs are at chance (1 run at chance left out).**",
        "**Rotated training: supported, as it holds for 3 of 3 output units, 1 expected by chance; "
        "mean M 0.00 over own classes, 1.00 over the others (1 run at chance left out).**",
    ]
    rotated, unrotated = tables_in(text)[0][1:]
    assert rotated[2:] == ["rotated (1 of 2 seeds at chance)", "1", "3", "3", "0.000", "1.000", "1", "3.0"]
    assert unrotated[2:] == ["unrotated (at chance)", "0", "3", "3", "1.000", "0.000", "1", "0"]


def test_outputs_of_runs_at_chance_or_untrained_are_no_test():
    at_chance, untrained = (
        output_row(RUN | what, outputs(np.eye(3))) for what in ({"at_chance": True}, {"seed": 1, "n_epochs": 0})
    )
    (line,) = verdicts_in(outputs_section([at_chance, untrained], ROTATED))
    reason = "all its runs that were trained are at chance (1 run at chance and 1 untrained run left out)"
    assert line == f"**Rotated training: not tested, as {reason}.**"


def test_outputs_are_judged_over_all_runs_of_a_training():
    good = output_row(RUN, outputs(1 - np.eye(3)))
    bad = output_row(UNROTATED, outputs(np.eye(3)))
    text = outputs_section([good, good | bad | {"training": "rotated"}, good, bad], TWO)
    assert verdicts_in(text) == [
        "**Unrotated training: not supported, as it holds for 0 of 3 output units, 1 expected by chance; "
        "mean M 1.00 over own classes, 0.00 over the others.**",
        "**Rotated training: supported, as it holds for 6 of 9 output units, 3 expected by chance; "
        "mean M 0.33 over own classes, 0.67 over the others.**",
    ]
    (table,) = tables_in(text)
    assert table[0][4:] == ["classes", "units", "own class", "others", "by chance", "lowest"]
    over_seeds = ["0.333 ± 0.577", "0.667 ± 0.577", "1", "2.0 ± 1.7"]
    assert table[1] == ["mnist", "resnet", "rotated", "3", "3", "3", *over_seeds]
    assert table[2] == ["mnist", "resnet", "unrotated", "0", "3", "3", "1.000", "0.000", "1", "0"]


def test_fewer_units_than_half_but_more_than_by_chance_are_a_part():
    row = output_row(RUN, outputs(1 - np.eye(3))) | {"n_units": 10, "n_classes": 10}
    for n_lowest, words in (
        (6, "not supported"),
        (7, "supported in part"),
        (10, "supported in part"),
        (11, "supported"),
    ):
        rows = [row | {"n_lowest": min(n_lowest, 10)}, row | {"n_lowest": max(n_lowest - 10, 0)}]
        (verdict_line,) = verdicts_in(outputs_section(rows, ROTATED))
        assert verdict_line.startswith(f"**Rotated training: {words}, as it holds for {n_lowest} of 20 ")
    assert binomial_tail(5, 20, 0.1) == pytest.approx(0.0432, abs=1e-4)


@pytest.mark.parametrize("measurement", [outputs([[1, 2], [1, 2], [1, 2]]), outputs([[1]], ("only",))])
def test_another_number_of_units_than_classes_or_one_class_is_no_test(measurement):
    row = output_row(RUN, measurement)
    assert (row["n_lowest"], row["own_class"], row["others"]) == (None, None, None)
    text = outputs_section([row], ROTATED)
    reason = "needs a last layer with one unit a class, and two classes or more"
    assert verdicts_in(text) == [f"**Rotated training: not tested, as it {reason}.**"]
    assert tables_in(text)[0][1][6:] == ["n/a"] * 4
    text = outputs_section([row, output_row(RUN, outputs(1 - np.eye(3)))], ROTATED)
    assert "**Rotated training: supported, as it holds for 3 of 3" in text


def test_outputs_of_untrained_networks_are_shown_and_not_judged():
    untrained, good = output_row(UNTRAINED, outputs(1 - np.eye(3))), output_row(RUN, outputs(1 - np.eye(3)))
    text = outputs_section([good, untrained], {name: FOUR[name] for name in ("rotated", "untrained")})
    assert verdicts_in(text)[1] == "**Untrained: not tested, as untrained networks are no evidence of trained ones.**"
    assert tables_in(text)[0][2][2:] == ["untrained", "0", "3", "3", "0.000", "1.000", "1", "3"]
    elsewhere = good | {"dataset": "digits", "n_epochs": 0}
    (line,) = verdicts_in(outputs_section([good, elsewhere], ROTATED))
    assert "it holds for 3 of 3 output units, 1 expected by chance" in line
    assert line.endswith("(1 untrained run left out).**")


# ---- all of them


def page(*runs, trainings=TWO):
    measurement = measurement_of({"fc": same(1, n_units=2)})
    return claims_markdown(
        [row for run in runs for row in global_rows(run, measurement, [SAMPLE_STD, M], {})],
        [output_row(run, measurement) for run in runs],
        [row for run in runs for row in depth_rows(run, measurement)],
        trainings,
    )


def test_the_page_holds_three_claims_and_their_verdicts():
    text = page(UNROTATED, RUN)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[0] == text.splitlines()[0]
    assert [line[:5] for line in headings[1:]] == ["## 1.", "## 2.", "## 3."]
    assert len(verdicts_in(text)) == 5
    assert "\n\n\n" not in text
    assert text.endswith("|\n")


def test_single_seeds_stand_at_the_end_of_the_page_if_there_are_several():
    runs = [run | {"seed": seed} for run in (UNROTATED, RUN) for seed in range(2)]
    text = page(*runs)
    over_seeds, single = text.split("\n## Single seeds\n")
    _, outputs_of_cells, depth_of_cells = tables_in(over_seeds)
    assert outputs_of_cells[0][:4] == depth_of_cells[0][:4] == ["dataset", "model", "training", "seeds"]
    assert [line[2:4] for line in outputs_of_cells[1:]] == [["unrotated", "2"], ["rotated", "2"]]
    assert [line[2:5] for line in depth_of_cells[1:]] == [
        [training, "2", aggregation] for training in ("unrotated", "rotated") for aggregation in ("mean", "max")
    ]
    outputs_of_seeds, depth_of_seeds = tables_in(single)
    assert [line[2:4] for line in outputs_of_seeds] == [
        ["training", "seed"],
        *([run["training"], str(run["seed"])] for run in runs),
    ]
    assert [len(outputs_of_seeds), len(depth_of_seeds)] == [1 + 4, 1 + 8]
    assert [line for line in single.splitlines() if line.startswith("#")] == [
        "### 2. The outputs of single seeds", "### 3. The layers of single seeds"
    ]  # fmt: skip
    assert "Each value is the mean ± standard deviation over seeds" in " ".join(over_seeds.split())
    assert "\n\n\n" not in text
    assert "ingle seeds" not in page(UNROTATED, RUN)


def test_the_page_explains_runs_at_chance_only_if_there_are_any():
    assert "at chance" not in page(UNROTATED, RUN).lower()
    text = page(UNROTATED | {"at_chance": True}, RUN | {"at_chance": True})
    assert text.count("At chance: ") == 1
    assert len(verdicts_in(text)) == 5
    assert all(" at chance left out).**" in line for line in verdicts_in(text))
    assert "\n\n\n" not in text


def test_the_page_explains_untrained_networks_only_if_there_are_any():
    note = "Untrained ones (0 epochs) are no evidence"
    assert note not in page(UNROTATED, RUN)
    assert page(UNROTATED, RUN, WITHIN_45, UNTRAINED, trainings=FOUR).count(note) == 1
