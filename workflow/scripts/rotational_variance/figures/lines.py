"""Lines with the range over seeds, and legends for them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D

from rotational_variance.figures.style import COLORS, DASHES, HATCHES

MOST_MARKERS = 60  # points of a line of which each gets a dot


def plot_mean(axes: Axes, x: Sequence[float], values: np.ndarray, **look) -> None:
    """Plot the mean over seeds of `values` [seed, x], with a band from the lowest to the highest where they differ.

    Values that are NaN are left out; where all are, there is a gap.
    """
    known = np.ma.masked_invalid(values)
    (line,) = axes.plot(x, known.mean(0).filled(np.nan), **look)
    if len(values) > 1:
        lowest, highest = (bound.filled(np.nan) for bound in (known.min(0), known.max(0)))
        axes.fill_between(x, lowest, highest, color=line.get_color(), alpha=0.18, linewidth=0)


def training_look(training: str) -> dict:
    """Return the look of a training's lines."""
    return {"color": COLORS[training], "linestyle": DASHES[training], "label": f"{training} training"}


def training_handle(training: str) -> Line2D:
    """Return what a legend needs to explain a training's lines."""
    return Line2D([], [], **training_look(training))


def plot_bars(
    axes: Axes, trainings: Sequence[str], training: str, values: np.ndarray
) -> tuple[BarContainer, np.ndarray]:
    """Draw a training's bars beside those of the others: the mean over seeds of `values` [seed, group], and the range.

    Returns the bars, and the middle of each.
    """
    width = 0.8 / len(trainings)
    x = np.arange(values.shape[1]) + (trainings.index(training) - (len(trainings) - 1) / 2) * width
    means = values.mean(0)
    spread = [means - values.min(0), values.max(0) - means] if len(values) > 1 else None
    bars = axes.bar(
        x, means, width, yerr=spread, color=COLORS[training], hatch=HATCHES[training], edgecolor="w", linewidth=0,
        label=f"{training} training",
    )  # fmt: skip
    return bars, x
