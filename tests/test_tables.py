import re

import numpy as np
import pytest

from rotational_variance.normalized import Layer, VarianceTensor
from rotational_variance.tables import add_published, global_markdown, global_row

RUN = {"model": "resnet", "dataset": "mnist", "training": "rotated", "seed": 0}
HISTORY = [
    {"epoch": 1, "test_upright_accuracy": 0.5, "test_rotated_accuracy": 0.1},
    {"epoch": 2, "test_upright_accuracy": 0.9, "test_rotated_accuracy": 0.8},
]
PUBLISHED = [
    {"dataset": "mnist", "model": "resnet", "training": "rotated", "quantity": "accuracy_upright", "value": ".986"},
    {"dataset": "mnist", "model": "vgg16", "training": "rotated", "quantity": "accuracy_rotated", "value": ".972"},
]


@pytest.fixture
def row():
    transformation = np.array([[[0.5, 0], [1, 0], [2, 0]], [[1, 3], [1, 1], [1, 1]]], dtype=float)
    sample = np.array([[[1, 0], [1, 0], [1, 0]], [[1, 0], [1, 1], [1, 1]]], dtype=float)
    layer = Layer("fc", "linear", transformation, sample)
    tensor = VarianceTensor([layer], np.array([0.0, 90]), ["mean", "max"], ["all", "a", "b"], np.array([4, 2, 2]))
    return global_row(RUN, HISTORY, tensor)


def test_row_holds_final_accuracies_and_global_values(row):
    assert row["accuracy_upright"] == 0.9
    assert row["accuracy_rotated"] == 0.8
    assert (row["n_layers"], row["n_units"]) == (1, 2)
    assert row["variance_mean_all"] == pytest.approx((0.5 + 1) / 2)
    assert row["variance_mean_all_without_dead"] == 0.5
    assert row["variance_mean_stratified"] == pytest.approx((1.5 + 1) / 2)
    assert row["variance_max_all"] == 1
    assert (row["n_dead_mean_all"], row["n_infinite_mean_all"]) == (1, 0)
    assert (row["n_dead_max_all"], row["n_infinite_max_all"]) == (0, 1)


def test_published_values_stand_beside_the_runs_they_belong_to(row):
    (with_published,) = add_published([row], PUBLISHED)
    assert with_published["published_accuracy_upright"] == 0.986
    assert "published_accuracy_rotated" not in with_published  # of another model only
    other = {**row, "seed": 1, "training": "unrotated"}
    rows = add_published([row, other], PUBLISHED)
    assert rows[1]["published_accuracy_upright"] is None


def test_markdown_shows_every_run_with_published_values_in_brackets(row):
    text = global_markdown(add_published([row], PUBLISHED))
    assert "90.0% (98.6%)" in text
    assert re.search(r"\| +80\.0% \|", text)
    assert "0.500 (1, 0)" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 3 * 3
    for line in lines:
        assert line.endswith("|")
