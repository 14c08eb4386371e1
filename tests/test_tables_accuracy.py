"""The table of accuracies: the last epoch's, beside the published ones, and what rotated training gains."""

import io

import numpy as np
import pandas as pd
import pytest

from helpers.tabulated import FOUR, RUN, TWO, UNROTATED, UNTRAINED, WITHIN_45, tables_in
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.history_layout import COLUMNS
from rotational_variance.tables.accuracy_table import VALUES, accuracy_markdown, accuracy_row
from rotational_variance.tables.seeds import with_statistics
from rotational_variance.tables.text import csv_text
from rotational_variance.tables.training_comparison import compare_trainings

HISTORY = [dict(zip(COLUMNS, [epoch, 2.5, 0.5, 1.5, 0.4, 1.75, 0.1], strict=True)) for epoch in (1.0, 2.0)] + [
    dict(zip(COLUMNS, [3.0, 0.25, 0.95, 0.5, 0.9, 0.75, 0.8], strict=True))
]
PUBLISHED = {
    "rotated": {"accuracy_upright": 0.986, "accuracy_rotated": 0.985, "normalized_variance_mean_all": 0.6},
    "unrotated": {"accuracy_rotated": 0.418},
}
UNROTATED_TRAINING, ROTATED_TRAINING = TWO.values()
UNTRAINED_HISTORY = [dict(zip(COLUMNS, [0.0, np.nan, np.nan, 2.3, 0.1, 2.4, 0.125], strict=True))]


def row_of(rotated_accuracy=0.8, run=RUN, **changes):
    last = HISTORY[-1] | {"test_rotated_accuracy": rotated_accuracy}
    run = run | changes
    return accuracy_row(run, [*HISTORY[:-1], last], PUBLISHED.get(run["training"], {}))


def test_row_holds_the_last_epoch_and_the_published_accuracies():
    assert row_of() == {
        **RUN, "accuracy_upright": 0.9, "accuracy_rotated": 0.8, "accuracy_train": 0.95,
        "loss_upright": 0.5, "loss_rotated": 0.75, "loss_train": 0.25,
        "published_accuracy_upright": 0.986, "published_accuracy_rotated": 0.985,
    }  # fmt: skip


def test_pandas_reads_it():
    rows = [row_of(run=UNROTATED), row_of(at_chance=True), accuracy_row(UNTRAINED, UNTRAINED_HISTORY, {})]
    table = pd.read_csv(io.StringIO(csv_text(with_statistics(rows, VALUES))))
    assert table["at_chance"].tolist() == [False, True, False]
    assert table["n_epochs"].tolist() == [20, 20, 0]
    assert table["seed"].dtype == table["n_epochs"].dtype == table["rotate_degrees"].dtype == np.int64
    assert table["published_accuracy_upright"].isna().tolist() == [True, False, True]
    assert table["accuracy_rotated"].tolist() == [0.8, 0.8, 0.125]
    assert table["loss_train"].isna().tolist() == [False, False, True]


def compare(rows, column):
    return compare_trainings(rows, column, UNROTATED_TRAINING, ROTATED_TRAINING)


def test_gain_is_that_of_the_means_over_seeds():
    rows = [row_of(0.25, UNROTATED, seed=0), row_of(0.35, UNROTATED, seed=1), row_of(0.75), row_of(0.5, WITHIN_45)]
    rows += [row_of(0.125, UNROTATED, dataset="cifar10"), row_of(0.5, model="vgg16")]
    (gain,) = compare(rows, "accuracy_rotated")  # the other two lack the other training
    assert (gain.pop("first_does"), gain.pop("other_does")) == (rows[0], rows[2])
    assert (gain.pop("first_at_chance"), gain.pop("other_at_chance")) == (False, False)
    assert gain == pytest.approx({
        "dataset": "mnist", "model": "resnet", "first": 0.3, "other": 0.75, "difference": 0.45,
        "published_first": 0.418, "published_other": 0.985, "published_difference": 0.567,
    })  # fmt: skip


def test_a_value_that_is_missing_leaves_the_others():
    row = UNROTATED | {"x": float("nan"), "published_x": None}
    rows = [row, row | {"x": 1.0}, row | RUN]
    (compared,) = compare(rows, "x")
    assert compared["first"] == 1
    assert np.isnan([compared[name] for name in ("other", "difference", "published_difference")]).all()


