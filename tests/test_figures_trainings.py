"""Figures show two to four trainings, each with the look and the words that belong to it; and networks without training."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.drawn import (
    FOUR,
    legend_texts,
    make_results,
    titled,
)
from rotational_variance.figures.accuracy import accuracy
from rotational_variance.figures.curves import curves
from rotational_variance.figures.global_bars import global_bars
from rotational_variance.figures.heatmaps import heatmaps
from rotational_variance.figures.history import history
from rotational_variance.figures.outputs import outputs
from rotational_variance.figures.parts.style import FURTHER_LOOKS, MODEL_LOOKS, style
from rotational_variance.figures.parts.training_looks import LOOKS
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.trainings import Training

LINES = {"train": ":", "test_upright": "-", "test_rotated": "-."}


@pytest.fixture(autouse=True)
def in_style():
    with style():
        yield


def some_results(trainings=FOUR, **kwargs):
    return make_results(trainings=trainings, n_layers=4, class_names=["a", "b", "c"], **kwargs)


# ---- looks


# Machado, Oliveira and Fernandes 2009, doi 10.1109/TVCG.2009.113: colours (linear RGB) as readers without one of the
# three kinds of cones see them.
VISION = {
    "all": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(1)


def lab(color, vision):
    """Return CIELAB coordinates of "#rrggbb", as seen."""
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = (TO_XYZ @ np.clip(np.array(VISION[vision]) @ linear, 0, 1) / WHITE).clip(0.0089) ** (1 / 3)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
def test_trainings_are_told_apart_by_readers_of_any_colour_vision(vision):
    for one, other in itertools.combinations(LOOKS, 2):
        assert np.linalg.norm(lab(one.color, vision) - lab(other.color, vision)) > 30


def test_trainings_are_told_apart_without_colour_and_are_not_taken_for_models():
    assert len({look.dashes for look in LOOKS}) == len({look.hatch for look in LOOKS}) == len(LOOKS)
    lightness = sorted(lab(look.color, "all")[0] for look in LOOKS)
    assert min(np.diff(lightness)) > 5
    assert lightness[-1] < 65  # of 100, white: it stands out on paper
    for look, (model, _) in itertools.product(LOOKS, [*MODEL_LOOKS.values(), *FURTHER_LOOKS]):
        assert np.linalg.norm(lab(look.color, "all") - lab(model, "all")) > 15


def test_a_look_belongs_to_a_training_wherever_it_stands():
    trainings = [Training("mine", "mine", "my own training", 3), Training("rotated", "rotated", "rotated training", 1)]
    results = make_results(trainings=trainings, n_layers=4, class_names=["a", "b", "c"])
    axes = titled(curves("title", "note", M, "mean", results))["all samples"]
    for training, line in zip(trainings, axes.get_lines(), strict=False):
        look = LOOKS[training.look]
        assert (line.get_color(), line.get_label()) == (look.color, training.label)
        figure = global_bars("title", "", M, {"resnet": results}, {})
        (bars,) = [found for found in figure.axes[0].containers if found.get_label() == training.label]
        assert to_hex(bars[0].get_facecolor()).upper() == look.color
        assert bars[0].get_hatch() == look.hatch


# ---- layout


@pytest.mark.parametrize("n", [3, 4])
def test_all_trainings_are_in_each_figure_in_their_order(n):
    results = some_results(FOUR[:n])
    labels = [training.label for training in FOUR[:n]]
    assert legend_texts(accuracy("title", results)) == labels
    assert list(titled(outputs("title", M, results))) == labels
    assert [title.replace("\n", " ") for title in titled(history("title", results))] == labels
    figure = heatmaps("title", "note", M, "mean", results, sort_units=True)
    assert [title.replace("\n", " ") for title in titled(figure)] == [
        f"{name}, {label}" for label in labels for name in ("all samples", "stratified by class")
    ]
    assert figure.get_figheight() <= 10  # a page


def test_marks_without_dead_units_stand_at_the_edge_of_their_bars():
    results = some_results()
    layer = results["within45"].measurements[0].layers[0]
    layer.transformation_std[:, :, 0] = layer.sample_std[:, :, 0] = 0
    axes = global_bars("title", "", M, {"resnet": results}, {}).axes[0]
    (mark,) = [line.get_xdata() for line in axes.get_lines() if line.get_marker() == "<"]
    bar = axes.containers[2][0]
    np.testing.assert_allclose(mark, [bar.get_x() + bar.get_width()])


# ---- networks without training


def test_a_network_without_training_has_level_lines_for_its_test_values_and_no_curve():
    results = some_results(n_seeds=2)
    figure = history("title", results)
    axes = figure.axes[len(results) + 3]  # accuracies of the last training
    assert axes.get_xlabel().startswith("no epochs, no curve")
    assert len(axes.get_xticks()) == 0
    for line, name in zip(axes.get_lines(), ("test_upright", "test_rotated"), strict=True):
        expected = np.mean([rows[0][f"{name}_accuracy"] for rows in results["untrained"].histories])
        np.testing.assert_allclose(line.get_ydata(), [100 * expected] * 2)
        assert line.get_linestyle() == LINES[name]
    assert [len(axes.get_lines()) for axes in figure.axes] == [3, 3, 3, 2] * 2
    assert len(legend_texts(figure)) == 3


def test_a_study_without_any_training_has_no_curves_and_names_none():
    results = make_results(trainings=[FOUR[3]], n_layers=4, class_names=["a", "b", "c"])
    figure = history("title", results)
    assert legend_texts(figure) == ["test images, upright", "test images, rotated"]
    (axes,) = accuracy("title", results).axes
    last = results["untrained"].histories[0][0]
    assert axes.containers[0][0].get_height() == pytest.approx(100 * last["test_upright_accuracy"])


def test_a_network_without_training_is_never_at_chance():
    results = some_results()
    results["untrained"].histories[0][0]["test_upright_accuracy"] = 0.0
    assert results["untrained"].label() == FOUR[3].label
    assert np.isfinite(results["untrained"].accuracies()).all()
