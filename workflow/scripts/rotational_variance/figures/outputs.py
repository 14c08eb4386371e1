"""M of the last layer: each output unit against the class of the samples."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from rotational_variance.figures.parts.colour_scale import (
    COLORS_OF_M,
    draw_colors,
    draw_scale,
    find_marks,
    mark_handles,
    place_on_scale,
    scale_top,
)
from rotational_variance.figures.parts.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.parts.style import shorten
from rotational_variance.figures.parts.training_results import Results, any_measurement, training_label

MAX_NUMBERED_CLASSES = 12  # with more units or classes, a cell has no room for its number


def outputs(title: str, results: Results) -> Figure:
    """Draw M of each output unit over the samples of each class, for each training (its first seed).

    A frame marks the samples of a unit's own class. Outputs are vectors, which no aggregation changes.
    """
    names, last = any_measurement(results).class_names, any_measurement(results).layers[-1]
    matrices = {training: result.measurements[0].layers[-1].normalized[0, 1:].T for training, result in results.items()}
    everything = np.concatenate([matrix.ravel() for matrix in matrices.values()])
    scale = Normalize(0, scale_top(everything))
    has_numbers = max(len(names), last.n_units) <= MAX_NUMBERED_CLASSES
    figure = new_sheet(title, 3.3 if has_numbers else 4.6, results=results, seeds=FIRST_SEED)
    panels = figure.subplots(1, len(matrices), squeeze=False)[0]
    for axes, (training, matrix) in zip(panels, matrices.items(), strict=True):
        image = _draw_matrix(axes, matrix, names, scale)
        axes.set_title(training_label(training, results[training].first_seed))
    panels[0].set_ylabel(f"output unit of layer\n{shorten(last.name, 24)}")
    draw_scale(figure, image, everything, ax=list(panels))
    legend_below(figure, mark_handles(scale, everything))
    return figure


def _draw_matrix(axes: Axes, matrix: np.ndarray, names: list[str], scale: Normalize) -> AxesImage:
    """Draw M [output unit, class of the samples]."""
    n_units, n_classes = matrix.shape
    image = draw_colors(axes, matrix, scale)
    for mark, found in find_marks(matrix, scale).items():
        for unit, label in np.argwhere(found):
            cell = (label - 0.5, unit - 0.5), 1, 1
            axes.add_patch(Rectangle(*cell, fill=False, edgecolor=mark.lines, hatch=mark.hatch, linewidth=0))
    if max(matrix.shape) <= MAX_NUMBERED_CLASSES:
        colors = COLORS_OF_M(scale(place_on_scale(matrix)))  # [unit, class, RGBA]
        for unit, label in np.ndindex(matrix.shape):
            red, green, blue, _ = colors[unit, label]
            color = "k" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.45 else "w"
            axes.text(
                label, unit, _short_number(matrix[unit, label]), ha="center", va="center", fontsize=7, color=color
            )
    if n_units == n_classes:
        for i in range(n_classes):
            axes.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, edgecolor="#56B4E9", linewidth=1.2))
    names = [shorten(name, 12) for name in names]
    step = -(-max(matrix.shape) // 20)  # at most 20 names fit
    rotation = 90 if max(map(len, names)) > 3 or n_classes > MAX_NUMBERED_CLASSES else 0
    axes.set_xticks(range(0, n_classes, step), names[::step], rotation=rotation)
    axes.set_yticks(range(0, n_units, step), (names if n_units == n_classes else range(n_units))[::step])
    axes.set_xlabel("class of the samples")
    return image


def _short_number(value: float) -> str:
    """Write M in at most four characters, which fit into a cell; "n/a" if there is none."""
    if np.isnan(value):
        return "n/a"
    if np.isfinite(value) and value > 999:
        return ">999"
    return f"{value:.2f}" if value < 9.995 else f"{value:.0f}"
