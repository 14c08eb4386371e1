"""What the figures of one model on one dataset show: the data in their artists, and their ranges."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from helpers.drawn import (
    ANGLES,
    COLORS,
    KINDS,
    THINGS,
    TWO,
    legend_texts,
    lines_of,
    make_history,
    make_measurement,
    make_results,
    put_at_chance,
    put_below_precision,
    titled,
)
from rotational_variance.figures.accuracy import accuracy
from rotational_variance.figures.accuracy_by_angle import accuracy_by_angle, close_circle
from rotational_variance.figures.curves import curves
from rotational_variance.figures.curves_classes import curves_classes
from rotational_variance.figures.headline import headline
from rotational_variance.figures.heatmaps import heatmaps
from rotational_variance.figures.heatmaps_classes import heatmaps_classes
from rotational_variance.figures.history import history
from rotational_variance.figures.kinds import kinds
from rotational_variance.figures.outputs import outputs
from rotational_variance.figures.parts.colour_scale import BELOW_PRECISION, INFINITE, OVER
from rotational_variance.figures.parts.lines import plot_mean
from rotational_variance.figures.parts.style import style
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.figures.parts.unit_image import heatmap_image
from rotational_variance.figures.stds import stds
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.averages import layer_values
from rotational_variance.statistics.units import unit_values

TRAININGS = ["unrotated", "rotated"]


@pytest.fixture(autouse=True)
def in_style():
    with style():
        yield


def expected_values(results, training, aggregation, sample_set):
    return layer_values(unit_values(results[training].measurements[0], M, aggregation, sample_set))


def assert_whole(axes):
    """Assert that all lines of some axes lie within their limits, which begin at 0."""
    low, high = axes.get_ylim()
    assert low == 0
    assert all(np.nanmax(line.get_ydata()) < high for line in axes.get_lines())


# ---- M by layer


@pytest.mark.parametrize("aggregation", ["mean", "max"])
def test_curves_show_the_layer_values(aggregation):
    results = make_results()
    panels = titled(curves("title", "note", M, aggregation, results))
    for name, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
        for training in TRAININGS:
            (line,) = lines_of(panels[name], COLORS[training])
            np.testing.assert_allclose(line.get_ydata(), expected_values(results, training, aggregation, sample_set))
            assert line.get_xdata().tolist() == list(range(16))
            assert line.get_linestyle() == ("-" if training == "rotated" else "--")
        assert_whole(panels[name])


def test_several_seeds_show_as_their_mean_and_range():
    results = make_results(n_seeds=3)
    axes = titled(curves("title", "note", M, "mean", results))["all samples"]
    values = np.stack(
        [layer_values(unit_values(measurement, M, "mean", "all")) for measurement in results["rotated"].measurements]
    )
    (line,) = lines_of(axes, COLORS["rotated"])
    np.testing.assert_allclose(line.get_ydata(), values.mean(0))
    band = next(band for band in axes.collections if to_hex(band.get_facecolor()[0]).upper() == COLORS["rotated"])
    corners = band.get_paths()[0].vertices
    for layer, (low, high) in enumerate(zip(values.min(0), values.max(0), strict=True)):
        at_layer = corners[corners[:, 0] == layer, 1]
        assert (at_layer.min(), at_layer.max()) == pytest.approx((low, high))


def test_a_seed_without_a_value_leaves_the_mean_to_the_others():
    results = make_results(n_seeds=2)
    first, second = results["rotated"].measurements
    first.layers[3].sample_std[0, 0, :] = 0
    (line,) = lines_of(titled(curves("title", "note", M, "mean", results))["all samples"], COLORS["rotated"])
    assert line.get_ydata()[3] == layer_values(unit_values(second, M, "mean", "all"))[3]
    assert np.isfinite(line.get_ydata()).all()


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_a_layer_below_precision_is_a_gap_and_others_leave_such_units_out(n_seeds):
    results = make_results(n_seeds)
    for measurement in results["rotated"].measurements:
        put_below_precision(measurement.layers[3], range(measurement.layers[3].n_units))
        put_below_precision(measurement.layers[4], [0])
    layer = results["rotated"].measurements[0].layers[4]
    expected = (layer.transformation_std[0, 0, 1:] / layer.sample_std[0, 0, 1:]).mean()
    figures = [
        curves("title", "note", M, "mean", results), headline("title", "note", M, "mean", results, sort_units=True),
        curves_classes("title", "note", M, "mean", results), kinds("title", "note", M, "mean", results),
    ]  # fmt: skip
    for figure in figures:
        lines = [line for axes in figure.axes for line in lines_of(axes, COLORS["rotated"])]
        if figure is not figures[-1]:
            assert all(np.flatnonzero(np.isnan(line.get_ydata())).tolist() == [3] for line in lines)
        else:
            assert np.isnan(lines[0].get_ydata()).tolist() == [False, True, False, False, False]
    if n_seeds == 1:
        assert lines_of(titled(figures[0])["all samples"], COLORS["rotated"])[0].get_ydata()[4] == pytest.approx(
            expected
        )


@pytest.mark.parametrize(("look", "marked"), [
    ({}, [0, 4]), ({"marker": "s", "markevery": 3}, [0, 3, 4, 6]), ({"marker": "s"}, range(8)),
])  # fmt: skip
def test_a_value_between_two_gaps_can_be_seen(look, marked):
    axes = Figure().subplots()
    plot_mean(axes, range(8), np.array([[1, np.nan, np.inf, np.nan, 3, np.nan, 4, 5]]), **look)
    (line,) = axes.get_lines()
    every = line.get_markevery()
    assert np.arange(8)[slice(None) if every is None else every].tolist() == list(marked)
    plot_mean(axes, range(3), np.array([[1.0, np.nan, np.nan], [2, 3, np.nan]]))
    assert axes.get_lines()[1].get_marker() == "None"


def test_layers_are_named_and_their_kinds_told():
    results = make_results()
    figure = curves("title", "note", M, "mean", results)
    strip = next(axes for axes in figure.axes if axes.images)
    assert [label.get_text() for label in strip.get_xticklabels()] == [f"conv{i}" for i in range(16)]
    colors = strip.images[0].cmap(strip.images[0].norm(strip.images[0].get_array()[0]))
    by_kind = {}
    for layer, color in zip(results["rotated"].measurements[0].layers, colors, strict=True):
        assert by_kind.setdefault(layer.kind, to_hex(color)) == to_hex(color)
    handles = figure.legends[-1].get_patches()
    assert {handle.get_label(): to_hex(handle.get_facecolor()) for handle in handles} == by_kind
    assert len(set(by_kind.values())) == len(by_kind) == 4


def test_each_kind_has_a_panel_with_its_layers_only():
    results = make_results()
    panels = titled(kinds("title", "note", M, "max", results))
    assert list(panels) == [f"{kind} (5 layers)" for kind in KINDS] + ["output (1 layer)"]
    for i, kind in enumerate(KINDS):
        (line,) = lines_of(panels[f"{kind} (5 layers)"], COLORS["rotated"])
        assert line.get_xdata().tolist() == list(range(i + 1, 16, 3))  # numbers of layers from 1 on
        expected = expected_values(results, "rotated", "max", "all")[i:15:3]
        np.testing.assert_allclose(line.get_ydata(), expected)
    for axes in panels.values():
        assert_whole(axes)
    assert len({axes.get_ylim() for axes in panels.values()}) == 1


def test_each_class_has_a_panel():
    results = make_results(class_names=THINGS)
    panels = titled(curves_classes("title", "note", M, "mean", results))
    assert list(panels) == THINGS
    for thing, axes in panels.items():
        for training in TRAININGS:
            (line,) = lines_of(axes, COLORS[training])
            np.testing.assert_allclose(line.get_ydata(), expected_values(results, training, "mean", thing))
        assert_whole(axes)
    assert len({axes.get_ylim() for axes in panels.values()}) == 1


def test_stds_are_shown_on_their_own():
    results = make_results()
    results["rotated"].measurements[0].layers[3].transformation_std[:] = 0
    panels = titled(stds("title", "note", "max", results))
    for name in ("transformation std", "sample std"):
        axes = panels[f"{name}, all samples"]
        assert axes.get_yscale() == "log"
        for training in TRAININGS:
            layers = results[training].measurements[0].layers
            expected = np.array([getattr(layer, name.replace(" ", "_"))[1, 0].mean() for layer in layers])
            (line,) = lines_of(axes, COLORS[training])
            np.testing.assert_allclose(line.get_ydata(), expected)
    assert panels["transformation std, all samples"].get_ylim() == panels["sample std, all samples"].get_ylim()
    for name, n_notes in (("transformation std", 1), ("sample std", 0)):  # a logarithmic scale has no place for 0
        assert len(panels[f"{name}, all samples"].texts) == n_notes


# ---- M by unit


def test_heatmaps_show_both_trainings_all_and_stratified_on_one_scale():
    results = make_results()
    figure = heatmaps("title", "note", M, "mean", results, sort_units=True)
    panels = titled(figure)
    for name, sample_set in (("all samples", "all"), ("stratified by class", "stratified")):
        for training in TRAININGS:
            image = panels[f"{name}, {training} training"].images[0]
            values = unit_values(results[training].measurements[0], M, "mean", sample_set)
            np.testing.assert_allclose(image.get_array(), heatmap_image(values, 200))
            assert tuple(image.get_extent()) == (-0.5, 15.5, 0, 100)  # each layer is one column, and one wide
            assert image.cmap.name == "inferno"
            assert image.norm is panels["all samples, rotated training"].images[0].norm
    assert (image.norm.vmin, image.norm.vmax) == M.scale


def test_each_class_has_a_band_in_the_heatmaps_of_classes():
    results = make_results(class_names=THINGS)
    figure = heatmaps_classes("title", "note", M, "mean", results, sort_units=True)
    panels = titled(figure)
    for training in TRAININGS:
        images = [image for image in panels[f"{training} training"].images if image.get_array().ndim == 2]
        for i, (image, thing) in enumerate(zip(images, THINGS, strict=True)):
            expected = heatmap_image(unit_values(results[training].measurements[0], M, "mean", thing), 200)
            np.testing.assert_allclose(image.get_array(), expected)
            assert (image.norm.vmin, image.norm.vmax) == M.scale
            left, right, bottom, _ = image.get_extent()
            assert (left, right, bottom) == (0.5, 16.5, -i)
    first = panels["unrotated training"]
    assert [label.get_text() for label in first.get_yticklabels()] == THINGS
    bands = [image.get_extent()[2:] for image in first.images if image.get_array().ndim == 2]
    assert all(low < tick < high for tick, (low, high) in zip(first.get_yticks(), bands, strict=True))


def test_a_column_holds_the_units_of_its_layer():
    layers = [np.array([3.0, 1.0]), np.array([5.0, np.inf, 4.0, 6.0]), np.array([np.nan, np.inf, 2.0, 0.0])]
    image = heatmap_image(layers, n_rows=4)
    np.testing.assert_array_equal(image[::-1, 2], [0, 2, np.inf, np.nan])
    assert image[::-1, 0].tolist() == [1, 1, 3, 3]
    assert image[::-1, 1].tolist() == [4, 5, 6, np.inf]
    unsorted = heatmap_image(layers, n_rows=4, sort_units=False)
    assert unsorted[::-1, 0].tolist() == [3, 3, 1, 1]
    assert unsorted[::-1, 1].tolist() == [5, np.inf, 4, 6]


@pytest.mark.parametrize("draw", [headline, heatmaps, heatmaps_classes])
def test_units_are_sorted_or_not_and_the_axis_says_so(draw):
    results = make_results()
    for sort_units in (True, False):
        figure = draw("title", "note", M, "mean", results, sort_units=sort_units)
        image = next(image for axes in figure.axes for image in axes.images if image.get_array().shape == (200, 16))
        upwards = np.asarray(image.get_array())[::-1]
        assert (np.diff(upwards, axis=0) >= 0).all() == sort_units
        labels = " ".join([figure.get_supylabel(), *(axes.get_ylabel() for axes in figure.axes)])
        if draw is not heatmaps_classes:  # its axis tells the class
            assert ("sorted" in labels) == sort_units


def test_cells_beyond_the_scale_are_hatched_where_they_are():
    results = make_results()
    layers = results["rotated"].measurements[0].layers
    layers[2].sample_std[0, 0, :] = 0  # a whole column infinite
    layers[3].transformation_std[:] = layers[3].sample_std  # one that the scale shows
    layers[4].transformation_std[0, 0, :] = 1000  # one above the scale
    put_below_precision(layers[6], range(layers[6].n_units), 0)  # and one without M
    axes = titled(heatmaps("title", "note", M, "mean", results, sort_units=True))["all samples, rotated training"]
    image, marks = axes.images
    assert marks.get_extent() == image.get_extent()
    rgba = marks.get_array()
    pixels = rgba.shape[1] // 16
    columns = [rgba[:, i * pixels : (i + 1) * pixels] for i in range(16)]
    for i, mark in ((2, INFINITE), (4, OVER), (6, BELOW_PRECISION)):
        hatched = columns[i][columns[i][..., 3] > 0]
        assert 0.1 < len(hatched) / columns[i][..., 3].size < 0.4
        assert {to_hex(pixel / 255) for pixel in np.unique(hatched, axis=0)} == {mark.lines}
        assert to_hex(image.cmap(image.norm(image.get_array()))[0, i]) == mark.color
    assert not columns[3][..., 3].any()


@pytest.mark.parametrize("draw", [headline, heatmaps, heatmaps_classes])
def test_marks_are_explained_only_where_they_occur(draw):
    def texts(results):
        return " ".join(legend_texts(draw("title", "note", M, "mean", results, sort_units=True)))

    assert "infinite" not in texts(make_results())
    results = make_results()
    results["rotated"].measurements[0].layers[2].sample_std[:, :, 0] = 0
    found = texts(results)
    assert "infinite" in found
    assert "below precision" not in found
    results = make_results(n_layers=5, class_names=["a", "b", "c"])
    put_below_precision(results["rotated"].measurements[0].layers[2], [0])
    found = texts(results)
    assert "below precision" in found
    assert "infinite" not in found
    for n_above in (0, 1):
        results = make_results()
        for layer in [layer for result in results.values() for layer in result.measurements[0].layers]:
            layer.transformation_std[:] = layer.sample_std
        results["rotated"].measurements[0].layers[0].transformation_std[:, :, :n_above] *= 50
        assert ("above the scale (M > 2)" in texts(results)) == bool(n_above)


def test_m_of_0_is_the_darkest_and_not_taken_for_a_unit_without_m():
    results = make_results()
    results["rotated"].measurements[0].layers[2].transformation_std[:] = 0
    image = titled(heatmaps("title", "note", M, "mean", results, sort_units=True))[
        "all samples, rotated training"
    ].images[0]
    darkest = to_hex(image.cmap(0.0))
    assert to_hex(image.cmap(image.norm(image.get_array()))[0, 2]) == darkest != BELOW_PRECISION.color


# ---- the last layer


def test_outputs_show_the_last_layer_by_class():
    results = make_results(n_seeds=2, class_names=THINGS)
    panels = titled(outputs("title", M, results))
    for training in TRAININGS:
        axes = panels[f"{training} training"]
        expected = results[training].measurements[0].layers[-1].normalized_variance[0, 1:].T
        np.testing.assert_allclose(axes.images[0].get_array(), expected)  # [unit, class]
        for text, value in zip(axes.texts, expected.ravel(), strict=True):
            assert float(text.get_text()) == pytest.approx(value, abs=0.0051 if value < 9.99 else 0.51)
        frames = [frame for frame in axes.patches if not frame.get_hatch()]
        assert [(frame.get_x(), frame.get_y()) for frame in frames] == [(i - 0.5, i - 0.5) for i in range(10)]
        assert [label.get_text() for label in axes.get_xticklabels()] == THINGS
        assert [label.get_text() for label in axes.get_yticklabels()] == THINGS


def test_outputs_beyond_the_scale_are_hatched():
    results = make_results()
    results["rotated"].measurements[0].layers[-1].sample_std[0, 3, 5] = 0
    put_below_precision(results["rotated"].measurements[0].layers[-1], [6], 4)  # over class 3
    figure = outputs("title", M, results)
    axes = titled(figure)["rotated training"]
    hatched = {
        tuple(corners[:4].mean(0)): patch.get_hatch()
        for patch in axes.patches
        if patch.get_hatch()
        for corners in patch.get_path().vertices.reshape(-1, 5, 2)  # of each cell; the last one closes it
    }
    assert set(hatched[2, 5]) == {"\\"}
    assert set(hatched[3, 6]) == {"-"}
    numbers = [text.get_text() for text in axes.texts]
    assert (numbers[5 * 10 + 2], numbers[6 * 10 + 3]) == ("inf", "n/a")
    assert {"infinite", "below precision"} <= {
        text.partition(" M")[0].partition(" (")[0] for text in legend_texts(figure)
    }
    above = np.argwhere(np.asarray(axes.images[0].get_array().filled(0)) > axes.images[0].norm.vmax)
    assert {(label, unit) for unit, label in above} == {cell for cell, hatch in hatched.items() if "/" in hatch}


def test_outputs_that_are_no_classes_are_numbered_and_not_framed():
    measurement = make_measurement(class_names=THINGS)
    measurement = replace(measurement, layers=measurement.layers[:-1])
    axes = titled(outputs("title", M, {"rotated": TrainingResult(TWO[1], [measurement], [make_history()])}))[
        "rotated training"
    ]
    assert axes.images[0].get_array().shape == (measurement.layers[-1].n_units, 10)
    assert all(patch.get_hatch() for patch in axes.patches)
    assert axes.get_yticklabels()[1].get_text() == "1"


# ---- accuracies and losses


@pytest.mark.parametrize("n_seeds", [1, 3])
def test_bars_show_percent(n_seeds):
    results = make_results(n_seeds)
    (axes,) = accuracy("title", results).axes
    bars = {container.get_label(): container for container in axes.containers if container.get_label()[0] != "_"}
    for training in TRAININGS:
        last = [rows[-1] for rows in results[training].histories]
        shares = [[row[f"test_{how}_accuracy"] for how in ("upright", "rotated")] for row in last]
        heights = [bar.get_height() for bar in bars[f"{training} training"]]
        np.testing.assert_allclose(heights, 100 * np.mean(shares, axis=0))
        assert all(to_hex(bar.get_facecolor()).upper() == COLORS[training] for bar in bars[f"{training} training"])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["upright", "rotated"]
    assert axes.get_yticks().tolist() == [0, 20, 40, 60, 80, 100]


def test_accuracies_have_one_number_of_digits():
    results = make_results()
    for result, shares in zip(results.values(), ((1.0, 0.097), (0.9931, 0.5)), strict=True):
        row = result.histories[0][-1]
        row["test_upright_accuracy"], row["test_rotated_accuracy"] = shares
    (axes,) = accuracy("title", results).axes
    assert [text.get_text() for text in axes.texts] == ["100.0", "9.7", "99.3", "50.0"]


def test_chance_is_the_share_of_the_largest_class():
    measurement = replace(make_measurement(class_names=["a", "b", "c"]), n_test=np.array([10, 2, 7, 1]))
    overall = accuracy_by_angle("title", {"rotated": TrainingResult(TWO[1], [measurement], [make_history()])}).axes[0]
    assert set(overall.get_lines()[-1].get_ydata()) == {70}


def test_accuracy_by_angle_goes_around_the_circle():
    results = make_results(class_names=THINGS)
    panels = titled(accuracy_by_angle("title", results))
    assert list(panels) == ["all 30 images", *THINGS]
    for sample_set, axes in enumerate(panels.values()):
        for training in TRAININGS:
            (line,) = lines_of(axes, COLORS[training])
            by_angle = dict(zip(ANGLES % 360, results[training].measurements[0].accuracy[sample_set], strict=True))
            assert line.get_xdata().tolist() == [0, 45, 90, 135, 180, 225, 270, 315, 360]
            expected = [100 * by_angle[angle % 360] for angle in line.get_xdata()]
            np.testing.assert_allclose(line.get_ydata(), expected)
        assert axes.get_xlim() == (0, 360)


def test_angles_that_are_no_circle_are_sorted():
    for angles in ([30.0, -30.0, 0.0], [0.0, 90.0, 180.0], [0.0, 100.0, 200.0]):
        x, order = close_circle(make_measurement(angles=np.array(angles)))
        assert x.tolist() == sorted(angles)
        assert [angles[i] for i in order] == sorted(angles)


def test_angles_without_0_cover_the_circle_too():
    angles = np.array([-180.0, -108, -36, 36, 108])
    x, order = close_circle(make_measurement(angles=angles))
    assert x.tolist() == [-36, 36, 108, 180, 252, 324, 396]
    assert [angles[i] % 360 for i in order] == [angle % 360 for angle in x]


def test_losses_and_accuracies_by_epoch():
    results = make_results(n_seeds=2)
    figure = history("title", results)
    for column, training in enumerate(TRAININGS):
        for row, (what, factor) in enumerate((("loss", 1), ("accuracy", 100))):
            lines = figure.axes[2 * row + column].get_lines()
            for line, part in zip(lines, ("train", "test_upright", "test_rotated"), strict=True):
                expected = np.mean(
                    [[r[f"{part}_{what}"] for r in rows] for rows in results[training].histories], axis=0
                )
                np.testing.assert_allclose(line.get_ydata(), factor * expected)
                assert list(line.get_xdata()) == [1, 2, 3, 4, 5]
                assert line.get_color() == COLORS[training]
            assert len({line.get_linestyle() for line in lines}) == 3


# ---- the digest


def test_the_headline_is_a_digest_of_the_others():
    results = make_results()
    figure = headline("title", "note", M, "max", results, sort_units=True)
    panels = titled(figure)
    axes = panels["M of each layer"]
    for training in TRAININGS:
        for line, sample_set in zip(lines_of(axes, COLORS[training]), ("all", "stratified"), strict=True):
            np.testing.assert_allclose(line.get_ydata(), expected_values(results, training, "max", sample_set))
            (shown,) = [handle for handle in axes.get_legend().get_lines() if sample_set in handle.get_label()]
            assert (shown.get_linewidth(), shown.get_marker()) == (line.get_linewidth(), line.get_marker())
        image = panels[f"M of every unit, {training} training, all samples"].images[0]
        expected = heatmap_image(unit_values(results[training].measurements[0], M, "max", "all"), 200)
        np.testing.assert_allclose(image.get_array(), expected)
    assert_whole(panels["M of each layer"])
    bars = [axes for axes in figure.axes if axes.get_ylabel() == "accuracy (%)"]
    assert [container.get_label() for container in bars[0].containers] == ["unrotated training", "rotated training"]


# ---- networks that learned nothing


def all_texts(figure):
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    return [text.replace("\n", " ") for text in titles + legend_texts(figure)]


BY_LAYER = [curves, curves_classes, kinds]
BY_UNIT = [heatmaps, heatmaps_classes]


def draw_all(results):
    """Yield whether it shows the first seed only, and the figure, for all figures that tell trainings apart."""
    yield from ((False, draw("title", "note", M, "mean", results)) for draw in BY_LAYER)
    yield False, stds("title", "note", "mean", results)
    yield from ((True, draw("title", "note", M, "mean", results, sort_units=True)) for draw in BY_UNIT)
    yield from ((False, draw("title", results)) for draw in (accuracy, accuracy_by_angle, history))
    yield True, outputs("title", M, results)


def test_a_training_at_chance_is_marked_in_each_figure():
    results = make_results(n_layers=4, class_names=["a", "b", "c"])
    put_at_chance(results["rotated"], 0)
    for _, figure in draw_all(results):
        marked = [text for text in all_texts(figure) if "chance" in text]
        assert marked
        assert all(text.endswith("rotated training (at chance)") for text in marked)
        assert not any("unrotated" in text for text in marked)
    texts = all_texts(headline("title", "note", M, "mean", results, sort_units=True))
    for text in ("rotated training (at chance)", "M of every unit, rotated training (at chance), all samples"):
        assert text in texts
    assert not any("chance" in text for text in texts if "unrotated" in text)


def test_seeds_at_chance_are_counted_where_they_are_shown():
    results = make_results(n_seeds=3, n_layers=4, class_names=["a", "b", "c"])
    put_at_chance(results["unrotated"], 0)  # the one that heatmaps show
    put_at_chance(results["rotated"], 1, 2)
    for shows_first, figure in draw_all(results):
        marked = {text.removeprefix("all samples, ") for text in all_texts(figure) if "chance" in text}
        marked = {text.removeprefix("stratified by class, ") for text in marked}
        counted = {
            f"{name} training ({n} of 3 seeds at chance, left out)" for name, n in (("unrotated", 1), ("rotated", 2))
        }
        assert marked == ({"unrotated training (at chance)"} if shows_first else counted)


def test_means_over_seeds_leave_out_those_at_chance_unless_all_are():
    results = make_results(n_seeds=3, n_layers=4)
    put_at_chance(results["unrotated"], 0, 1, 2)
    put_at_chance(results["rotated"], 0)
    values = {
        training: np.array([layer_values(unit_values(one, M, "mean", "all")) for one in result.measurements])
        for training, result in results.items()
    }
    axes = titled(curves("title", "note", M, "mean", results))["all samples"]
    (unrotated,), (rotated,) = (lines_of(axes, COLORS[training]) for training in TRAININGS)
    np.testing.assert_allclose(unrotated.get_ydata(), values["unrotated"].mean(0))
    np.testing.assert_allclose(rotated.get_ydata(), values["rotated"][1:].mean(0))
    (accuracies,) = accuracy("title", results).axes
    last = [history[-1]["test_upright_accuracy"] for history in results["rotated"].histories]
    assert accuracies.containers[-1][0].get_height() == pytest.approx(100 * np.mean(last[1:]))
