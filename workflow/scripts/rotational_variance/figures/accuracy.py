"""Accuracy on upright and on rotated test images."""

from matplotlib.figure import Figure

from rotational_variance.figures.parts.bars import draw_accuracies
from rotational_variance.figures.parts.style import COLUMN
from rotational_variance.figures.parts.training_results import Results


def accuracy(title: str, results: Results) -> Figure:
    """Draw the accuracies of each training on upright and on rotated test images."""
    figure = Figure(figsize=(COLUMN, 2.6), layout="constrained")
    figure.suptitle(title.replace(": ", "\n"), x=0.01, ha="left", fontsize=8, fontweight="bold")
    draw_accuracies(figure.subplots(), results)
    return figure
