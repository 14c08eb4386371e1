"""Loss and accuracy by epoch."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rotational_variance.figures.parts.lines import MAX_MARKED_POINTS, plot_mean
from rotational_variance.figures.parts.sheet import legend_below, new_sheet
from rotational_variance.figures.parts.style import COLORS, log_scale, whole_numbers
from rotational_variance.figures.parts.training_results import Results, training_label

LINES = {
    "train": ("training images, as shown", ":"),
    "test_upright": ("test images, upright", "-"),
    "test_rotated": ("test images, rotated", "-."),
}


def history(title: str, results: Results) -> Figure:
    """Draw loss and accuracy by epoch, on the training images and on upright and rotated test images."""
    figure = new_sheet(title, 3.8, results=results)
    panels = figure.subplots(2, len(results), sharex="col", sharey="row", squeeze=False)
    for column, (training, result) in zip(panels.T, results.items(), strict=True):
        epochs = [row["epoch"] for row in result.histories[0]]
        for axes, quantity, factor in zip(column, ("loss", "accuracy"), (1, 100), strict=True):
            for name, (_, dashes) in LINES.items():
                values = factor * np.array([[row[f"{name}_{quantity}"] for row in rows] for rows in result.histories])
                marker = "o" if len(epochs) <= MAX_MARKED_POINTS else None
                plot_mean(axes, epochs, values, color=COLORS[training], linestyle=dashes, marker=marker, markersize=2)
        column[0].set_title(training_label(training, result))
        column[1].set_xlabel("epoch")
        column[1].set_xlim(0.5, len(epochs) + 0.5)
        whole_numbers(column[1])
        column[1].set_ylim(0, 103)
    panels[0, 0].set_ylabel("loss (nats)")
    log_scale(panels[0])
    panels[1, 0].set_ylabel("accuracy (%)")
    handles = [Line2D([], [], color="0.2", linestyle=dashes, label=label) for label, dashes in LINES.values()]
    legend_below(figure, handles)
    return figure
