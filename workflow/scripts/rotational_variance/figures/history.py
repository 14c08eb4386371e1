"""Loss and accuracy by epoch."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rotational_variance.figures.parts.lines import MAX_MARKED_POINTS, plot_mean
from rotational_variance.figures.parts.sheet import legend_below, new_sheet
from rotational_variance.figures.parts.style import whole_numbers
from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.figures.parts.training_results import Results, TrainingResult
from rotational_variance.figures.parts.value_axis import log_scale

LINES = {
    "train": ("training images, as shown", ":"),
    "test_upright": ("test images, upright", "-"),
    "test_rotated": ("test images, rotated", "-."),
}
QUANTITIES = {"loss": ("loss (nats)", 1), "accuracy": ("accuracy (%)", 100)}  # label, unit
ROOM = 6.2  # inches: the width of all panels in a row


def history(title: str, results: Results) -> Figure:
    """Draw loss and accuracy by epoch, on the training images and on upright and rotated test images.

    A training without epochs has no curve: level lines show its test loss and accuracy.
    """
    figure = new_sheet(title, 3.8, results=results)
    panels = figure.subplots(2, len(results), sharex="col", sharey="row", squeeze=False)
    for column, result in zip(panels.T, results.values(), strict=True):
        for axes, quantity in zip(column, QUANTITIES, strict=True):
            _draw_quantity(axes, result, quantity)
        column[0].set_title(wrap(result.label(), ROOM / len(results), 8))
        _count_epochs(column[1], result)
        column[1].set_ylim(0, 103)
    for row, (label, _) in zip(panels, QUANTITIES.values(), strict=True):
        row[0].set_ylabel(label)
    log_scale(panels[0])
    names = list(LINES) if any(result.has_curve for result in results.values()) else list(LINES)[1:]
    handles = [Line2D([], [], color="0.2", linestyle=LINES[name][1], label=LINES[name][0]) for name in names]
    legend_below(figure, handles)
    return figure


def _draw_quantity(axes: Axes, result: TrainingResult, quantity: str) -> None:
    _, unit = QUANTITIES[quantity]
    color = result.look.color
    for name, (_, dashes) in LINES.items():
        values = result.by_seed([[unit * row[f"{name}_{quantity}"] for row in rows] for rows in result.histories])
        if result.has_curve:
            epochs = [row["epoch"] for row in result.histories[0]]
            marker = "o" if len(epochs) <= MAX_MARKED_POINTS else None
            plot_mean(axes, epochs, values, color=color, linestyle=dashes, marker=marker, markersize=2)
        elif name != "train":
            plot_mean(axes, (0, 1), values.repeat(2, axis=1), color=color, linestyle=dashes)


def _count_epochs(axes: Axes, result: TrainingResult) -> None:
    """Label the x axis; a training without epochs has none to count."""
    if result.has_curve:
        axes.set_xlabel("epoch")
        axes.set_xlim(0.5, len(result.histories[0]) + 0.5)
        whole_numbers(axes)
    else:
        axes.set_xlabel("no epochs, no curve:\ntest values as level lines")
        axes.set_xlim(0, 1)
        axes.set_xticks([])
