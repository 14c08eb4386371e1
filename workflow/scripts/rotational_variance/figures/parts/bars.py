"""Bars of the trainings, side by side, with the range over seeds."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from rotational_variance.figures.parts.style import COLORS, HATCHES
from rotational_variance.figures.parts.training_results import Results, training_label


def plot_bars(
    axes: Axes, trainings: Sequence[str], training: str, values: np.ndarray
) -> tuple[BarContainer, np.ndarray]:
    """Draw a training's bars beside those of the others: the mean over seeds of `values` [seed, group], and the range.

    Values that are not finite are left out; if no seed has a finite value for a group, the group has no bar.
    Returns the bars, and the x of the middle of each.
    """
    width = 0.8 / len(trainings)
    x = np.arange(values.shape[1]) + (trainings.index(training) - (len(trainings) - 1) / 2) * width
    known = np.ma.masked_invalid(values)
    means, lowest, highest = (of_seeds(0).filled(np.nan) for of_seeds in (known.mean, known.min, known.max))
    spread = [means - lowest, highest - means] if len(values) > 1 else None
    bars = axes.bar(
        x, means, width, yerr=spread, color=COLORS[training], hatch=HATCHES[training], edgecolor="w", linewidth=0,
        label=f"{training} training",
    )  # fmt: skip
    return bars, x


def draw_accuracies(axes: Axes, results: Results) -> None:
    """Draw the accuracies as bars: the mean over seeds, and the range if there are several seeds."""
    trainings = list(results)
    for training, result in results.items():
        bars, _ = plot_bars(axes, trainings, training, 100 * result.accuracies())
        bars.set_label(training_label(training, result, "\n"))
        axes.bar_label(bars, fmt="%.3g", fontsize=7, padding=1)
    axes.set_xticks([0, 1], ["upright", "rotated"])
    axes.set_xlabel("test images")
    axes.set_ylim(0, 100)
    axes.set_ylabel("accuracy (%)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.06), handlelength=1.2, borderaxespad=0)
