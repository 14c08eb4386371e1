"""Figures of very many classes show some of them, say which, and take no longer than those of few."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from helpers.drawn import COLORS, lines_of, make_results, titled
from rotational_variance.figures.accuracy_by_angle import accuracy_by_angle
from rotational_variance.figures.curves_classes import curves_classes
from rotational_variance.figures.heatmaps_classes import heatmaps_classes
from rotational_variance.figures.outputs import outputs
from rotational_variance.figures.parts.shown_classes import choose_evenly
from rotational_variance.figures.parts.style import style
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.figures.parts.unit_image import N_ROWS, heatmap_image
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.averages import layer_values
from rotational_variance.statistics.units import unit_values

NAMES = [f"n{i:08d}" for i in range(300)]
SHOWN = [round(i * 299 / 39) for i in range(40)]
NOTE = "40 of 300 classes, evenly spread over their order; the variance files hold all"


@pytest.fixture(autouse=True)
def in_style():
    with style():
        yield


@pytest.fixture(scope="module")
def results():
    return make_results(n_layers=3, class_names=NAMES)


def notes(figure):
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize(("n", "most", "chosen"), [
    (3, 40, [0, 1, 2]), (40, 40, list(range(40))), (5, 3, [0, 2, 4]), (1001, 3, [0, 500, 1000]),
])  # fmt: skip
def test_the_first_and_the_last_are_shown_and_others_evenly_between(n, most, chosen):
    assert choose_evenly(n, most) == chosen


def test_some_classes_have_a_panel_each(results):
    figure = curves_classes("title", "a note", M, "mean", results)
    panels = titled(figure)
    assert list(panels) == [NAMES[i] for i in SHOWN]
    measurement = results["rotated"].measurements[0]
    for name, axes in panels.items():
        (line,) = lines_of(axes, COLORS["rotated"])
        np.testing.assert_allclose(line.get_ydata(), layer_values(unit_values(measurement, M, "mean", name)))
    assert f"a note; {NOTE}" in notes(figure)


def test_some_classes_have_a_panel_of_accuracies_each(results):
    figure = accuracy_by_angle("title", results)
    overall, *panels = titled(figure).items()
    assert overall[0] == "all 900 images"
    assert [name for name, _ in panels] == [NAMES[i] for i in SHOWN]
    for i, (_, axes) in zip(SHOWN, panels, strict=True):
        (line,) = lines_of(axes, COLORS["rotated"])
        assert line.get_ydata()[4] == 100 * results["rotated"].measurements[0].accuracy[1 + i][0]  # of -180 degrees
    assert NOTE in notes(figure)


def test_some_classes_have_a_band_each_and_all_bands_one_height(results):
    figure = heatmaps_classes("title", "a note", M, "mean", results, sort_units=True)
    axes = titled(figure)["rotated training"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [NAMES[i] for i in SHOWN]
    images = [image for image in axes.images if image.get_array().ndim == 2]
    assert [image.get_extent()[2] for image in images] == [-band for band in range(40)]
    last = unit_values(results["rotated"].measurements[0], M, "mean", NAMES[-1])
    np.testing.assert_allclose(images[-1].get_array(), heatmap_image(last, N_ROWS))
    assert f"a note; {NOTE}" in notes(figure)


def test_some_outputs_stand_against_the_same_classes(results):
    shown = [round(i * 299 / 99) for i in range(100)]
    figure = outputs("title", M, results)
    axes = titled(figure)["rotated training"]
    expected = results["rotated"].measurements[0].layers[-1].normalized_variance[0, 1:].T[np.ix_(shown, shown)]
    np.testing.assert_allclose(axes.images[0].get_array(), expected)
    assert [label.get_text() for label in axes.get_xticklabels()] == [NAMES[i] for i in shown[::5]]
    assert [label.get_text() for label in axes.get_yticklabels()] == [NAMES[i] for i in shown[::5]]
    assert sum(not patch.get_hatch() for patch in axes.patches) == 100
    assert NOTE.replace("40", "100") in notes(figure)


def test_more_units_than_classes_are_numbered_and_counted(results):
    names = NAMES[:12]
    of_class = make_results(n_layers=1, class_names=NAMES)["rotated"]  # 300 units over 12 of 300 classes
    measurement = of_class.measurements[0]
    layer = measurement.layers[0]
    layer = replace(layer, statistics={name: values[:, :13] for name, values in layer.statistics.items()})
    few = replace(
        measurement, layers=[layer], sample_sets=["all", *names], n_samples=measurement.n_samples[:13],
        n_test=measurement.n_test[:13], accuracy=measurement.accuracy[:13],
    )  # fmt: skip
    figure = outputs("title", M, {"rotated": TrainingResult(of_class.training, [few], of_class.histories)})
    axes = titled(figure)["rotated training"]
    assert [label.get_text() for label in axes.get_yticklabels()][:3] == ["0", "15", "30"]
    assert all(patch.get_hatch() for patch in axes.patches)
    assert "100 of 300 output units, evenly spread over their order; the variance files hold all" in notes(figure)


@pytest.mark.parametrize("draw", [
    lambda results: accuracy_by_angle("title", results), lambda results: curves_classes("title", "", M, "mean", results),
], ids=["accuracy_by_angle", "curves_classes"])  # fmt: skip
def test_ends_and_ticks_are_set_as_often_whatever_the_number_of_classes(draw, monkeypatch):
    """Each time takes as long as there are panels that share the axis."""
    calls = []

    def count(setter):
        def counted(*args, emit=True, **kwargs):  # without emit, the panels that share the axis are not told
            calls.append(emit)
            return setter(*args, **kwargs, **({} if emit else {"emit": emit}))

        return counted

    for name in ("set_ylim", "set_yticks", "set_xticks", "set_yscale"):
        monkeypatch.setattr(Axes, name, count(getattr(Axes, name)))
    totals = []
    for n_classes in (10, 40):
        calls.clear()
        draw(make_results(n_layers=2, class_names=NAMES[:n_classes]))
        totals.append(sum(calls))
    assert totals[0] == totals[1] > 0
