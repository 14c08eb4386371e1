"""Figures draw the measure that they are given: its axis, its reference value, its colours, its words."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from helpers.drawn import INVARIANCE, legend_texts, make_results, put_below_precision, titled
from rotational_variance.figures.curves import curves
from rotational_variance.figures.curves_classes import curves_classes
from rotational_variance.figures.dead_units import dead_units
from rotational_variance.figures.depth import depth
from rotational_variance.figures.global_bars import global_bars
from rotational_variance.figures.headline import headline
from rotational_variance.figures.heatmaps import heatmaps
from rotational_variance.figures.kinds import kinds
from rotational_variance.figures.outputs import outputs
from rotational_variance.figures.parts.colour_scale import BELOW_PRECISION, INFINITE, OVER, ColourScale
from rotational_variance.figures.parts.style import style
from rotational_variance.figures.parts.value_axis import REFERENCE_COLOR
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measures.sample_std import MEASURE as SAMPLE_STD
from rotational_variance.statistics.averages import layer_values
from rotational_variance.statistics.units import unit_values


@pytest.fixture(autouse=True)
def in_style():
    with style():
        yield


def references(axes):
    """Return the values at which some axes have a line across."""
    return [line.get_ydata()[0] for line in axes.get_lines() if line.get_color() == REFERENCE_COLOR]


# ---- the axis of values


@pytest.mark.parametrize("draw", [curves, kinds, depth])
def test_the_axis_of_a_bounded_measure_shows_all_of_its_range(draw):
    results = make_results(n_layers=5, class_names=["a", "b", "c"])
    figure = draw("title", "note", INVARIANCE, "mean", {"mine": results} if draw is depth else results)
    panels = list(titled(figure).values())
    assert {axes.get_ylim() for axes in panels} == {(0, 1.05)}
    assert all(references(axes) == [0.5] for axes in panels)
    labels = {axes.get_ylabel() for axes in panels} | {figure.get_supylabel()}
    assert any(label.replace("\n", " ").startswith(f"{INVARIANCE.axis_label},") for label in labels)


def test_rare_values_do_not_flatten_all_others_and_are_told():
    results = make_results(n_layers=5, class_names=[f"class {i}" for i in range(12)])
    usual = titled(curves_classes("title", "note", M, "mean", results))
    (usual_high,) = {axes.get_ylim()[1] for axes in usual.values()}
    assert not any(axes.texts for axes in usual.values())
    results["rotated"].measurements[0].layers[2].transformation_std[:, 4] = 1e5  # of class 3
    panels = titled(curves_classes("title", "note", M, "mean", results))
    assert all(axes.get_ylim()[1] < 2 * usual_high for axes in panels.values())
    for axes in panels.values():
        highest = max(np.max(line.get_ydata()) for line in axes.get_lines())
        told = ["values above the axis"] if highest > axes.get_ylim()[1] else []
        assert [text.get_text() for text in axes.texts] == told
    assert panels["class 3"].texts


def constant(value, n_layers=5, **kwargs):
    """Make up results of which M is `value` everywhere."""
    results = make_results(n_layers=n_layers, class_names=["a", "b", "c"], **kwargs)
    for result in results.values():
        for layer in (layer for measurement in result.measurements for layer in measurement.layers):
            layer.transformation_std[:], layer.sample_std[:] = value, 1
    return results


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_all_is_shown_where_no_value_is_rare(n_seeds):
    axes = titled(curves("title", "note", M, "mean", constant(0.02)))["all samples"]
    assert axes.get_ylim()[1] > 1  # the reference value, far above all lines
    short, deep = constant(40, n_layers=3, n_seeds=n_seeds), constant(0.5, n_layers=90, n_seeds=n_seeds)
    (panel, *_) = titled(depth("title", "note", M, "mean", {"short": short, "deep": deep})).values()
    assert panel.get_ylim()[1] > 40  # which is all of a line
    assert not panel.texts


def test_bars_are_never_cut():
    results = {"mine": constant(0.5), "other": constant(40)}
    published = {("mine", "rotated", "normalized_variance_mean_all"): 0.5}
    for axes in global_bars("title", "", M, results, published).axes:
        if axes.patches:
            assert axes.get_ylim()[1] > 40


def test_small_panels_name_the_first_and_the_last_layer():
    panels = titled(curves_classes("title", "note", M, "mean", make_results(n_layers=16)))
    assert {tuple(axes.get_xticks()) for axes in panels.values()} == {(1, 16)}


def test_curves_show_the_measure_that_they_are_given():
    results = make_results(n_layers=4, class_names=["a", "b", "c"])
    for measure in (M, SAMPLE_STD, INVARIANCE):
        line = titled(curves("title", "note", measure, "max", results))["all samples"].get_lines()[1]
        values = unit_values(results["rotated"].measurements[0], measure, "max", "all")
        np.testing.assert_allclose(line.get_ydata(), layer_values(values))


def test_a_logarithmic_measure_without_reference_has_no_line_across():
    results = make_results(n_layers=4, class_names=["a", "b", "c"])
    figures = [
        curves("title", "note", SAMPLE_STD, "mean", results),
        global_bars("title", "", SAMPLE_STD, {"mine": results}, {}),
    ]
    for figure in figures:
        panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
        assert [axes.get_yscale() for axes in panels] == ["log"] * len(panels)
        assert not any(references(axes) for axes in panels)
        low, high = panels[0].get_ylim()
        shown = [value for axes in panels for line in axes.get_lines() for value in line.get_ydata()]
        shown += [bar.get_height() for axes in panels for container in axes.containers for bar in container]
        assert all(low < value < high for value in shown if np.isfinite(value))


# ---- the colours


def test_dark_is_invariant_whatever_the_direction_of_the_measure():
    for measure, dark, light in ((M, 0, 2), (INVARIANCE, 0.9, 0.1)):
        scale = ColourScale(measure, [np.array([0.0, 0.5])])
        (at_dark, at_light) = scale.color_values(np.array([dark, light]))[:, :3].sum(-1)
        assert at_dark < 0.1
        assert at_light > 2


def bar_of(measure, values):
    """Return the axes of the colour bar of a figure that shows these values, and its legend handles' labels."""
    scale = ColourScale(measure, [values])
    figure = Figure()
    scale.draw_bar(figure, scale.draw(figure.subplots(), values[None]))
    return figure.axes[-1], [handle.get_label() for handle in scale.mark_handles()]


