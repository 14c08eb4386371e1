"""Bars of the trainings, side by side, with the range over seeds, and legend handles for them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.patches import Patch

from rotational_variance.figures.parts.training_results import Results, TrainingResult

GROUP_WIDTH = 0.8  # of the bars of all trainings together; 1 would leave no space between groups


def plot_bars(axes: Axes, results: Results, training: str, values: np.ndarray) -> tuple[BarContainer, np.ndarray]:
    """Draw a training's bars beside those of the others: the mean over seeds of `values` [seed, group], and the range.

    Values that are not finite are left out; if no seed has a finite value for a group, the group has no bar.
    Returns the bars, and the x of the middle of each.
    """
    width = GROUP_WIDTH / len(results)
    x = np.arange(values.shape[1]) + (list(results).index(training) - (len(results) - 1) / 2) * width
    known = np.ma.masked_invalid(values)
    means, lowest, highest = (of_seeds(0).filled(np.nan) for of_seeds in (known.mean, known.min, known.max))
    spread = [means - lowest, highest - means] if len(values) > 1 else None
    return axes.bar(x, means, width, yerr=spread, linewidth=0, **bar_look(results[training])), x


def bar_look(result: TrainingResult) -> dict:
    """Return the look of a training's bars."""
    return {
        "facecolor": result.look.color, "hatch": result.look.hatch, "edgecolor": "w", "label": result.training.label
    }  # fmt: skip


def bar_handles(results: Results) -> list[Patch]:
    """Return a legend handle for each training's bars."""
    return [Patch(**bar_look(result) | {"label": result.label("\n")}) for result in results.values()]


def draw_accuracies(axes: Axes, results: Results, *, turned: bool) -> None:
    """Draw the accuracies as bars: the mean over seeds, and the range if there are several seeds.

    turned  whether the numbers above the bars are turned upright, for narrow bars
    """
    for training, result in results.items():
        bars, _ = plot_bars(axes, results, training, 100 * result.accuracies())
        axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=1, rotation=90 if turned else 0)
    axes.set_xticks([0, 1], ["upright", "rotated"])
    axes.set_xlabel("test images")
    axes.set_ylim(0, 125 if turned else 108)  # with space for the numbers
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylabel("accuracy (%)")
