"""A measure of the last layer: each output unit against the class of the samples."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from rotational_variance.figures.parts.colour_scale import ColourScale
from rotational_variance.figures.parts.sheet import FIRST_SEED, join_notes, legend_below, new_sheet
from rotational_variance.figures.parts.shown_classes import choice_note, choose_evenly
from rotational_variance.figures.parts.text_size import n_columns, shorten, wrap
from rotational_variance.figures.parts.training_results import Results, any_measurement
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.units import evaluate

MAX_NUMBERED_CLASSES = 12  # with more units or classes, a cell has no room for its number
MAX_CELLS = 100  # in a row or column; more would be smaller than the frame of a unit's own class
COLUMNS = 2  # of panels
CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])  # of a cell, from its middle


def outputs(title: str, measure: Measure, results: Results) -> Figure:
    """Draw a measure of each output unit over the samples of each class, for each training (its first seed).

    A frame marks the samples of a unit's own class. Outputs are vectors, which no aggregation changes.
    Of very many units or classes, some are shown.
    """
    all_names, last = any_measurement(results).class_names, any_measurement(results).layers[-1]
    classes, units = choose_evenly(len(all_names), MAX_CELLS), choose_evenly(last.n_units, MAX_CELLS)
    names = [shorten(all_names[label], 12) for label in classes]
    is_unit_a_class = last.n_units == len(all_names)
    matrices = [
        evaluate(result.measurements[0].layers[-1], measure)[0, 1:].T[np.ix_(units, classes)]
        for result in results.values()
    ]
    scale = ColourScale(measure, matrices)
    has_numbers = max(matrices[0].shape) <= MAX_NUMBERED_CLASSES
    n_rows = -(-len(matrices) // COLUMNS)
    note = choice_note(len(classes), len(all_names))
    if not is_unit_a_class:
        note = join_notes(note, choice_note(len(units), last.n_units, "output units"))
    figure = new_sheet(title, (3.3 if has_numbers else 4.6) * n_rows, note, results=results, seeds=FIRST_SEED)
    grid = figure.subplots(n_rows, min(len(matrices), COLUMNS), squeeze=False)
    panels = grid.flatten()[: len(matrices)]
    for axes, result, matrix in zip(panels, results.values(), matrices, strict=True):
        image = _draw_matrix(axes, matrix, scale)
        if is_unit_a_class:
            _frame_diagonal(axes, len(names))
        _label(axes, names if is_unit_a_class else units, names)
        axes.set_title(wrap(result.first_seed.label(), 2.4, 8))
    for axes in grid.flat[len(matrices) :]:
        axes.remove()
    for axes in grid[:, 0]:
        axes.set_ylabel(f"output unit of layer\n{shorten(last.name, 24)}")
    scale.draw_bar(figure, image, ax=list(panels))
    legend_below(figure, scale.mark_handles())
    return figure


def _draw_matrix(axes: Axes, matrix: np.ndarray, scale: ColourScale) -> AxesImage:
    """Draw values [output unit, class of the samples]."""
    image = scale.draw(axes, matrix)
    for mark, found in scale.find_marks(matrix).items():
        if found.any():
            cells = np.argwhere(found)[:, None, ::-1] + CORNERS  # [cell, corner, (x, y)]
            path = Path.make_compound_path_from_polys(cells)  # one for all, as each is hatched at length
            axes.add_patch(PathPatch(path, fill=False, edgecolor=mark.lines, hatch=mark.hatch, linewidth=0))
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
    return image


def _frame_diagonal(axes: Axes, n_cells: int) -> None:
    """Frame the cells of the diagonal, by thin lines if cells are small."""
    look = {"fill": False, "edgecolor": "#56B4E9", "linewidth": min(1.2, 40 / n_cells)}
    for i in range(n_cells):
        axes.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, **look))


def _label(axes: Axes, units: Sequence[str | int], classes: Sequence[str]) -> None:
    """Name the rows and columns of a matrix; of many, only some."""
    step = -(-max(len(units), len(classes)) // 20)  # at most 20 names fit
    rotation = 90 if max(map(n_columns, classes)) > 3 or len(classes) > MAX_NUMBERED_CLASSES else 0
    axes.set_xticks(range(0, len(classes), step), classes[::step], rotation=rotation)
    axes.set_yticks(range(0, len(units), step), units[::step])
    axes.set_xlabel("class of the samples")


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