def test_markdown():
    text = accuracy_markdown([row_of(0.25, UNROTATED), row_of()], TWO)
    assert text.startswith("# ")
    accuracy, loss, gain = tables_in(text)
    assert accuracy[1] == ["mnist", "resnet", "unrotated", "0", "20", "95.0%", "90.0%", "25.0% (41.8%)"]
    assert accuracy[2] == ["mnist", "resnet", "rotated", "0", "20", "95.0%", "90.0% (98.6%)", "80.0% (98.5%)"]
    assert accuracy[0][3:] == ["seed", "epochs", "training images", "upright", "rotated"]
    assert loss[2] == ["mnist", "resnet", "rotated", "0", "0.250", "0.500", "0.750"]
    assert gain == [
        ["dataset", "model", "unrotated", "rotated", "gain"],
        ["mnist", "resnet", "25.0% (41.8%)", "80.0% (98.5%)", "+55.0 (+56.7)"],
    ]
    assert "###" not in text
    assert "ntrained" not in text
    assert "±" not in text


def test_seeds_at_chance_are_marked_and_gain_nothing():
    rows = [row_of(0.25, UNROTATED, seed=seed) for seed in range(2)]
    rows += [row_of(0.75), row_of(0.1, seed=1, at_chance=True)]
    text = accuracy_markdown(rows, TWO)
    accuracy, loss, gain, *_ = tables_in(text)
    assert [line[2:4] for line in accuracy[1:]] == [["unrotated", "2"], ["rotated (1 of 2 seeds at chance)", "1"]]
    assert [line[2] for line in loss[1:]] == [line[2] for line in accuracy[1:]]
    assert gain[1][2:] == ["25.0% (41.8%)", "75.0% (98.5%)", "+50.0 (+56.7)"]
    assert "means over seeds (1 run at chance left out): unrotated training beside rotated" in " ".join(text.split())
    assert text.count("At chance: ") == 1
    assert "\n\n\n" not in text
    assert "hance" not in accuracy_markdown([rows[0], rows[2]], TWO)


def test_a_training_of_which_all_runs_are_at_chance_has_no_gain():
    text = accuracy_markdown([row_of(0.25, UNROTATED), row_of(0.1, at_chance=True)], TWO)
    assert "(1 run at chance left out)" in text
    assert tables_in(text)[2][1] == ["mnist", "resnet", "25.0% (41.8%)", "n/a (98.5%)", "n/a (+56.7)"]


@pytest.mark.parametrize(("first", "other"), [("model", "gain"), ("dataset", "model"), ("gain", "difference")])
def test_trainings_may_be_called_like_columns(first, other):
    runs = [RUN | {"training": name} for name in (first, other)]
    rows = [accuracy_row(run, HISTORY, {}) | {"accuracy_rotated": (i + 1) / 4} for i, run in enumerate(runs)]
    gain = tables_in(accuracy_markdown(rows, {name: Training(name, name, name, 0) for name in (first, other)}))[2]
    assert gain == [["dataset", "model", first, other, "gain"], ["mnist", "resnet", "25.0%", "50.0%", "+25.0"]]


def test_one_training_gains_nothing_and_says_so():
    text = accuracy_markdown([row_of(0.25)], {name: TWO[name] for name in ("rotated",)})
    assert text.endswith("**Not tested, as a comparison needs two trainings.**\n")


def test_markdown_of_four_trainings_and_two_seeds():
    runs = [(run | {"seed": seed}, seed) for run in (UNROTATED, RUN, WITHIN_45) for seed in range(2)]
    rows = [row_of(0.25 + seed / 10, run) for run, seed in runs]
    rows += [accuracy_row(UNTRAINED | {"seed": seed}, UNTRAINED_HISTORY, {}) for seed in range(2)]
    text = accuracy_markdown(rows, FOUR)
    over_seeds, single = text.split("## Single seeds\n")
    accuracy, loss, *gains = tables_in(over_seeds)
    assert accuracy[1][2:] == ["unrotated", "2", "20", "95.0% ± 0.0%", "90.0% ± 0.0%", "30.0% ± 7.1% (41.8%)"]
    assert accuracy[4][2:] == ["untrained", "2", "0", "n/a", "10.0% ± 0.0%", "12.5% ± 0.0%"]
    assert loss[4][2:] == ["untrained", "2", "n/a", "2.300 ± 0.000", "2.400 ± 0.000"]
    assert [line for line in over_seeds.splitlines() if line.startswith("### ")] == [
        "### Rotated training against unrotated training", "### Within 45 degrees against unrotated training",
        "### Untrained against unrotated training",
    ]  # fmt: skip
    assert [table[0][2:] for table in gains] == [
        ["unrotated", other, "gain"] for other in ("rotated", "within 45 degrees", "untrained")
    ]
    assert gains[2][1][2:] == ["30.0% (41.8%)", "12.5%", "-17.5"]
    assert [len(table) for table in tables_in(single)] == [9, 9]
    assert tables_in(single)[0][0][3] == "seed"
    assert "An untrained network has none." in over_seeds