@pytest.mark.parametrize(("measure", "at", "ticks"), [
    (M, [1], ["0", "0.5", "1", "1.5", "2"]),
    (INVARIANCE, [0.5], ["0.1", "0.3", "0.5", "0.7", "0.9"]),
    (SAMPLE_STD, [], ["0.001", "0.01", "0.1", "1", "10", "100"]),
])  # fmt: skip
def test_the_colour_bar_shows_the_measures_bounds_and_its_reference(measure, at, ticks):
    bar, marks = bar_of(measure, np.array([0.4, 0.6]))
    assert bar.get_ylim() == pytest.approx(measure.scale)
    assert [label.get_text() for label in bar.get_yticklabels()] == ticks
    assert sorted({line.get_ydata()[0] for line in bar.get_lines() if line.get_color() in ("w", "k")}) == at
    words = bar.get_ylabel().replace("\n", " ")
    assert words == measure.equation + (f" ({measure.meanings})" if measure.meanings else "")
    assert marks == []


@pytest.mark.parametrize(("measure", "low", "end"), [(SAMPLE_STD, 0.0, "≤ 0.001"), (INVARIANCE, 0.05, "≤ 0.1")])
def test_values_below_the_scale_get_its_lowest_colour_and_the_bar_says_so(measure, low, end):
    bar, marks = bar_of(measure, np.array([low, 0.5]))
    assert bar.get_yticklabels()[0].get_text() == end
    assert marks == []
    scale = ColourScale(measure, [np.array([low])])
    colors = scale.color_values(np.array([low, measure.scale[0], np.nan, np.inf, -np.inf, 101]))
    assert to_hex(colors[0]) == to_hex(colors[1])
    assert [to_hex(color) for color in colors[2:]] == [
        mark.color for mark in (BELOW_PRECISION, INFINITE, INFINITE, OVER)
    ]


def test_marks_name_the_measure():
    _, marks = bar_of(INVARIANCE, np.array([0.95, np.inf, np.nan]))
    assert marks == [
        "above the scale (S/(T+S) > 0.9)", "infinite S/(T+S)",
        "below precision (no S/(T+S)): changes by rounding errors only",
    ]  # fmt: skip


@pytest.mark.parametrize("measure", [M, SAMPLE_STD], ids=["M", "sample std"])
def test_the_colour_scale_is_the_measures_whatever_the_values(measure):
    results = make_results(n_layers=3, class_names=["a", "b", "c"])
    for layer in results["rotated"].measurements[0].layers:
        layer.transformation_std[:] *= 10
    figures = [
        headline("title", "note", measure, "mean", results, sort_units=True),
        heatmaps("title", "note", measure, "mean", results, sort_units=True),
        outputs("title", measure, results),
    ]
    for figure in figures:
        images = [image for axes in titled(figure).values() for image in axes.images if image.get_array().ndim == 2]
        assert images
        assert {(image.norm.vmin, image.norm.vmax) for image in images} == {measure.scale}


# ---- units without a finite value


def test_only_relative_measures_ask_whether_units_are_above_precision():
    results = make_results(n_layers=2)
    put_below_precision(results["rotated"].measurements[0].layers[0], [0])
    labels = [
        legend_texts(dead_units("title", "note", measure, "mean", {"mine": results}))
        for measure in (INVARIANCE, SAMPLE_STD)
    ]
    assert labels == [["below precision (no S/(T+S)), rotated training"], []]
    figure = dead_units("title", "note", SAMPLE_STD, "mean", {"mine": results})
    assert figure.axes == []  # no empty panel
    assert "note; none of any training in mine (13 units)" in [text.get_text() for text in figure.texts]
