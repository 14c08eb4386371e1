"""Accuracy against the angle by which the images are rotated."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rotational_variance.figures.parts.lines import line_handles, line_look, plot_mean
from rotational_variance.figures.parts.sheet import new_sheet
from rotational_variance.figures.parts.shown_classes import (
    MAX_CLASSES,
    PANELS_PER_ROW,
    choice_note,
    choose_evenly,
    label_panel,
)
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.figures.parts.value_axis import REFERENCE_COLOR
from rotational_variance.statistics.measurement import Measurement


def accuracy_by_angle(title: str, results: Results) -> Figure:
    """Draw the accuracy on test images, all rotated by the same angle, by angle: overall, then one panel per class.

    Of very many classes, some are shown.
    """
    measurement = any_measurement(results)
    names = measurement.class_names
    shown = choose_evenly(len(names), MAX_CLASSES)
    n_rows = -(-len(shown) // PANELS_PER_ROW)
    note = choice_note(len(shown), len(names))
    figure = new_sheet(title, 2.2 + 1.15 * n_rows, note, results=results, legend=line_handles(results))
    grid = figure.add_gridspec(1 + n_rows, PANELS_PER_ROW, height_ratios=[1.7, *[1] * n_rows])
    overall = figure.add_subplot(grid[0, :])
    panels = [(overall, 0, f"all {measurement.n_samples[0]:,} images")]
    for i, label in enumerate(shown):
        axes = figure.add_subplot(grid[1 + i // PANELS_PER_ROW, i % PANELS_PER_ROW], sharex=overall, sharey=overall)
        axes.tick_params(labelleft=i % PANELS_PER_ROW == 0, labelbottom=i + PANELS_PER_ROW >= len(shown))
        panels.append((axes, 1 + label, label_panel(names[label])))
    for axes, sample_set, name in panels:
        _draw_by_angle(axes, sample_set, results)
        axes.set_title(name)
    _set_ends(overall, results)
    n_test, *of_classes = measurement.n_test
    chance = 100 * max(of_classes) / n_test  # of always naming the largest class
    overall.axhline(chance, color=REFERENCE_COLOR, linewidth=0.7, zorder=0)
    overall.annotate(
        "chance", (1, chance), xycoords=("axes fraction", "data"), ha="right", va="bottom",
        fontsize=7, color="0.35",
    )  # fmt: skip
    figure.supylabel("accuracy (%)")
    figure.supxlabel("angle by which the image is rotated (degrees)")
    return figure


def _draw_by_angle(axes: Axes, sample_set: int, results: Results) -> None:
    for result in results.values():
        x, order = close_circle(result.measurements[0])
        percent = result.by_seed([100 * measurement.accuracy[sample_set][order] for measurement in result.measurements])
        plot_mean(axes, x, percent, marker="o", markersize=2, **line_look(result))


def _set_ends(axes: Axes, results: Results) -> None:
    """Set the ends and ticks of axes, and so of all that share them; to set them for each takes far longer."""
    axes.set_ylim(-3, 103)
    axes.set_yticks([0, 50, 100])
    if all(close_circle(result.measurements[0])[0][-1] >= 360 for result in results.values()):
        axes.set_xlim(0, 360)
        axes.set_xticks(range(0, 361, 90))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3))


def close_circle(measurement: Measurement) -> tuple[np.ndarray, np.ndarray]:
    """Return angles that cover 0 to 360 degrees, and the order that matches accuracies to them.

    Some angles appear at both ends. Angles that do not divide the whole circle evenly are only sorted: a
    line across a gap would suggest data that is not there.
    """
    wrapped = measurement.angles_degrees % 360
    by_angle = np.argsort(wrapped)
    angles, order = np.append(wrapped[by_angle], wrapped[by_angle[0]] + 360), np.append(by_angle, by_angle[0])
    if not np.allclose(np.diff(angles), 360 / len(by_angle)):
        order = np.argsort(measurement.angles_degrees)
        return measurement.angles_degrees[order], order
    if angles[0] > 0:
        angles, order = np.append(wrapped[by_angle[-1]] - 360, angles), np.append(by_angle[-1], order)
    return angles, order
