"""The claim that lower layers are the most invariant, held to networks for which it is true, false, or no question."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from helpers.tabulated import BELOW, FOUR, RUN, TWO, UNTRAINED, layer, measurement_of, same, tables_in, verdicts_in
from rotational_variance.tables.claim_depth import depth_rows, depth_section, rank_correlation


def deep(*values, **further):
    """Make a network whose layers have these M, or pairs of them (mean, max)."""
    return measurement_of({f"l{i}": same(value) for i, value in enumerate(values)} | further)


def test_thirds_lowest_layer_and_rank_correlation():
    mean, maximum = depth_rows(RUN, deep((0.5, 3), (0.25, 2), (0.75, 5), (1, 0), (2, 1), (4, 6)))
    assert (mean["aggregation"], maximum["aggregation"]) == ("mean", "max")
    assert [mean[name] for name in ("first", "middle", "last")] == [0.375, 0.875, 3]
    assert [maximum[name] for name in ("first", "middle", "last")] == [2.5, 2.5, 3.5]
    assert (mean["lowest_layer"], maximum["lowest_layer"]) == ("l1", "l3")
    assert (mean["holds"], maximum["holds"]) == (True, False)  # a tie is not the lowest
    assert mean["rank_correlation"] == pytest.approx(spearmanr(range(6), [0.5, 0.25, 0.75, 1, 2, 4]).statistic)
    text = depth_section([mean, maximum], TWO)
    assert verdicts_in(text) == [
        "**By mean: supported in 1 of 1 runs, as published.**", "**By max: refuted in 1 of 1 runs, as published.**",
    ]  # fmt: skip
    (table,) = tables_in(text)
    assert table[0][4:] == [
        "aggregation",
        "first third",
        "middle third",
        "last third",
        "rank correlation",
        "lowest layer",
        "first third lowest",
    ]
    assert table[1][4:] == ["mean", "0.375", "0.875", "3.000", "+0.94", "`l1`", "yes"]


def test_units_within_a_layer_count_by_layer_and_only_published_layers_and_all_samples_count():
    wide = same(0.5, n_units=100)
    by_sample_set = layer(np.broadcast_to([[1], [7], [7]], (2, 3, 1)))
    measurement = measurement_of(
        {"wide": wide, "narrow": by_sample_set, "shortcut": same(99), "m1": same(2), "m2": same(2), "e": same(3)}
    )
    mean, _ = depth_rows(RUN, measurement)
    assert [mean[name] for name in ("first", "middle", "last")] == [0.75, 2, 3]


def test_all_layers_count_of_a_model_that_was_not_published():
    network = deep(4, 2, shortcut=same(1))
    assert [row["lowest_layer"] for row in depth_rows(RUN, network)] == ["l1", "l1"]
    assert [row["lowest_layer"] for row in depth_rows(RUN | {"model": "my_net"}, network)] == ["shortcut", "shortcut"]


def test_the_middle_may_be_lower_than_both_ends():
    assert [row["holds"] for row in depth_rows(RUN, deep(2, 1, 3))] == [False, False]


def test_layers_without_finite_units_are_left_out():
    mean, _ = depth_rows(RUN, deep(np.inf, 1, 2, 3, 5, np.inf))
    assert [mean[name] for name in ("first", "middle", "last")] == [1, 2.5, 5]
    assert (mean["lowest_layer"], mean["holds"]) == ("l1", True)
    assert mean["rank_correlation"] == pytest.approx(1)


def test_layers_below_precision_are_left_out_and_hide_no_lowest():
    mean, _ = depth_rows(RUN, deep(BELOW, 1, BELOW, 3, 5, BELOW))
    assert [mean[name] for name in ("first", "middle", "last")] == [1, 3, 5]
    assert (mean["lowest_layer"], mean["holds"]) == ("l1", True)
    assert mean["rank_correlation"] == pytest.approx(1)


def test_runs_at_chance_are_marked_and_not_judged():
    rows = depth_rows(RUN, deep(1, 2, 3)) + depth_rows(RUN | {"seed": 1, "at_chance": True}, deep(3, 2, 1))
    text = depth_section(rows, TWO)
    assert verdicts_in(text) == [
        "**By mean: supported in 1 of 1 runs, as published (1 run at chance left out).**",
        "**By max: supported in 1 of 1 runs (1 run at chance left out).**",
    ]
    mark = "rotated (1 of 2 seeds at chance)"
    assert [line[2:7] for line in tables_in(text)[0][1:]] == [
        [mark, "1", name, "1.000", "2.000"] for name in ("mean", "max")
    ]
    assert [line[9:] for line in tables_in(text)[0][1:]] == [["`l0`", "1 of 1 seeds"]] * 2


def test_seeds_have_one_row_for_each_aggregation():
    networks = [deep((1, 3), (2, 2), (3, 1)), deep((2, 2), (1, 3), (4, 1))]
    rows = [row for seed, network in enumerate(networks) for row in depth_rows(RUN | {"seed": seed}, network)]
    (table,) = tables_in(depth_section(rows, TWO))
    thirds = ["1.500 ± 0.707", "1.500 ± 0.707", "3.500 ± 0.707"]
    assert table[1][2:] == ["rotated", "2", "mean", *thirds, "+0.75 ± 0.35", "differs", "1 of 2 seeds"]
    assert table[2][4:] == [
        "max", "2.500 ± 0.707", "2.500 ± 0.707", "1.000 ± 0.000", "-0.75 ± 0.35", "`l2`", "0 of 2 seeds"
    ]  # fmt: skip
    rows = [row for seed in range(2) for row in depth_rows(RUN | {"seed": seed}, deep(BELOW, BELOW, BELOW))]
    assert tables_in(depth_section(rows, TWO))[0][1][5:] == ["n/a"] * 6


def test_untrained_networks_are_shown_and_not_judged():
    rows = depth_rows(RUN, deep(1, 2, 3)) + depth_rows(RUN | {"seed": 1, "at_chance": True}, deep(3, 2, 1))
    rows += [row for seed in range(2) for row in depth_rows(UNTRAINED | {"seed": seed}, deep(3, 2, 1))]
    text = depth_section(rows, FOUR)
    left_out = "(1 run at chance and 2 untrained runs left out)"
    assert verdicts_in(text) == [
        f"**By mean: supported in 1 of 1 runs, as published {left_out}.**",
        f"**By max: supported in 1 of 1 runs {left_out}.**",
    ]
    assert [line[2:4] for line in tables_in(text)[0][3:]] == [["untrained", "2"]] * 2


@pytest.mark.parametrize(
    ("measurement", "lowest"),
    [
        (deep(np.inf, np.inf, np.inf), "n/a"),
        (deep(BELOW, BELOW, BELOW), "n/a"),
        (deep(1, 2), "`l0`"),
        (deep(np.inf, 1, 2), "`l1`"),
    ],
)
def test_a_third_without_finite_units_is_no_test(measurement, lowest):
    rows = depth_rows(RUN, measurement)
    text = depth_section(rows, TWO)
    reason = "not tested, as it needs finite units in each third of the layers of a trained network."
    assert verdicts_in(text) == [f"**By mean: {reason}**", f"**By max: {reason}**"]
    assert tables_in(text)[0][1][-2:] == [lowest, "n/a"]


def test_runs_at_chance_and_untrained_ones_are_the_reason_if_there_are_no_others():
    at_chance = [row for seed in range(2) for row in depth_rows(RUN | {"seed": seed, "at_chance": True}, deep(1, 2, 3))]
    untrained = depth_rows(UNTRAINED, deep(1, 2, 3))
    for rows, reason in (
        (at_chance, "all runs are at chance (2 runs at chance left out)"),
        (
            at_chance + untrained,
            "all runs that were trained are at chance (2 runs at chance and 1 untrained run left out)",
        ),
        (untrained, "untrained networks are no evidence of trained ones (1 untrained run left out)"),
    ):
        assert verdicts_in(depth_section(rows, FOUR)) == [
            f"**By {name}: not tested, as {reason}.**" for name in ("mean", "max")
        ]


def test_rank_correlation_is_spearmans_also_with_ties():
    generator = np.random.default_rng(0)
    for _ in range(20):
        x, y = np.arange(12), generator.integers(0, 5, 12) / 4
        assert rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)
    for x, y in (([1, 2, 3], [2, 2, 2]), ([1], [1]), ([], [])):
        assert np.isnan(rank_correlation(np.array(x), np.array(y)))
