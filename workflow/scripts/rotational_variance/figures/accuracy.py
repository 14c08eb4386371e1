"""Accuracy on upright and on rotated test images."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.bars import bar_handles, draw_accuracies
from rotational_variance.figures.parts.style import COLUMN
from rotational_variance.figures.parts.text_size import wrap
from rotational_variance.figures.parts.training_results import Results

LEGEND_ROOM = COLUMN - 0.5  # inches
MAX_UPRIGHT = 3  # trainings beside whose bars there is room for the numbers above them


def accuracy(title: str, results: Results) -> Figure:
    """Draw the accuracies of each training on upright and on rotated test images."""
    handles = bar_handles(results)
    for handle in handles:
        handle.set_label(wrap(handle.get_label(), LEGEND_ROOM, 7))
    n_lines = sum(1 + handle.get_label().count("\n") for handle in handles)
    figure = Figure(figsize=(COLUMN, 2.3 + 0.15 * n_lines), layout="constrained")
    figure.suptitle(title.replace(": ", "\n"), x=0.01, ha="left", fontsize=8, fontweight="bold")
    axes = figure.subplots()
    draw_accuracies(axes, results, turned=len(results) > MAX_UPRIGHT)
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1), handlelength=1.2, borderaxespad=0)
    return figure
