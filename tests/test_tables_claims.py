"""The published claims: each held to hand-made networks for which it is true, false, or cannot be tested."""

import numpy as np
import pytest

from helpers.tabulated import BELOW, NAN, RUN, layer, measurement_of, same, tables_in, verdicts_in
from rotational_variance.measures.chance import binomial_tail
from rotational_variance.tables.claim_depth import depth_rows
from rotational_variance.tables.claim_outputs import output_row, outputs_section
from rotational_variance.tables.claim_training import training_rows, training_section
from rotational_variance.tables.claims import claims_markdown
from rotational_variance.tables.global_table import global_rows
from rotational_variance.tables.text import count_left_out
from rotational_variance.tables.verdicts import verdict

UNROTATED = RUN | {"training": "unrotated"}


@pytest.mark.parametrize(("held", "expected"), [
    ([True] * 15 + [False], "**Supported in 15 of 16 runs.**"),
    ([True, None], "**Supported in 1 of 1 runs.**"),
    ([True, False], "**Undecided: holds in 1 of 2 runs.**"),
    ([True, False, False], "**Refuted in 2 of 3 runs.**"),
    ([False], "**Refuted in 1 of 1 runs.**"),
    ([None], "**Not tested: needs more.**"),
    ([], "**Not tested: needs more.**"),
])  # fmt: skip
def test_verdicts(held, expected):
    assert verdict(held, "runs", "needs more") == expected


@pytest.mark.parametrize(("n", "words"), [(1, "1 run at chance left out"), (2, "2 runs at chance left out")])
def test_verdicts_count_the_runs_that_are_left_out(n, words):
    rows = [RUN | {"seed": seed, "at_chance": seed < n} for seed in range(3) for _ in range(2)]  # two rows a run
    left_out = count_left_out(rows)
    assert verdict([True], "runs", "needs more", left_out=left_out) == f"**Supported in 1 of 1 runs ({words}).**"
    assert verdict([], "runs", "needs more", "By max", left_out) == f"**By max: Not tested: needs more ({words}).**"


# ---- 1. rotated training lowers M


def global_rows_of(run, mean, maximum, published=(), **layers):
    return global_rows(run, measurement_of(layers | {"fc": same([mean, maximum])}), dict(published))


def test_rotated_training_is_compared_over_the_published_layers():
    published = {
        ("mnist", "resnet", training, "variance_mean_all"): value
        for training, value in (("unrotated", 0.9), ("rotated", 0.6))
    }
    rows = global_rows_of(UNROTATED, 0.75, 0.5, published) + global_rows_of(RUN, 0.5, 0.5, published, shortcut=same(9))
    found = training_rows(rows)
    assert [(row["aggregation"], row["sample_set"], row["difference"], row["holds"]) for row in found] == [
        ("mean", "all", -0.25, True), ("mean", "stratified", -0.25, True),
        ("max", "all", 0, False), ("max", "stratified", 0, False),
    ]  # fmt: skip
    assert found[0]["published_difference"] == pytest.approx(-0.3)
    text = training_section(rows)
    assert verdicts_in(text) == ["**Undecided: holds in 2 of 4 comparisons.**"]
    (table,) = tables_in(text)
    assert table[0] == ["dataset", "model", "aggregation", "samples", "unrotated", "rotated", "difference", "lower"]
    assert table[1] == ["mnist", "resnet", "mean", "all", "0.750 (0.900)", "0.500 (0.600)", "-0.250 (-0.300)", "yes"]
    assert table[3] == ["mnist", "resnet", "max", "all", "0.500", "0.500", "+0.000", "no"]


def test_seeds_are_averaged_first():
    rows = [row for seed, mean in enumerate((1.0, 3.0)) for row in global_rows_of(UNROTATED | {"seed": seed}, mean, 1)]
    rows += [row for seed, mean in enumerate((2.0, 1.5)) for row in global_rows_of(RUN | {"seed": seed}, mean, 2)]
    found = training_rows(rows)
    assert [row["difference"] for row in found] == [-0.25, -0.25, 1, 1]
    assert (found[0]["unrotated"], found[0]["rotated"]) == (2, 1.75)


