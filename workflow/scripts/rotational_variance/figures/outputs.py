"""A measure of the last layer: each output unit against the class of the samples."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from rotational_variance.figures.parts.colour_scale import ColourScale
from rotational_variance.figures.parts.sheet import FIRST_SEED, legend_below, new_sheet
from rotational_variance.figures.parts.style import shorten
from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.units import evaluate

MAX_NUMBERED_CLASSES = 12  # with more units or classes, a cell has no room for its number
COLUMNS = 2  # of panels


def outputs(title: str, measure: Measure, results: Results) -> Figure:
    """Draw a measure of each output unit over the samples of each class, for each training (its first seed).

    A frame marks the samples of a unit's own class. Outputs are vectors, which no aggregation changes.
    """
    names, last = any_measurement(results).class_names, any_measurement(results).layers[-1]
    matrices = [evaluate(result.measurements[0].layers[-1], measure)[0, 1:].T for result in results.values()]
    scale = ColourScale(measure, matrices)
    has_numbers = max(len(names), last.n_units) <= MAX_NUMBERED_CLASSES
    n_rows = -(-len(matrices) // COLUMNS)
    figure = new_sheet(title, (3.3 if has_numbers else 4.6) * n_rows, results=results, seeds=FIRST_SEED)
    grid = figure.subplots(n_rows, min(len(matrices), COLUMNS), squeeze=False)
    panels = grid.flatten()[: len(matrices)]
    for axes, result, matrix in zip(panels, results.values(), matrices, strict=True):
        image = _draw_matrix(axes, matrix, names, scale)
        axes.set_title(wrap(result.first_seed.label(), 2.4, 8))
    for axes in grid.flat[len(matrices) :]:
        axes.remove()
    for axes in grid[:, 0]:
        axes.set_ylabel(f"output unit of layer\n{shorten(last.name, 24)}")
    scale.draw_bar(figure, image, ax=list(panels))
    legend_below(figure, scale.mark_handles())
    return figure


def _draw_matrix(axes: Axes, matrix: np.ndarray, names: list[str], scale: ColourScale) -> AxesImage:
    """Draw values [output unit, class of the samples]."""
    n_units, n_classes = matrix.shape
    image = scale.draw(axes, matrix)
    for mark, found in scale.find_marks(matrix).items():
        for unit, label in np.argwhere(found):
            cell = (label - 0.5, unit - 0.5), 1, 1
            axes.add_patch(Rectangle(*cell, fill=False, edgecolor=mark.lines, hatch=mark.hatch, linewidth=0))
    if max(matrix.shape) <= MAX_NUMBERED_CLASSES:
        colors = scale.color_values(matrix)  # [unit, class, RGBA]
        for unit, label in np.ndindex(matrix.shape):
            red, green, blue, _ = colors[unit, label]
            color = "k" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.45 else "w"
            axes.text(
                label,
                unit,
                _short_number(matrix[unit, label], scale.measure),
                ha="center",
                va="center",
                fontsize=7,
                color=color,
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


def _short_number(value: float, measure: Measure) -> str:
    """Write a value in at most four characters, which fit into a cell; "n/a" if there is none."""
    if np.isnan(value):
        return "n/a"
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    if abs(value) >= 9.995:
        return f"{value:.0f}" if -99.5 < value < 999.5 else ">999" if value > 0 else "<-99"
    if measure.is_logarithmic and 0 < value < 0.0095:
        return f"{value:.0e}".replace("e-0", "e-")
    return f"{value:.2f}" if value >= 0 else f"{value:.1f}"
