"""Lines over the layers, and the panels for them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rotational_variance.figures.parts.layer_axis import draw_kinds, kind_handles
from rotational_variance.figures.parts.lines import MAX_MARKED_POINTS, line_look, plot_mean
from rotational_variance.figures.parts.sheet import legend_below
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.statistics.measurement import Layer


def plot_layers(axes: Axes, values: np.ndarray, result: TrainingResult, x: np.ndarray | None = None) -> None:
    """Plot a training's `values` [seed, layer] at `x`, by default the numbers of the layers from 0."""
    dots = {"marker": "o", "markersize": 2.2} if values.shape[1] <= MAX_MARKED_POINTS else {}
    plot_mean(axes, np.arange(values.shape[1]) if x is None else x, values, **dots, **line_look(result))


def panels_over_layers(figure: Figure, layers: list[Layer]) -> list[Axes]:
    """Return two panels above an axis with the names and kinds of the layers."""
    *panels, strip = figure.subplots(3, 1, sharex=True, height_ratios=[1, 1, 0.05])
    draw_kinds(strip, layers, width=6.3, below=panels)
    legend_below(figure, kind_handles(layers))
    return panels