def test_pairs_stay_together_and_those_with_one_training_are_left_out():
    runs = [
        (UNROTATED, 1),
        (RUN, 0.5),
        (RUN | {"model": "vgg16"}, 2),
        (RUN | {"dataset": "d"}, 2),
        (UNROTATED | {"dataset": "d"}, 1),
    ]
    rows = [row for run, value in runs for row in global_rows_of(run, value, value)]
    found = training_rows(rows)
    assert [row["dataset"] for row in found] == ["mnist"] * 4 + ["d"] * 4
    assert [row["holds"] for row in found] == [True] * 4 + [False] * 4


def test_one_training_only_or_no_value_is_no_test():
    reason = "**Not tested: needs both trainings of a model on a dataset.**"
    text = training_section(global_rows_of(RUN, 1, 1))
    assert verdicts_in(text) == [reason]
    assert not tables_in(text)
    text = training_section(global_rows_of(RUN, np.inf, np.inf) + global_rows_of(UNROTATED, 1, 1))
    assert verdicts_in(text) == [reason]
    assert tables_in(text)[0][1][4:] == ["1.000", "n/a", "n/a", "n/a"]


def test_seeds_at_chance_are_left_out_of_the_comparison():
    rows = global_rows_of(UNROTATED, 1, 1) + global_rows_of(RUN, 0.5, 2)
    rows += global_rows_of(RUN | {"seed": 1, "at_chance": True}, 9, 0)
    assert [row["difference"] for row in training_rows(rows)] == [-0.5, -0.5, 1, 1]
    text = training_section(rows)
    assert verdicts_in(text) == ["**Undecided: holds in 2 of 4 comparisons (1 run at chance left out).**"]
    assert tables_in(text)[0][1][5] == "0.500"


def test_a_training_whose_runs_are_all_at_chance_is_not_compared():
    rows = global_rows_of(UNROTATED, 1, 1)
    rows += [row for seed in range(2) for row in global_rows_of(RUN | {"seed": seed, "at_chance": True}, 0.5, 0.5)]
    text = training_section(rows)
    reason = "needs both trainings of a model on a dataset (2 runs at chance left out)"
    assert verdicts_in(text) == [f"**Not tested: {reason}.**"]
    assert not tables_in(text)


# ---- 2. class conditional outputs


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
    assert "n/a" in outputs_section([endless])


def test_a_unit_below_precision_is_no_lowest_and_hides_no_other():
    # a has no M over its own class, b none over class a, c none over the others, d is the lowest without any doubt.
    by_class = [[BELOW, BELOW, BELOW, 2], [1, 0.5, BELOW, 2], [2, 0.75, 0.5, 2], [3, 1, BELOW, 1]]
    row = output_row(RUN, outputs(by_class, ("a", "b", "c", "d")))
    assert row["n_lowest"] == 2
    assert row["own_class"] == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert row["others"] == pytest.approx((1 + 2 + 3 + 0.75 + 1 + 2 + 2 + 2) / 8)
    nowhere = output_row(RUN, outputs(np.full((3, 3), BELOW)))
    assert nowhere["n_lowest"] == 0
    assert tables_in(outputs_section([nowhere]))[0][1][6:] == ["0", "1", "n/a", "n/a"]


def test_outputs_of_runs_at_chance_are_not_judged():
    good = output_row(RUN, outputs(1 - np.eye(3)))
    at_chance = output_row(RUN | {"seed": 1, "at_chance": True}, outputs(np.eye(3)))
    text = outputs_section([good, at_chance, at_chance | UNROTATED | {"at_chance": True}])
    reason = "needs a last layer with one unit a class, and two classes or more"
    assert verdicts_in(text) == [
        "**Supported after rotated training: it holds for 3 of 3 output units, 1 expected by chance "
        "(1 run at chance left out).**",
        f"**Not tested after unrotated training: {reason} (1 run at chance left out).**",
    ]
    assert [line[2] for line in tables_in(text)[0][1:]] == ["rotated", "rotated (at chance)", "unrotated (at chance)"]


