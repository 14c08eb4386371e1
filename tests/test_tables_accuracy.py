"""The table of accuracies: the last epoch's, beside the published ones, and what rotated training gains."""

import io

import numpy as np
import pandas as pd
import pytest

from helpers.tabulated import RUN, tables_in
from rotational_variance.storage.history_layout import COLUMNS
from rotational_variance.tables.accuracy_table import accuracy_markdown, accuracy_row
from rotational_variance.tables.text import csv_text
from rotational_variance.tables.training_comparison import compare_trainings

HISTORY = [dict(zip(COLUMNS, [epoch, 2.5, 0.5, 1.5, 0.4, 1.75, 0.1], strict=True)) for epoch in (1.0, 2.0)] + [
    dict(zip(COLUMNS, [3.0, 0.25, 0.95, 0.5, 0.9, 0.75, 0.8], strict=True))
]
PUBLISHED = {
    ("mnist", "resnet", "rotated", "accuracy_upright"): 0.986,
    ("mnist", "resnet", "rotated", "accuracy_rotated"): 0.985,
    ("mnist", "resnet", "unrotated", "accuracy_rotated"): 0.418,
    ("mnist", "resnet", "rotated", "variance_mean_all"): 0.6,
}


def row_of(rotated_accuracy=0.8, **run):
    last = HISTORY[-1] | {"test_rotated_accuracy": rotated_accuracy}
    return accuracy_row(RUN | run, [*HISTORY[:-1], last], PUBLISHED)


def test_row_holds_the_last_epoch_and_the_published_accuracies():
    assert row_of() == {
        **RUN, "n_epochs": 3, "accuracy_upright": 0.9, "accuracy_rotated": 0.8, "accuracy_train": 0.95,
        "loss_upright": 0.5, "loss_rotated": 0.75, "loss_train": 0.25,
        "published_accuracy_upright": 0.986, "published_accuracy_rotated": 0.985,
    }  # fmt: skip


def test_pandas_reads_it():
    table = pd.read_csv(io.StringIO(csv_text([row_of(training="unrotated"), row_of(at_chance=True)])))
    assert table["at_chance"].tolist() == [False, True]
    assert table["n_epochs"].dtype == np.int64
    assert table["published_accuracy_upright"].isna().tolist() == [True, False]
    assert table["accuracy_rotated"].tolist() == [0.8, 0.8]


def test_gain_is_that_of_the_means_over_seeds():
    rows = [row_of(0.25, training="unrotated", seed=0), row_of(0.35, training="unrotated", seed=1), row_of(0.75)]
    rows += [row_of(0.125, dataset="cifar10", training="unrotated"), row_of(0.5, model="vgg16")]
    (gain,) = compare_trainings(rows, "accuracy_rotated")  # the other two lack the other training
    assert gain == pytest.approx({
        "dataset": "mnist", "model": "resnet", "unrotated": 0.3, "rotated": 0.75, "difference": 0.45,
        "published_unrotated": 0.418, "published_rotated": 0.985, "published_difference": 0.567,
    })  # fmt: skip


def test_a_value_that_is_missing_leaves_the_others():
    row = RUN | {"training": "unrotated", "x": float("nan"), "published_x": None}
    rows = [row, row | {"x": 1.0}, row | {"training": "rotated"}]
    (compared,) = compare_trainings(rows, "x")
    assert compared["unrotated"] == 1
    assert np.isnan([compared[name] for name in ("rotated", "difference", "published_difference")]).all()


def test_markdown():
    text = accuracy_markdown([row_of(0.25, training="unrotated"), row_of()])
    assert text.startswith("# ")
    accuracy, loss, gain = tables_in(text)
    assert accuracy[1] == ["mnist", "resnet", "unrotated", "0", "3", "90.0%", "25.0% (41.8%)", "95.0%"]
    assert accuracy[2] == ["mnist", "resnet", "rotated", "0", "3", "90.0% (98.6%)", "80.0% (98.5%)", "95.0%"]
    assert accuracy[0][4:] == ["epochs", "upright", "rotated", "training images"]
    assert loss[2] == ["mnist", "resnet", "rotated", "0", "0.500", "0.750", "0.250"]
    assert gain == [
        ["dataset", "model", "unrotated", "rotated", "gain"],
        ["mnist", "resnet", "25.0% (41.8%)", "80.0% (98.5%)", "+55.0 (+56.7)"],
    ]


def test_seeds_at_chance_are_marked_and_gain_nothing():
    rows = [row_of(0.25, training="unrotated"), row_of(0.75), row_of(0.1, seed=1, at_chance=True)]
    text = accuracy_markdown(rows)
    accuracy, loss, gain = tables_in(text)
    assert [line[2:4] for line in accuracy[1:]] == [["unrotated", "0"], ["rotated", "0"], ["rotated (at chance)", "1"]]
    assert [line[2] for line in loss[1:]] == [line[2] for line in accuracy[1:]]
    assert gain[1][2:] == ["25.0% (41.8%)", "75.0% (98.5%)", "+50.0 (+56.7)"]
    assert "means over seeds (1 run at chance left out), and the" in text
    assert text.count("At chance: ") == 1
    assert "\n\n\n" not in text
    assert "hance" not in accuracy_markdown(rows[:2])
    text = accuracy_markdown([*rows[:1], *rows[2:]])
    assert "(1 run at chance left out)" in text
    assert text.endswith("Not known: it needs both trainings of a model on a dataset.\n")


def test_markdown_of_one_training_says_that_the_gain_is_not_known():
    text = accuracy_markdown([row_of()])
    assert len(tables_in(text)) == 2
    assert text.endswith("Not known: it needs both trainings of a model on a dataset.\n")
