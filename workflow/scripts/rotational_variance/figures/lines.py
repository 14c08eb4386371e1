"""Lines with the range over seeds, and legends for them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rotational_variance.figures.style import COLORS, DASHES


def plot_mean(axes: Axes, x: Sequence[float], values: np.ndarray, **look) -> None:
    """Plot the mean over seeds of `values` [seed, x], with a band from the lowest to the highest where they differ."""
    (line,) = axes.plot(x, values.mean(0), **look)
    if len(values) > 1:
        axes.fill_between(x, values.min(0), values.max(0), color=line.get_color(), alpha=0.18, linewidth=0)


def training_look(training: str) -> dict:
    """Return the look of a training's lines."""
    return {"color": COLORS[training], "linestyle": DASHES[training], "label": f"{training} training"}


def training_handle(training: str) -> Line2D:
    """Return what a legend needs to explain a training's lines."""
    return Line2D([], [], **training_look(training))
