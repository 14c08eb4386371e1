"""Lines with the range over seeds, and legend handles for them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rotational_variance.figures.parts.training_results import Results, TrainingResult

MAX_MARKED_POINTS = 60  # longer lines are drawn without markers


def plot_mean(axes: Axes, x: Sequence[float], values: np.ndarray, **look) -> None:
    """Plot the mean over seeds of `values` [seed, x], with a band from the lowest to the highest value.

    Values that are not finite are left out; if no seed has a finite value at an x, the line has a gap there.
    """
    known = np.ma.masked_invalid(values)
    (line,) = axes.plot(x, known.mean(0).filled(np.nan), **look)
    _mark_between_gaps(line)
    if len(values) > 1:
        lowest, highest = (bound.filled(np.nan) for bound in (known.min(0), known.max(0)))
        axes.fill_between(x, lowest, highest, color=line.get_color(), alpha=0.18, linewidth=0)


def _mark_between_gaps(line: Line2D) -> None:
    """Mark the values between two gaps of a line, which would not be seen without a marker."""
    is_gap = np.isnan(np.pad(line.get_ydata(), 1, constant_values=np.nan))
    alone = ~is_gap[1:-1] & is_gap[:-2] & is_gap[2:]
    if not alone.any():
        return
    if line.get_marker() == "None":
        line.set(marker="o", markersize=2 + line.get_linewidth(), markevery=alone)
    elif isinstance(line.get_markevery(), int):
        line.set_markevery(alone | (np.arange(len(alone)) % line.get_markevery() == 0))


def line_look(result: TrainingResult) -> dict:
    """Return the look of a training's lines."""
    return {"color": result.look.color, "linestyle": result.look.dashes, "label": result.training.label}


def line_handles(results: Results) -> list[Line2D]:
    """Return a legend handle for each training's lines."""
    return [Line2D([], [], **line_look(result) | {"label": result.label("\n")}) for result in results.values()]