def test_outputs_are_judged_over_all_runs_of_a_training():
    good = output_row(RUN, outputs(1 - np.eye(3)))
    bad = output_row(UNROTATED, outputs(np.eye(3)))
    text = outputs_section([good, good | bad | {"training": "rotated"}, good, bad])
    assert verdicts_in(text) == [
        "**Supported after rotated training: it holds for 6 of 9 output units, 3 expected by chance.**",
        "**Not supported after unrotated training: it holds for 0 of 3 output units, 1 expected by chance.**",
    ]
    (table,) = tables_in(text)
    assert table[0][4:] == ["classes", "units", "lowest", "by chance", "own class", "others"]
    assert table[1] == ["mnist", "resnet", "rotated", "0", "3", "3", "3", "1", "0.000", "1.000"]
    assert table[4] == ["mnist", "resnet", "unrotated", "0", "3", "3", "0", "1", "1.000", "0.000"]


def test_fewer_units_than_half_but_more_than_by_chance_are_a_part():
    row = output_row(RUN, outputs(1 - np.eye(3))) | {"n_units": 10, "n_classes": 10}
    for n_lowest, words in (
        (6, "Not supported"),
        (7, "Supported in part"),
        (10, "Supported in part"),
        (11, "Supported"),
    ):
        rows = [row | {"n_lowest": min(n_lowest, 10)}, row | {"n_lowest": max(n_lowest - 10, 0)}]
        (verdict_line,) = verdicts_in(outputs_section(rows))
        assert verdict_line.startswith(f"**{words} after rotated training: it holds for {n_lowest} of 20 ")
    assert binomial_tail(5, 20, 0.1) == pytest.approx(0.0432, abs=1e-4)


@pytest.mark.parametrize("measurement", [outputs([[1, 2], [1, 2], [1, 2]]), outputs([[1]], ("only",))])
def test_another_number_of_units_than_classes_or_one_class_is_no_test(measurement):
    row = output_row(RUN, measurement)
    assert (row["n_lowest"], row["own_class"], row["others"]) == (None, None, None)
    text = outputs_section([row])
    reason = "needs a last layer with one unit a class, and two classes or more"
    assert verdicts_in(text) == [f"**Not tested after rotated training: {reason}.**"]
    assert tables_in(text)[0][1][6:] == ["n/a"] * 4
    assert "Supported after rotated training: it holds for 3 of 3" in outputs_section(
        [row, output_row(RUN, outputs(1 - np.eye(3)))]
    )


# ---- all of them


def test_the_page_holds_three_claims_and_their_verdicts():
    measurement = measurement_of({"fc": same(1, n_units=2)})
    text = claims_markdown(
        global_rows(RUN, measurement, {}), [output_row(RUN, measurement)], depth_rows(RUN, measurement)
    )
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[0] == text.splitlines()[0]
    assert [line[:5] for line in headings[1:]] == ["## 1.", "## 2.", "## 3."]
    assert len(verdicts_in(text)) == 4
    assert "\n\n\n" not in text
    assert text.endswith("|\n")


def test_the_page_explains_runs_at_chance_only_if_there_are_any():
    measurement = measurement_of({"fc": same(1, n_units=2)})

    def page(run):
        rows = global_rows(run, measurement, {})
        return claims_markdown(rows, [output_row(run, measurement)], depth_rows(run, measurement))

    assert "at chance" not in page(RUN).lower()
    text = page(RUN | {"at_chance": True})
    assert text.count("At chance: ") == 1
    assert text.count("(1 run at chance left out).**") == len(verdicts_in(text)) == 4
    assert "\n\n\n" not in text
